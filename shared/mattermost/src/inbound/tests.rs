//! With requests that a real server sent, and with its key.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use nightowl_domain::{AlertId, SeriesHash, Time};
use nightowl_messaging::verify::{self, P256Key};
use nightowl_messaging::{
    ActionId, ButtonValue, Forged, FormId, FormState, Secret, Snooze, Verified,
};
use serde_json::{Value, json};

use super::trigger::Trigger;
use super::*;
use crate::Signer;

const SERVER_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAerinsGaGNRrFwOR7SZ7uW3MPJOWMMEfgD\
                          3bKqRVWv1YePxii0QIRkCOCFln6E8EZFE0e1+Q7ZfVNru9/rlzUg==";
const BOB: &str = "7hd3cteqgbnnzcjjsn58bizhpr";
const ALERTS: &str = "tsiw9d6fpfbt5fuz3kknzq8qhc";
/// When `button.http` was sent, by the server's clock.
const CLICKED_AT: Time = Time::from_millis(1_795_257_752_594);

fn key() -> P256Key {
    let der = STANDARD.decode(SERVER_KEY).expect("it is base 64");
    P256Key::from_spki(&der).expect("it is a key")
}

/// Head and body of a captured request.
fn capture(name: &str) -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures").join(name);
    let raw = std::fs::read_to_string(path).expect("it is there").replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").expect("a head ends");
    (head.to_owned(), body.trim().to_owned())
}

fn body_json(name: &str) -> Value {
    serde_json::from_str(&capture(name).1).expect("it is JSON")
}

