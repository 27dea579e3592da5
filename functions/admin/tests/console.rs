//! The console, as a browser and as an attacker meet it.

mod desk;

use std::collections::BTreeMap;
use std::time::Duration;

use desk::{Browser, Desk, OPERATOR, TOKEN, form_of};
use http::header;
use nightowl_domain::{Alert, Details, Link, LinkKind};

fn fields<'f>(form: &'f [(&'f str, String)]) -> Vec<(&'f str, &'f str)> {
    form.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn a_login_token_works_once() {
    let desk = Desk::new().await;
    let path = format!("/console/login?token={TOKEN}");
    let mut first = Browser::new(&desk);
    for wrong in ["/console/login", "/console/login?token=", "/console/login?token=x"] {
        let answer = first.get(wrong).await;
        assert_eq!(answer.status, 401);
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
    let answer = first.get(&path).await;
    assert_eq!(answer.status, 200);
    let cookie = answer.header(header::SET_COOKIE);
    for word in ["HttpOnly", "SameSite=Strict", "Path=/console"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
    assert!(answer.text.contains("url=/console/"), "it leads on by itself");
    assert!(!answer.text.contains(TOKEN));
    assert_eq!(first.get("/console/").await.status, 200);
    let mut second = Browser::new(&desk);
    let answer = second.get(&path).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text.contains("used already") && answer.text.contains("<pre>"));
    assert_eq!(second.get("/console/").await.status, 401);
    // Whoever is logged in and goes back is not locked out.
    assert_eq!(first.get(&path).await.status, 200);
}

#[tokio::test]
async fn without_a_session_nothing_is_shown_and_nothing_is_done() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "a secret title").await;
    let page = format!("/console/alerts/{}", alert.id);
    let mut nobody = Browser::new(&desk);
    for path in ["/console", "/console/", "/console/alerts", &page, "/console/nothing"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.text.contains("You are not logged in"), "{path}");
        assert!(!answer.text.contains("a secret title"), "{path}");
    }
    for path in ["/console/press", "/console/acting", "/console/logout", &format!("{page}/act")] {
        assert_eq!(nobody.post(path, &[("verb", "resolve")]).await.status, 401, "{path}");
    }
    nobody.cookies.insert("nightowl_session".to_owned(), "id=1&expires=9.00".to_owned());
    assert_eq!(nobody.get("/console/").await.status, 401);
    // A link in another site's page: the cookie is kept back, so the page sends itself here again.
    let answer = nobody.get_with(&page, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains(&format!("url={page}")), "{}", answer.text);
    assert_eq!(desk.read(&alert).await.status.name(), "firing");
}

#[tokio::test]
async fn a_session_ends_unless_it_is_used() {
    let desk = Desk::new().await;
    let mut browser = Browser::logged_in(&desk).await;
    desk.pass(Duration::from_secs(7 * 3600));
    assert_eq!(browser.get("/console/").await.status, 200);
    desk.pass(Duration::from_secs(7 * 3600));
    assert_eq!(browser.get("/console/").await.status, 200, "it was renewed");
    desk.pass(Duration::from_secs(12 * 3600));
    assert_eq!(browser.get("/console/").await.status, 401);
}

#[tokio::test]
async fn every_page_is_locked_down() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = format!("/console/alerts/{}", alert.id);
    for path in ["/console/", "/console/alerts", &page, "/console/login", "/console/nothing"] {
        let answer = browser.get(path).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{path}");
        assert!(["no-referrer", "same-origin"].contains(&answer.header(header::REFERRER_POLICY)));
        for inline in ["<style", "style=", "onclick", "<script>"] {
            assert!(!answer.text.contains(inline), "{path}: {inline}");
        }
        assert!(!answer.text.contains("src=\"http"), "{path}: nothing comes from elsewhere");
    }
    for (file, kind) in [("console.css", "text/css"), ("console.js", "text/javascript")] {
        let answer = browser.get(&format!("/console/assets/{file}?v=1")).await;
        assert!(answer.header(header::CONTENT_TYPE).starts_with(kind));
    }
    assert_eq!(browser.get("/console/assets/keys.json").await.status, 404);
}

