//! Getting in with an API key, and the link by which somebody in chat says who they are.

mod desk;

use std::sync::Arc;

use desk::chat::{Mood, ScriptedChat};
use desk::{ACME, Browser, Desk, OPERATOR, RESPONDER, VIEWER, WEBHOOK, form_of};
use http::header;
use nightowl_domain::{Actor, Alert};
use nightowl_engine::chat::{Identity, Visitor};
use nightowl_engine::{Config, Ports, Providers};
use std::time::Duration;

const LINK: &str = "/console/link";
const LOGIN: &str = "/console/login";
const ZOE: &str = "zeta-responder-00001";

fn config() -> String {
    let slack = "    slack: { bot_token: xoxb-1, signing_secret: s, default_channel: \"#ops\" }\n";
    let own = format!("    api_keys:\n      - {{ id: zoes, key: {ZOE}, role: responder }}\n");
    desk::CONFIG.replacen("    name: Acme\n", &format!("    name: Acme\n{slack}"), 1).replacen(
        "    name: Zeta\n",
        &format!("    name: Zeta\n{own}"),
        1,
    )
}

async fn desk() -> Desk {
    let desk = Desk::with(&config()).await;
    desk.attach("acme", Arc::new(ScriptedChat::new("slack", Mood::Fine)));
    desk
}

/// Somebody whom Slack knows and we do not types this; answers the path of their link.
async fn type_in_chat(desk: &Desk, text: &str) -> String {
    let ports = desk.needs.engine.ports();
    let tenant = ports.config().tenant("acme").await.expect("it works").expect("it is there");
    let provider = ports.providers().provider("acme", "slack").await.expect("it works");
    let provider = provider.expect("it is attached");
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*provider,
        user_ref: "U9",
        user_name: "<b>al</b>",
        channel: "C1",
        thread: None,
        arrived: desk.now(),
    };
    let event = format!("typed-{text}-{}", desk.now()).into();
    // It is large, because it holds all that a command may wait for.
    let answer = Box::pin(desk.needs.engine.on_command(&visitor, text, event)).await;
    let url = answer.link.expect("whoever is not known gets a link").url;
    let path = url.strip_prefix("http://127.0.0.1:8080").expect("it is our console's");
    assert!(path.starts_with("/console/link?t="), "{path}");
    path.to_owned()
}

/// Who U9 in Slack is.
async fn known(desk: &Desk) -> Option<String> {
    let ports = desk.needs.engine.ports();
    let tenant = ports.config().tenant("acme").await.expect("it works").expect("it is there");
    let provider = ports.providers().provider("acme", "slack").await.expect("it works");
    let provider = provider.expect("it is attached");
    match desk.needs.engine.identify(&tenant, &*provider, "U9", "al").await.expect("it works") {
        Identity::Known(Actor::User { id, .. }) => Some(id),
        Identity::Known(_) | Identity::Unknown(_) => None,
    }
}

/// Follows what an answer leads to.
async fn follow(browser: &mut Browser<'_>, answer: &desk::Answer) -> desk::Answer {
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser.get(answer.header(header::LOCATION)).await
}