fn header(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

fn signer() -> Signer {
    Signer::new("acme", "https://nightowl.example.com", &Secret::new("key"))
}

fn value() -> ButtonValue {
    ButtonValue { alert_id: "a1".to_owned(), delivery: "d1".into(), round: 1, tier: 2 }
}

fn proved(token: &str, head: Option<&str>, body: &str) -> Result<Verified<Bytes>, Forged> {
    let given = command_tokens(head, body.as_bytes());
    let given: Vec<&str> = given.iter().map(Secret::expose).collect();
    let accepted = [Secret::new("other"), Secret::new(token)];
    verify::token(&accepted, &given, Bytes::copy_from_slice(body.as_bytes()))
}

#[test]
fn every_trigger_of_the_server_verifies() {
    let buttons = ["button.http", "button-dm.http", "menu.http", "menu-users.http"];
    let mut triggers: Vec<String> = buttons
        .iter()
        .map(|name| body_json(name)["trigger_id"].as_str().expect("a trigger").to_owned())
        .collect();
    for name in ["slash-post.http", "slash-dm.http", "slash-in-thread.http"] {
        let form: Vec<(String, String)> =
            serde_urlencoded::from_str(&capture(name).1).expect("it is a form");
        triggers.extend(form.into_iter().find(|(key, _)| key == "trigger_id").map(|(_, id)| id));
    }
    assert_eq!(triggers.len(), 7);
    for text in triggers {
        let trigger = Trigger::read(&text).expect("it is a trigger");
        let decoded = String::from_utf8(STANDARD.decode(&text).expect("base 64")).expect("text");
        let millis = decoded.split(':').nth(2).expect("a moment").parse().expect("a number");
        assert_eq!(trigger.id.len(), 26);
        assert_eq!(trigger.verify(&key(), BOB, Time::from_millis(millis)), Ok(()));
    }
}

#[test]
fn a_trigger_is_of_one_person_and_one_moment() {
    let click = ClickClaim::read(capture("button.http").1.as_bytes()).expect("it reads");
    let at = |offset: i64| {
        let now = Time::from_millis(CLICKED_AT.millis() + offset);
        click.presser(&key(), now).map(|_| ())
    };
    assert_eq!(at(0), Ok(()));
    assert_eq!(at(10_000), Ok(()));
    assert_eq!(at(10_001), Err(TriggerRefused::Late));
    assert_eq!(at(-5_000), Ok(()));
    assert_eq!(at(-5_001), Err(TriggerRefused::Early));
    let mut of_another = body_json("button.http");
    of_another["user_id"] = "cdwxtx3y6tb6urr5inyq75z4xo".into();
    let click = ClickClaim::read(of_another.to_string().as_bytes()).expect("it reads");
    assert_eq!(click.presser(&key(), CLICKED_AT), Err(TriggerRefused::OtherUser));
}

/// The trigger of `button.http`, altered and packed again.
fn repacked(alter: impl Fn(&str) -> String) -> Result<Presser, TriggerRefused> {
    let mut body = body_json("button.http");
    let trigger = body["trigger_id"].as_str().expect("a trigger");
    let trigger = String::from_utf8(STANDARD.decode(trigger).expect("base 64")).expect("a text");
    body["trigger_id"] = STANDARD.encode(alter(&trigger)).into();
    body["user_id"] = alter(&trigger).split(':').nth(1).expect("a user").into();
    let click = ClickClaim::read(body.to_string().as_bytes()).expect("it reads");
    click.presser(&key(), CLICKED_AT)
}

#[test]
fn an_altered_trigger_is_forged() {
    assert!(repacked(str::to_owned).is_ok());
    let forged = Err(TriggerRefused::Forged(Forged::Mismatch));
    assert_eq!(repacked(|text| text.replace("1795257752594", "1795257752595")), forged);
    assert_eq!(repacked(|text| text.replace(BOB, "cdwxtx3y6tb6urr5inyq75z4xo")), forged);
    assert_eq!(repacked(|text| text.replace("kg5tdqet", "kg5tdqeu")), forged);
    assert_eq!(repacked(|text| text.replace(":MEQCIDU", ":MEQCIDV")), forged);
    let mut other = STANDARD.decode(SERVER_KEY).expect("base 64");
    other[90] ^= 1;
    let other = P256Key::from_spki(&other).expect("it has the form of a key");
    let click = ClickClaim::read(capture("button.http").1.as_bytes()).expect("it reads");
    assert_eq!(click.presser(&other, CLICKED_AT), forged);
}

#[test]
fn what_is_no_trigger_is_no_click() {
    let packed = |text: &str| STANDARD.encode(text);
    for trigger in [
        String::new(),
        "x".to_owned(),
        packed("a:b:1"),
        packed("a:b:c:MEQC"),
        packed("a:b:1:2:MEQC"),
        packed("a:b c:1:MEQC"),
        packed("a::1:MEQC"),
        packed("a:b:1:not base 64"),
    ] {
        let mut body = body_json("button.http");
        body["trigger_id"] = trigger.clone().into();
        assert!(ClickClaim::read(body.to_string().as_bytes()).is_err(), "{trigger}");
    }
    for (field, text) in [("user_id", "a|b"), ("channel_id", ""), ("post_id", "../users")] {
        let mut body = body_json("button.http");
        body[field] = text.into();
        let read = ClickClaim::read(body.to_string().as_bytes());
        assert_eq!(read.err().map(|error| error.0), Some(format!("{field} is not an id")));
    }
    assert!(ClickClaim::read(b"[]").is_err());
}

/// A real click with a context of ours.
fn click(name: &str, action: ActionId, selected: Option<&str>) -> ClickClaim {
    click_on(name, action, &value(), selected)
}

fn click_on(
    name: &str,
    action: ActionId,
    value: &ButtonValue,
    selected: Option<&str>,
) -> ClickClaim {
    let (_, context) = signer().action(action, value);
    let mut body = body_json(name);
    body["context"] = json!(context);
    if let Some(selected) = selected {
        body["context"]["selected_option"] = selected.into();
    }
    ClickClaim::read(body.to_string().as_bytes()).expect("it reads")
}

/// The menu is signed for the digest; what is chosen from it says which member is meant, and only
/// there.
#[test]
fn a_choice_from_a_menu_of_a_digest_names_a_member() {
    let series = SeriesHash::of("acme", "test", "x");
    let digest = AlertId::of_digest(series, 1, CLICKED_AT);
    let of_digest = ButtonValue { alert_id: digest.to_string(), tier: 0, ..value() };
    let taken = |action, value: &ButtonValue, selected| {
        let claim = click_on("menu.http", action, value, selected);
        let button = claim.button(&signer()).expect("it is our button");
        let presser = claim.presser(&key(), Time::from_millis(1_795_257_758_149));
        let presser = presser.expect("it is bob");
        claim.click(button, presser).action.value
    };
    let member = |tier| ButtonValue { tier, ..of_digest.clone() };
    for action in [ActionId::Acknowledge, ActionId::Resolve] {
        assert_eq!(taken(action, &of_digest, Some("7")), member(7));
        for odd in [None, Some(""), Some("-1"), Some("x")] {
            assert_eq!(taken(action, &of_digest, odd), member(u32::MAX), "nobody is meant");
        }
        assert_eq!(taken(action, &value(), Some("7")), value(), "an alert has no members");
    }
    assert_eq!(taken(ActionId::AcknowledgeAll, &of_digest, Some("7")), of_digest);
}

#[test]
fn a_click_needs_both_proofs() {
    let foreign = ClickClaim::read(capture("button.http").1.as_bytes()).expect("it reads");
    assert_eq!(foreign.button(&signer()), Err(Forged::Malformed));
    assert!(!foreign.names(&signer()));
    let ours = click("button.http", ActionId::Escalate, None);
    assert!(ours.names(&signer()));
    let button = ours.button(&signer()).expect("it is our button");
    let presser = ours.presser(&key(), CLICKED_AT).expect("it is bob");
    let Click { action, trigger } = ours.click(button, presser);
    assert_eq!(action.action, ActionId::Escalate);
    assert_eq!(action.value, value());
    assert_eq!((&*action.user_ref, &*action.user_name), (BOB, ""), "no proof has a name");
    assert_eq!((&*action.channel_id, &*action.message_id), (ALERTS, "775achr49py4uxp5juhhi6fukh"));
    assert_eq!(action.click_id, "kg5tdqet5jygfmhkkudnekke1r");
    assert_eq!((action.provider, action.choice), ("mattermost", None));
    assert_eq!(Some(trigger.expose()), body_json("button.http")["trigger_id"].as_str());
}

#[test]
fn only_what_was_offered_is_chosen() {
    let chosen = |action, selected| {
        let claim = click("menu.http", action, selected);
        let button = claim.button(&signer()).expect("it is our menu");
        let presser = claim.presser(&key(), Time::from_millis(1_795_257_758_149));
        claim.click(button, presser.expect("it is bob")).action.choice
    };
    for snooze in Snooze::ALL {
        assert_eq!(chosen(ActionId::Snooze, Some(snooze.name())), Some(snooze));
    }
    assert_eq!(chosen(ActionId::Snooze, Some("2")), None);
    assert_eq!(chosen(ActionId::Snooze, None), None);
    assert_eq!(chosen(ActionId::Acknowledge, Some("2h")), None);
}

fn state() -> FormState {
    FormState {
        form: FormId::Resolve,
        value: value(),
        channel_id: ALERTS.to_owned(),
        message_id: "p1".to_owned(),
    }
}

const UNTIL: Time = Time::from_seconds(900);

/// A real submission with a state of ours, altered.
fn submitted(name: &str, alter: impl Fn(&mut Value), now: Time) -> Result<Submitted, FormRefused> {
    let mut body = body_json(name);
    body["state"] = signer().seal(&state(), BOB, ALERTS, "n1", UNTIL).into();
    alter(&mut body);
    FormClaim::read(body.to_string().as_bytes()).expect("it reads").prove(&signer(), now)
}

#[test]
fn a_form_gives_its_fields_as_texts() {
    let Ok(Submitted::Filled(filled)) = submitted("dialog-submit.http", |_| {}, UNTIL) else {
        panic!("it is believed until its end")
    };
    let form = &filled.form;
    assert_eq!(form.state, state());
    assert_eq!((&*form.user_ref, &*form.submit_id), (BOB, "n1"));
    assert_eq!((&*filled.channel_id, filled.until), (ALERTS, UNTIL));
    let fields: Vec<String> = form.fields.iter().map(|(id, text)| format!("{id}={text}")).collect();
    assert_eq!(fields, ["b=true", "note=hi", "num=3", "sev=1"]);
    let cancelled = submitted("dialog-cancel.http", |_| {}, UNTIL);
    assert_eq!(cancelled, Ok(Submitted::Cancelled));
}

#[test]
fn a_form_is_of_one_person_in_one_channel_for_a_while() {
    let refused = |alter: fn(&mut Value), now| submitted("dialog-submit.http", alter, now).err();
    let other = |body: &mut Value| body["user_id"] = "cdwxtx3y6tb6urr5inyq75z4xo".into();
    assert_eq!(refused(other, UNTIL), Some(FormRefused::OtherUser));
    let elsewhere = |body: &mut Value| body["channel_id"] = "m4gnyo7t5p8op8dognp4m4nzuy".into();
    assert_eq!(refused(elsewhere, UNTIL), Some(FormRefused::OtherChannel));
    let late = UNTIL + Duration::from_millis(1);
    assert_eq!(refused(|_| {}, late), Some(FormRefused::Expired));
    let forged = Some(FormRefused::Forged(Forged::Mismatch));
    let altered = |body: &mut Value| {
        let state = body["state"].as_str().expect("a state").replace("|a1|", "|a2|");
        body["state"] = state.into();
    };
    assert_eq!(refused(altered, UNTIL), forged);
    let junk = Some(FormRefused::Forged(Forged::Malformed));
    assert_eq!(refused(|body| body["state"] = "STATE".into(), UNTIL), junk);
}

#[test]
fn other_requests_of_dialogs_are_not_forms() {
    for name in ["dialog-lookup.http", "dialog-refresh.http"] {
        let read = FormClaim::read(capture(name).1.as_bytes());
        assert!(read.is_err(), "{name}");
    }
    let claim = FormClaim::read(capture("dialog-submit.http").1.as_bytes()).expect("it reads");
    assert_eq!(claim.names(), None);
    let sealed = signer().seal(&state(), BOB, ALERTS, "n1", UNTIL);
    assert_eq!(Signer::untrusted_tenant(&sealed).as_deref(), Some("acme"));
}

#[test]
fn a_command_is_read_once_its_token_is_proved() {
    let (head, body) = capture("slash-post.http");
    let authorization = header(&head, "Authorization");
    let token = "1gdqnkwbs3fzid8mohj74kn3ee";
    let by_both = proved(token, authorization.as_deref(), &body).expect("the token is right");
    assert!(proved(token, Some("Bearer of an outgoing connection"), &body).is_ok());
    let bare = body.replace(token, "");
    assert!(proved(token, authorization.as_deref(), &bare).is_ok());
    assert_eq!(proved(token, None, &bare), Err(Forged::Missing));
    assert_eq!(proved("wrong", authorization.as_deref(), &body), Err(Forged::Mismatch));
    let typed = parse_command(&by_both).expect("it reads");
    assert_eq!(typed.command.command, "/ceph");
    assert_eq!(typed.command.args, "ack INC-1 @admin @carol ~alerts é&x  two");
    assert_eq!((&*typed.command.user_ref, &*typed.command.user_name), (BOB, "bob"));
    assert_eq!((&*typed.command.channel_id, &typed.command.thread), (ALERTS, &None));
    assert_eq!(typed.command.workspace, "czwhmizr6ibg5yk5m6j1ou1hio");
    let url = "http://127.0.0.1:8065/hooks/commands/wocixiucu7bsxpapwdhm7rem5y";
    assert_eq!(typed.response_url.as_ref().map(Secret::expose), Some(url));
    assert!(!format!("{typed:?}").contains("8065"));
}

#[test]
fn a_command_says_its_thread_and_old_servers_say_none() {
    let parsed = |body: &str| {
        let body = proved("1gdqnkwbs3fzid8mohj74kn3ee", None, body).expect("the token is right");
        parse_command(&body).expect("it reads").command
    };
    let (_, body) = capture("slash-in-thread.http");
    assert_eq!(parsed(&body).thread.as_deref(), Some("uufikfaweifb8dw3pad6dhf6iw"));
    let (_, direct) = capture("slash-dm.http");
    assert_eq!(parsed(&direct).thread, None);
    assert_eq!(parsed(&direct).args, "dm");
    assert_eq!(parsed(&direct.replace("root_id=&", "")).thread, None);
}

#[test]
fn a_mention_is_read_in_both_encodings() {
    let parsed = |name: &str, from: &str, to: &str| {
        let body = capture(name).1.replace(from, to);
        let given = mention_token(body.as_bytes());
        let accepted = [Secret::new("xpt9ktcs1ib6bba9t5ciuup3xo")];
        let body = verify::token(&accepted, &[given.expose()], body.into());
        parse_mention(&body.expect("the token is right")).expect("it reads")
    };
    let json = parsed("outgoing-json.http", "", "");
    assert_eq!((json.is_called, &*json.args), (true, "do it @carol"));
    assert_eq!((&*json.user_ref, &*json.user_name), (BOB, "bob"));
    assert_eq!((&*json.channel_id, &*json.post_id), (ALERTS, "n7886dd5dpdotcx8d7zmodjtar"));
    let form = parsed("outgoing-form.http", "", "");
    assert_eq!((form.is_called, &*form.args), (true, "two"));
    assert_eq!(form.post_id, "7z39hdqcj7rf3e79rnrmmof4kc");
    let polite = parsed("outgoing-json.http", "owl do it", "OWL: do it");
    assert_eq!(polite.args, "do it @carol");
    let uncalled =
        parsed("outgoing-json.http", "\"trigger_word\":\"owl\"", "\"trigger_word\":\"\"");
    assert_eq!((uncalled.is_called, &*uncalled.args), (false, ""));
}