#[tokio::test]
async fn a_firing_alert_is_a_card_and_a_message_for_whoever_is_on_call() {
    let desk = Desk::new().await;
    let mut browser = Browser::logged_in(&desk).await;
    let quiet = browser.get("/console/").await;
    assert!(quiet.text.contains("All quiet"));
    let alert = desk.fire("acme", "disk", "disk full").await;
    let page = browser.get("/console/").await.text;
    assert_eq!(page.matches("<article").count(), 2, "the card and Alice's page");
    let id = alert.short_id.to_uppercase();
    for word in ["disk full", &id, "Critical", "Firing", "For <bdi>Alice</bdi> only"] {
        assert!(page.contains(word), "{word}");
    }
    for button in [">Acknowledge<", ">Escalate<", ">Resolve<", ">Runbook<"] {
        assert_eq!(page.matches(button).count(), 2, "{button}");
    }
    assert!(page.contains("href=\"https://runbooks.example.com/disk\""));
    assert!(page.contains("rel=\"noopener noreferrer\""));
}

#[tokio::test]
async fn hostile_text_is_only_text() {
    let desk = Desk::new().await;
    let hostile = "</h3><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & {{ 7*7 }}";
    let link =
        |url: &str| Link { kind: LinkKind::Runbook, text: hostile.to_owned(), url: url.to_owned() };
    let details = Details {
        description: hostile.to_owned(),
        labels: BTreeMap::from([(hostile.to_owned(), hostile.to_owned())]),
        annotations: BTreeMap::from([(hostile.to_owned(), hostile.to_owned())]),
        links: vec![
            link("javascript:alert(1)"),
            link("data:text/html,<script>alert(1)</script>"),
            Link { kind: LinkKind::Dashboard, ..link("https://example.com/\"onclick=alert(1)") },
        ],
    };
    let alert = desk.fire_with("acme", "disk", hostile, details).await;
    let note = format!("{{\"note\":{}}}", serde_json::json!(hostile));
    let path = format!("/api/v1/admin/alerts/{}/note", alert.id);
    assert_eq!(desk.post(&path, OPERATOR, &note).await.status, 200);
    let mut browser = Browser::logged_in(&desk).await;
    for path in ["/console/", "/console/alerts", &format!("/console/alerts/{}", alert.id)] {
        let page = browser.get(path).await.text;
        assert!(page.contains("alert(1)"), "{path}: it is shown as text");
        for bad in
            ["<script>", "<img src=x", "href=\"javascript", "href=\"data", "onclick=alert(1)\""]
        {
            assert!(!page.contains(bad), "{path}: {bad}");
        }
        assert!(page.contains("{{ 7*7 }}") && !page.contains(" 49"), "{path}");
    }
}

#[tokio::test]
async fn a_pressed_button_does_what_it_says_as_the_person_one_acts_as() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let form = form_of(&page, "ack");
    let answer = browser.post("/console/press", &fields(&form)).await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (303, "/console/"));
    let acked = desk.read(&alert).await;
    assert_eq!(acked.status.name(), "acknowledged");
    desk.work().await;
    let page = browser.get("/console/").await.text;
    assert!(page.contains("Acknowledged by") && page.contains("Alice"), "the card shows it");
    // The same page's button again is the same click.
    let before = desk.read(&alert).await;
    assert_eq!(browser.post("/console/press", &fields(&form)).await.status, 303);
    assert_eq!(desk.read(&alert).await, before);
    desk.pass(Duration::from_secs(1));
    let page = browser.get("/console/").await.text;
    let resolve = form_of(&page, "resolve");
    assert_eq!(browser.post("/console/press", &fields(&resolve)).await.status, 303);
    assert_eq!(desk.read(&alert).await.status.name(), "resolved");
}

#[tokio::test]
async fn a_press_without_javascript_is_answered_in_words() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let form = form_of(&page, "ack");
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(&form)).finish();
    let request = http::Request::post("/console/press")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "http://127.0.0.1:8080")
        .header("sec-fetch-mode", "navigate");
    let request = request.body(axum::body::Body::from(body)).expect("a request");
    assert_eq!(browser.send(request).await.status, 303);
    assert_eq!(desk.read(&alert).await.status.name(), "acknowledged");
    let page = browser.get("/console/").await.text;
    assert!(said(&page).starts_with("It was taken."), "{}", said(&page));
}