async fn with_key<'d>(desk: &'d Desk, key: &str) -> Browser<'d> {
    let mut browser = Browser::new(desk);
    let answer = browser.post(LOGIN, &[("key", key), ("next", "/console/")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser
}

fn fields<'f>(form: &'f [(&'f str, String)], user: &'f str) -> Vec<(&'f str, &'f str)> {
    let hidden = form.iter().map(|(name, value)| (*name, value.as_str()));
    hidden.chain([("user", user)]).collect()
}

async fn firing(desk: &Desk, alert: &Alert) -> bool {
    desk.read(alert).await.status.name() == "firing"
}

#[tokio::test]
async fn a_key_opens_a_session_of_its_own_role_and_tenant() {
    let desk = desk().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    desk.fire("zeta", "disk", "zeta's own").await;
    for (key, may_act, sees) in
        [(VIEWER, false, true), (RESPONDER, true, true), (ACME, true, false)]
    {
        desk.pass(Duration::from_secs(60));
        let mut browser = with_key(&desk, key).await;
        let page = browser.get("/console/").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("disk full"));
        assert_eq!(page.text.contains("Zoe"), sees, "{key}");
        let form = form_of(&page.text, "ack");
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post("/console/press", &form).await;
        assert_eq!(answer.status, if may_act { 303 } else { 403 }, "{key}: {}", answer.text);
        assert_eq!(firing(&desk, &alert).await, !may_act, "{key}");
        let note = format!("/console/alerts/{}/act", alert.id);
        let token = form_of(&page.text, "small")
            .iter()
            .find_map(|(name, value)| (*name == "form_token").then(|| value.clone()));
        let token = token.expect("every page has it");
        let answer =
            browser.post(&note, &[("form_token", &token), ("verb", "unacknowledge")]).await;
        assert_eq!(answer.status, if may_act { 303 } else { 403 }, "{key}");
        let other = [("form_token", token.as_str()), ("as", "zeta/zoe"), ("back", "/console/")];
        let answer = browser.post("/console/acting", &other).await;
        assert_eq!(answer.status, if sees { 303 } else { 422 }, "{key}");
        assert_eq!(browser.post("/console/logout", &[("form_token", &token)]).await.status, 200);
        assert_eq!(browser.get("/console/").await.status, 401);
    }
}

#[tokio::test]
async fn no_other_key_opens_one_and_no_other_site_can_log_somebody_in() {
    let desk = desk().await;
    let mut browser = Browser::new(&desk);
    for key in ["", " ", "wrong", WEBHOOK, desk::TOKEN, &"x".repeat(5_000)] {
        let answer = browser.post(LOGIN, &[("key", key), ("next", "/console/")]).await;
        assert_eq!(answer.status, 401);
        assert!(answer.headers.get(header::SET_COOKIE).is_none(), "{key}");
        assert!(key.trim().is_empty() || !answer.text.contains(key), "it is not repeated");
        assert!(answer.text.contains("name=\"key\" type=\"password\""), "another try");
    }
    let form = [("key", OPERATOR), ("next", "/console/")];
    for origin in [None, Some("null"), Some("https://evil.example")] {
        let answer = browser.post_from(LOGIN, &form, origin).await;
        assert_eq!(answer.status, 403, "{origin:?}");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
    let away = [("key", OPERATOR), ("next", "https://evil.example/")];
    assert_eq!(browser.post(LOGIN, &away).await.header(header::LOCATION), "/console/");
    // A key in an address would stand in logs, so it opens nothing there.
    let mut other = Browser::new(&desk);
    let answer = other.get(&format!("{LOGIN}?key={OPERATOR}")).await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text.contains(OPERATOR));
}

#[tokio::test]
async fn a_session_of_a_key_ends_with_the_night() {
    let desk = desk().await;
    let mut browser = with_key(&desk, RESPONDER).await;
    desk.pass(Duration::from_secs(7 * 3600));
    assert_eq!(browser.get("/console/").await.status, 200);
    desk.pass(Duration::from_secs(6 * 3600));
    assert_eq!(browser.get("/console/").await.status, 401, "it was not renewed");
}

#[tokio::test]
async fn a_link_is_followed_through_the_login_and_does_what_was_asked_for() {
    let desk = desk().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let path = type_in_chat(&desk, &format!("ack {}", alert.short_id)).await;
    let token = path.split_once("t=").expect("it has one").1;
    let mut browser = Browser::new(&desk);
    let first = browser.get(&path).await;
    assert_eq!(first.header(header::REFERRER_POLICY), "no-referrer");
    assert_eq!(first.header(header::LOCATION), LINK, "the token stands in no further address");
    let login = follow(&mut browser, &first).await;
    assert_eq!(login.status, 401);
    assert!(login.text.contains("value=\"/console/link\"") && !login.text.contains(token));
    let answer = browser.post(LOGIN, &[("key", RESPONDER), ("next", LINK)]).await;
    let page = follow(&mut browser, &answer).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for word in ["&#60;b&#62;al&#60;/b&#62;", "Slack", "Acme", "acknowledge", "disk full"] {
        assert!(page.text.contains(word), "{word}: {}", page.text);
    }
    assert!(!page.text.contains("<b>al"), "a name is only text");
    assert!(page.text.contains("<option value=\"alice\">"), "nobody is chosen beforehand");
    assert!(!page.text.contains("value=\"zoe\""), "people of the tenant only");
    assert!(firing(&desk, &alert).await && known(&desk).await.is_none(), "looking does nothing");

    let form = form_of(&page.text, "primary");
    let answer = browser.post(LINK, &fields(&form, "bob")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("Bob"), "{}", answer.text);
    assert_eq!(known(&desk).await.as_deref(), Some("bob"));
    let shown = desk.get(&format!("/api/v1/admin/alerts/{}", alert.id), OPERATOR).await.json();
    assert_eq!(shown["acknowledged_by"], "Bob", "what was asked for is done");

    let again = browser.post(LINK, &fields(&form, "alice")).await;
    assert_eq!(again.status, 404);
    assert!(again.text.contains("/nightowl link"));
    assert_eq!(known(&desk).await.as_deref(), Some("bob"), "it worked once");
    assert_eq!(browser.get(LINK).await.status, 404);
    let page = browser.get(&path).await;
    assert_eq!(follow(&mut browser, &page).await.status, 404);
}

#[tokio::test]
async fn a_link_from_another_site_keeps_the_session() {
    let desk = desk().await;
    let path = type_in_chat(&desk, "link").await;
    let mut browser = Browser::logged_in(&desk).await;
    let first = browser.get_with(&path, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(first.status, 200);
    assert!(first.text.contains("url=/console/link\""), "{}", first.text);
    assert_eq!(first.header(header::REFERRER_POLICY), "no-referrer");
    let page = browser.get(LINK).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("After that"), "nothing was asked for");
}

#[tokio::test]
async fn a_start_token_leads_on_to_a_link_that_was_followed_before() {
    let desk = desk().await;
    let path = type_in_chat(&desk, "link").await;
    let mut browser = Browser::new(&desk);
    browser.get(&path).await;
    let welcome = browser.get(&format!("{LOGIN}?token={}", desk::TOKEN)).await;
    assert!(welcome.text.contains("url=/console/link\""), "{}", welcome.text);
    assert_eq!(browser.get(LINK).await.status, 200);
}

#[tokio::test]
async fn a_link_is_taken_only_by_who_may_and_for_whom_there_is() {
    let desk = desk().await;
    let path = type_in_chat(&desk, "link").await;
    for (key, status) in [(ZOE, 403), (VIEWER, 403), (ACME, 200), (OPERATOR, 200)] {
        let mut browser = with_key(&desk, key).await;
        let first = browser.get(&path).await;
        let page = follow(&mut browser, &first).await;
        assert_eq!(page.status, status, "{key}: {}", page.text);
        if status != 200 {
            assert!(!page.text.contains("al&#60;"), "it tells nothing: {}", page.text);
            continue;
        }
        let form = form_of(&page.text, "primary");
        for (user, status) in [("mallory", 422), ("zoe", 422), ("", 422)] {
            let answer = browser.post(LINK, &fields(&form, user)).await;
            assert_eq!(answer.status, status, "{key} {user}");
        }
        let mut forged = form.clone();
        for (name, value) in &mut forged {
            if *name == "form_token" {
                *value = "0".repeat(64);
            }
        }
        assert_eq!(browser.post(LINK, &fields(&forged, "bob")).await.status, 403);
        let from = Some("https://evil.example");
        let answer = browser.post_from(LINK, &fields(&form, "bob"), from).await;
        assert_eq!(answer.status, 403);
    }
    // What another tenant's session posts by hand does nothing either.
    let mut zoe = with_key(&desk, ZOE).await;
    let page = zoe.get("/console/").await.text;
    let form_token = form_of(&page, "small").into_iter().find(|(name, _)| *name == "form_token");
    let token = path.split_once("t=").expect("it has one").1;
    let form = [("form_token", form_token.expect("a token").1), ("t", token.to_owned())];
    assert_eq!(zoe.post(LINK, &fields(&form, "bob")).await.status, 403);
    assert_eq!(known(&desk).await, None);
}

#[tokio::test]
async fn a_link_that_is_over_or_never_was_says_what_to_type() {
    let desk = desk().await;
    let path = type_in_chat(&desk, "link").await;
    let mut browser = Browser::logged_in(&desk).await;
    desk.pass(Duration::from_secs(15 * 60 + 1));
    let first = browser.get(&path).await;
    let page = follow(&mut browser, &first).await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("/nightowl link"), "{}", page.text);
    let unknown = browser.get("/console/link?t=0123456789abcdef").await;
    assert_eq!(follow(&mut browser, &unknown).await.status, 404);
    let odd = browser.get("/console/link?t=%0d%0aSet-Cookie:x").await;
    assert_eq!(odd.status, 404);
    assert!(odd.headers.get(header::SET_COOKIE).is_none());
    browser.cookies.remove("nightowl_link");
    assert_eq!(browser.get(LINK).await.status, 404, "nothing was followed here");
}