/// What the page says once, without its markup.
fn said(page: &str) -> &str {
    let start = "<div id=\"said\" class=\"said\" role=\"status\">";
    let said = page.split(start).nth(1).and_then(|rest| rest.split("</div>").next());
    said.expect("every page has the place")
        .trim_start_matches("<p><bdi>")
        .trim_end_matches("</bdi></p>")
}

#[tokio::test]
async fn a_button_that_comes_too_late_says_what_happened_instead() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let (acknowledge, resolve) = (form_of(&page, "ack"), form_of(&page, "resolve"));
    desk.pass(Duration::from_secs(60));
    let act = format!("/api/v1/admin/alerts/{}/resolve", alert.id);
    assert_eq!(desk.post(&act, OPERATOR, r#"{"user":"bob"}"#).await.status, 200);
    assert_eq!(browser.post("/console/press", &fields(&acknowledge)).await.status, 303);
    let page = browser.get("/console/").await.text;
    assert!(said(&page).contains("is over: Bob resolved it"), "{}", said(&page));
    assert_eq!(said(&browser.get("/console/").await.text), "", "once");
    desk.pass(Duration::from_secs(60));
    let next = desk.fire("acme", "disk", "disk full").await;
    assert_ne!(next.id, alert.id);
    assert_eq!(browser.post("/console/press", &fields(&resolve)).await.status, 303);
    let page = browser.get("/console/").await.text;
    let named = format!("{} came after it", next.short_id.to_uppercase());
    assert!(said(&page).contains(&named), "{}", said(&page));
    assert_eq!(desk.read(&next).await.status.name(), "firing");
    let old = browser.get(&format!("/console/alerts/{}", alert.id)).await.text;
    assert!(old.contains(&format!("href=\"/console/alerts/{}\"", next.id)), "it leads on");
}

/// What would change an alert if it were believed.
async fn still_firing(desk: &Desk, alert: &Alert) {
    assert_eq!(desk.read(alert).await.status.name(), "firing");
}

#[tokio::test]
async fn a_press_is_refused_unless_our_own_page_sent_it() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let form = form_of(&page, "ack");
    for origin in [None, Some("null"), Some("https://evil.example"), Some("http://127.0.0.1:8081")]
    {
        let answer = browser.post_from("/console/press", &fields(&form), origin).await;
        assert_eq!(answer.status, 403, "{origin:?}");
        assert!(answer.text.contains("Nothing was done"));
    }
    for (name, from, to) in [
        ("press", "action=ack", "action=resolve"),
        ("press", "alerts", "other"),
        ("signature", "", "0"),
    ] {
        let mut forged = form.clone();
        for (field, value) in &mut forged {
            if *field == name {
                *value = if from.is_empty() { "0".repeat(64) } else { value.replace(from, to) };
            }
        }
        assert_ne!(forged, form, "{name}");
        assert_eq!(browser.post("/console/press", &fields(&forged)).await.status, 403, "{name}");
    }
    assert_eq!(browser.post("/console/press", &[]).await.status, 403);
    // Bob's session cannot use what was signed for Alice's.
    let mut bob = Browser { desk: &desk, cookies: browser.cookies.clone() };
    let token = hidden(&page, "form_token");
    let acting = [("form_token", token.as_str()), ("as", "acme/bob"), ("back", "/console/")];
    assert_eq!(bob.post("/console/acting", &acting).await.status, 303);
    assert_eq!(bob.post("/console/press", &fields(&form)).await.status, 403);
    still_firing(&desk, &alert).await;
    desk.pass(Duration::from_secs(13 * 3600));
    // Too old: the session is gone as well.
    assert_eq!(browser.post("/console/press", &fields(&form)).await.status, 401);
}

fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = page.split(&start).nth(1).unwrap_or_else(|| panic!("no field {name}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn one_may_act_as_another_person_and_sees_their_messages() {
    let desk = Desk::new().await;
    desk.fire("acme", "disk", "disk full").await;
    let theirs = desk.fire("zeta", "another disk", "zeta's own").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    assert!(page.contains("<option value=\"acme/alice\" selected>Alice (Acme)"), "{page}");
    assert!(!page.contains("zeta's own") && !page.contains("zeta&#39;s own"));
    let token = hidden(&page, "form_token");
    for (field, person, status) in [
        ("form_token", "acme/mallory", 422),
        ("form_token", "nowhere/alice", 422),
        ("form_token", "", 422),
        ("another_name", "acme/bob", 403),
        ("form_token", "zeta/zoe", 303),
    ] {
        let form = [(field, token.as_str()), ("as", person), ("back", "https://evil.example/")];
        let answer = browser.post("/console/acting", &form).await;
        assert_eq!(answer.status, status, "{person}");
        if status == 303 {
            assert_eq!(answer.header(header::LOCATION), "/console/");
        }
    }
    let page = browser.get("/console/").await.text;
    assert!(page.contains("For <bdi>Zoe</bdi> only") && page.contains("zeta&#39;s own"), "{page}");
    assert!(!page.contains("disk full"));
    let form = form_of(&page, "ack");
    assert_eq!(browser.post("/console/press", &fields(&form)).await.status, 303);
    let timeline = desk.get(&format!("/api/v1/admin/alerts/{}", theirs.id), OPERATOR).await;
    assert_eq!(timeline.json()["acknowledged_by"], "Zoe");
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = format!("/console/alerts/{}", alert.id);
    for path in ["/console/", "/console/alerts", &page] {
        let answer = browser.get(path).await;
        let etag = answer.header(header::ETAG).to_owned();
        assert!(answer.text.contains(&etag.replace('"', "&#34;")), "{path}: the page knows it");
        let again = browser.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
        let other = browser.get_with(path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, 200, "{path}");
    }
    let mut tags = BTreeMap::new();
    for path in ["/console/", "/console/alerts", &page] {
        tags.insert(path.to_owned(), browser.get(path).await.header(header::ETAG).to_owned());
    }
    let act = format!("/api/v1/admin/alerts/{}/acknowledge", alert.id);
    assert_eq!(desk.post(&act, OPERATOR, "").await.status, 200);
    desk.work().await;
    for (path, etag) in &tags {
        let answer = browser.get_with(path, &[("if-none-match", etag)]).await;
        assert_eq!(answer.status, 200, "{path} shows the acknowledgement");
    }
}

#[tokio::test]
async fn the_page_of_an_alert_shows_what_happened_and_takes_notes() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let path = format!("/console/alerts/{}", alert.id);
    let page = browser.get(&path).await.text;
    for word in ["Timeline", "disk full (described)", "Policy", "id=\"e-0\"", ">Acknowledge<"] {
        assert!(page.contains(word), "{word}");
    }
    assert_eq!(browser.get(&format!("/console/alerts/{}", alert.short_id)).await.status, 200);
    assert_eq!(browser.get("/console/alerts/zzzzzz").await.status, 404);
    let token = hidden(&page, "form_token");
    let act = format!("{path}/act");
    let mut send = async |token: &str, more: &[(&str, &str)]| {
        let mut form = vec![("form_token", token)];
        form.extend_from_slice(more);
        let answer = browser.post(&act, &form).await;
        (answer.status.as_u16(), browser.get(&path).await.text)
    };
    assert_eq!(send("0", &[("verb", "resolve")]).await.0, 403);
    still_firing(&desk, &alert).await;
    let (status, page) = send(&token, &[("verb", "note"), ("note", "looks like <logs>")]).await;
    assert_eq!(status, 303);
    assert!(page.contains("looks like &#60;logs&#62;"), "{page}");
    let (_, page) = send(&token, &[("verb", "acknowledge")]).await;
    assert!(page.contains("Acknowledged by"));
    let (_, page) = send(&token, &[("verb", "snooze"), ("minutes", "60")]).await;
    assert!(page.contains("Snoozed until"));
    let (_, page) = send(&token, &[("verb", "snooze"), ("minutes", "0")]).await;
    assert!(page.contains("A snooze lasts"), "{page}");
    let (_, page) = send(&token, &[("verb", "resolve"), ("note", "grew the disk")]).await;
    assert!(page.contains("grew the disk") && page.contains("Resolved by"));
    let (_, page) = send(&token, &[("verb", "acknowledge")]).await;
    let said = page.split("id=\"said\"").nth(1).and_then(|rest| rest.split("</div>").next());
    assert!(said.is_some_and(|said| said.contains("<p>")), "it says why nothing was done");
    let again = browser.get(&path).await.text;
    assert!(again.contains("<div id=\"said\" class=\"said\" role=\"status\"></div>"), "once");
}

#[tokio::test]
async fn words_for_the_reader_are_not_taken_by_the_page_s_own_polling() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let path = format!("/console/alerts/{}", alert.id);
    let token = hidden(&browser.get(&path).await.text, "form_token");
    let form = [("form_token", token.as_str()), ("verb", "unacknowledge")];
    assert_eq!(browser.post(&format!("{path}/act"), &form).await.status, 303);
    let poll = browser.get_with(&path, &[("if-none-match", "\"old\"")]).await;
    assert_eq!(poll.status, 200);
    assert!(!poll.text.contains("class=\"said\" role=\"status\"><p>"));
    let page = browser.get(&path).await.text;
    assert!(page.contains("class=\"said\" role=\"status\"><p>"), "{page}");
}

#[tokio::test]
async fn the_list_of_alerts_is_filtered() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "one", "first of two").await;
    desk.fire("acme", "two", "second of two").await;
    let act = format!("/api/v1/admin/alerts/{}/resolve", alert.id);
    assert_eq!(desk.post(&act, OPERATOR, "").await.status, 200);
    let mut browser = Browser::logged_in(&desk).await;
    let all = browser.get("/console/alerts").await.text;
    assert!(all.contains("first of two") && all.contains("second of two"));
    let firing = browser.get("/console/alerts?status=firing").await.text;
    assert!(!firing.contains("first of two") && firing.contains("second of two"));
    let none = browser.get("/console/alerts?status=snoozed").await.text;
    assert!(none.contains("No alerts here"));
}

#[tokio::test]
async fn the_list_of_alerts_says_which_ones_nobody_answered() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let before = browser.get("/console/alerts").await;
    assert!(before.text.contains("Firing") && !before.text.contains("nobody answered"));
    for _ in 0..3 {
        desk.pass(Duration::from_secs(301));
        desk.needs.engine.deliver(&alert.occurrence()).await.expect("the store works");
    }
    assert!(desk.read(&alert).await.plan.exhausted.is_some());
    let etag = before.header(header::ETAG);
    let after = browser.get_with("/console/alerts", &[("if-none-match", etag)]).await;
    assert_eq!(after.status, 200, "an open page learns of it");
    assert!(after.text.contains("Firing, nobody answered"), "{}", after.text);
    let act = format!("/api/v1/admin/alerts/{}/resolve", alert.id);
    assert_eq!(desk.post(&act, OPERATOR, "").await.status, 200);
    assert!(!browser.get("/console/alerts").await.text.contains("nobody answered"));
}

#[tokio::test]
async fn what_is_over_takes_a_note_and_nothing_else() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let mut browser = Browser::logged_in(&desk).await;
    let path = format!("/console/alerts/{}", alert.id);
    let page = browser.get(&path).await.text;
    for offered in ["Keep the note", "Resolve with it", "Snooze for", "or how it was resolved"] {
        assert!(page.contains(offered), "{offered}");
    }
    let act = format!("/api/v1/admin/alerts/{}/resolve", alert.id);
    assert_eq!(desk.post(&act, OPERATOR, "").await.status, 200);
    let page = browser.get(&path).await.text;
    assert!(page.contains("Keep the note"));
    for gone in ["Resolve with it", "Snooze for", "or how it was resolved"] {
        assert!(!page.contains(gone), "{gone}");
    }
}

#[tokio::test]
async fn logging_out_ends_it_here() {
    let desk = Desk::new().await;
    let mut browser = Browser::logged_in(&desk).await;
    let token = hidden(&browser.get("/console/").await.text, "form_token");
    assert_eq!(browser.post("/console/logout", &[("form_token", "x")]).await.status, 403);
    assert_eq!(browser.post("/console/logout", &[("form_token", &token)]).await.status, 200);
    assert_eq!(browser.get("/console/").await.status, 401);
}

#[tokio::test]
async fn an_empty_nightowl_says_what_to_do_and_trouble_is_no_riddle() {
    let desk = Desk::empty();
    let mut browser = Browser::logged_in(&desk).await;
    assert!(browser.get("/console/").await.text.contains("nightowl apply -f"));
    let trap = &desk.needs.engine.ports().memory.trap;
    trap.arm(0, nightowl_engine::testing::Spring::Fail);
    desk.pass(Duration::from_secs(120));
    let answer = browser.get("/console/").await;
    assert_eq!((answer.status.as_u16(), answer.header(header::RETRY_AFTER)), (503, "5"));
}
