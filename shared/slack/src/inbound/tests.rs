//! Through the signature, as the functions do it.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::verify::sign_hmac_sha256;
use nightowl_messaging::{ActionId, ButtonValue, Secret, Verified};
use serde_json::{Value, json};

use super::*;

fn verified(body: &str) -> Verified<Bytes> {
    let secret = Secret::new("a secret of a test");
    let hex = sign_hmac_sha256(&secret, &[b"v0:1790000000:", body.as_bytes()]);
    let signature = format!("v0={hex}");
    let body = Bytes::copy_from_slice(body.as_bytes());
    let now = Time::from_seconds(1_790_000_000);
    verify(&secret, Some(&signature), Some("1790000000"), body, now).expect("genuine")
}

fn interaction(payload: &Value) -> Result<Interaction, Malformed> {
    let body = serde_urlencoded::to_string([("payload", payload.to_string())]).expect("a form");
    parse_interaction(&verified(&body))
}

fn value() -> ButtonValue {
    ButtonValue {
        alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
        delivery: "d".into(),
        round: 0,
        tier: 1,
    }
}

fn click() -> Value {
    json!({
        "type": "block_actions",
        "user": {"id": "W111", "username": "alice.a", "name": "alice", "team_id": "T111"},
        "api_app_id": "A111", "token": "x", "enterprise": null,
        "container": {"type": "message", "message_ts": "111.222", "channel_id": "C111"},
        "trigger_id": "111.222.valid", "team": {"id": "T111", "domain": "d"},
        "channel": {"id": "C111", "name": "ops"},
        "message": {"type": "message", "ts": "111.222", "app_id": "A222", "blocks": []},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T111/111/random",
        "actions": [{"action_id": "ack", "block_id": "b", "value": value().encode(),
            "type": "button", "action_ts": "1596530385.194939"}],
    })
}

#[test]
fn a_click_is_read_in_all_its_shapes() {
    let Ok(Interaction::Click(full)) = interaction(&click()) else {
        panic!("{:?}", interaction(&click()));
    };
    assert_eq!((full.action.action, &full.action.value), (ActionId::Acknowledge, &value()));
    assert_eq!(full.action.app_id, "A222", "the app that posted it");
    assert_eq!(full.action.user_name, "alice");
    assert!(full.response_url.is_some());

    let mut bare = click();
    for gone in ["message", "channel", "team", "trigger_id", "state"] {
        bare.as_object_mut().expect("an object").remove(gone);
    }
    bare["response_url"] = "https://evil.example/".into();
    let Ok(Interaction::Click(bare)) = interaction(&bare) else {
        panic!("an ephemeral message has less");
    };
    assert_eq!(bare.action.channel_id, "C111");
    assert_eq!(bare.action.message_id, "111.222");
    assert_eq!(bare.action.workspace, "T111");
    assert_eq!(bare.action.app_id, "A111");
    assert_eq!(bare.action.click_id, "111.222:W111:1596530385.194939");
    assert_eq!(bare.response_url, None);
}

#[test]
fn what_is_not_our_click_is_told_apart() {
    for (field, other) in [("action_id", "open_modal"), ("value", "click_me_123")] {
        let mut foreign = click();
        foreign["actions"][0][field] = other.into();
        match interaction(&foreign) {
            Ok(Interaction::Foreign(clicker)) => assert_eq!(clicker.user_ref, "W111"),
            unexpected => panic!("{field}: {unexpected:?}"),
        }
    }
    for kind in ["view_closed", "shortcut", "message_action", "block_suggestion"] {
        let other = json!({"type": kind, "callback_id": "x", "view": {"id": "V1"}});
        assert_eq!(interaction(&other), Ok(Interaction::Other { kind: kind.to_owned() }));
    }
    let mut link = click();
    link["actions"][0]["action_id"] = "way-on".into();
    assert_eq!(interaction(&link), Ok(Interaction::Other { kind: "way-on".to_owned() }));
    assert!(interaction(&json!({"type": "block_actions"})).is_err());
    assert!(interaction(&json!([])).is_err());
    assert!(parse_interaction(&verified("")).is_err());
}

#[test]
fn a_command_needs_who_and_where() {
    let body = "team_id=T1&channel_id=C1&user_id=U1&user_name=a&command=%2Fnightowl&text=ack+x+%26\
        &api_app_id=A1&trigger_id=1.2&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1";
    let command = parse_command(&verified(body)).expect("a command");
    assert_eq!(command.command.args, "ack x &");
    assert_eq!((command.command.command.as_str(), command.app_id.as_str()), ("/nightowl", "A1"));
    assert!(command.response_url.is_some());
    for missing in ["team_id=T1&", "user_id=U1&", "channel_id=C1&", "command=%2Fnightowl&"] {
        assert!(parse_command(&verified(&body.replace(missing, ""))).is_err(), "{missing}");
    }
    let doubled = format!("{body}&user_id=U2");
    assert!(parse_command(&verified(&doubled)).is_err(), "two people");
}

#[test]
fn events_are_answered_or_acknowledged() {
    let event = |json: Value| parse_event(&verified(&json.to_string()));
    let challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P".to_owned();
    let asked = json!({"token": "x", "challenge": challenge, "type": "url_verification"});
    assert_eq!(event(asked), Ok(Event::UrlVerification { challenge }));
    assert!(event(json!({"type": "url_verification"})).is_err());
    assert!(event(json!([])).is_err());
    let limited = json!({"type": "app_rate_limited", "minute_rate_limited": 1, "team_id": "T1",
        "api_app_id": "A1"});
    let Ok(Event::Told { envelope, what }) = event(limited) else { panic!("no event") };
    assert_eq!((envelope.kind.as_str(), what), ("app_rate_limited", What::Other));
}

fn told(event: &Value) -> (Envelope, What) {
    let body = json!({"type": "event_callback", "team_id": "T1", "api_app_id": "A1",
        "event_id": "Ev1", "event_time": 1, "event": event,
        "authorizations": [{"team_id": "T1", "user_id": "U0OWL", "is_bot": true}]});
    match parse_event(&verified(&body.to_string())) {
        Ok(Event::Told { envelope, what }) => (*envelope, what),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_happens_to_a_channel_or_the_app_is_told_apart() {
    let (envelope, what) = told(&json!({"type": "app_uninstalled"}));
    let expected = Envelope {
        id: "Ev1".to_owned(),
        team_id: "T1".to_owned(),
        app_id: "A1".to_owned(),
        kind: "app_uninstalled".to_owned(),
        bot: Some("U0OWL".to_owned()),
    };
    assert_eq!((envelope, what), (expected, What::AppUninstalled));
    let channel = "C1".to_owned();
    let gone = |is_deleted| What::ChannelGone { channel: channel.clone(), is_deleted };
    let cases = [
        (json!({"type": "channel_archive", "channel": "C1", "user": "U1"}), gone(false)),
        (json!({"type": "group_archive", "channel": "C1"}), gone(false)),
        (json!({"type": "channel_deleted", "channel": "C1"}), gone(true)),
        (
            json!({"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}),
            What::ChannelRenamed { channel: channel.clone() },
        ),
        (json!({"type": "channel_archive"}), What::Other),
        (json!({"type": "channel_archive", "channel": 7}), What::Other),
        (json!({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}), What::TokensRevoked),
        (json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}), What::Other),
        (
            json!({"type": "app_home_opened", "user": "U1", "tab": "home"}),
            What::HomeOpened { user_ref: "U1".to_owned() },
        ),
        (json!({"type": "app_home_opened", "user": "U1", "tab": "messages"}), What::Other),
        (json!({"type": "reaction_added", "user": "U1"}), What::Other),
    ];
    for (event, expected) in cases {
        assert_eq!(told(&event).1, expected, "{event}");
    }
}

#[test]
fn only_what_a_person_wrote_anew_is_a_message() {
    let message = json!({"type": "message", "user": "U1", "channel": "C1", "ts": "2.0",
        "thread_ts": "1.0", "text": "<@U0OWL> ack"});
    let What::Message(said) = told(&message).1 else { panic!("{message}") };
    assert_eq!((said.thread.as_deref(), said.is_mention), (Some("1.0"), false));
    let changed = |field: &str, value: Value| {
        let mut changed = message.clone();
        changed[field] = value;
        told(&changed).1
    };
    for (field, value) in [
        ("bot_id", json!("B1")),
        ("app_id", json!("A1")),
        ("subtype", json!("bot_message")),
        ("subtype", json!("message_changed")),
        ("subtype", json!("message_deleted")),
        ("user", json!(null)),
        ("channel", json!("")),
        ("ts", json!("")),
    ] {
        assert_eq!(changed(field, value.clone()), What::Other, "{field}: {value}");
    }
    let What::Message(root) = changed("thread_ts", json!("2.0")) else { panic!("a root") };
    assert_eq!(root.thread, None);
    let What::Message(asked) = changed("type", json!("app_mention")) else { panic!("asked") };
    assert!(asked.is_mention);
}

#[test]
fn what_stands_behind_a_mention_reads_as_it_was_typed() {
    let behind = |text: &str, is_mention: bool, bot: Option<&str>| {
        let said = Said {
            user_ref: "U1".to_owned(),
            channel: "C1".to_owned(),
            ts: "1.0".to_owned(),
            thread: None,
            text: text.to_owned(),
            is_mention,
            is_direct: false,
        };
        let asked = said.asked(bot);
        let direct = Said { is_direct: true, ..said }.asked(bot).expect("all of it is asked");
        assert!(asked.as_ref().is_none_or(|asked| *asked == direct), "{direct}");
        asked
    };
    let owl = Some("U0OWL");
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(behind("<@U0OWL> ack x2k9fq", false, owl), some("ack x2k9fq"));
    assert_eq!(
        behind("hey <@U0OWL|nightowl>  note a &lt; b &amp;&amp; c", false, owl),
        some("note a < b && c")
    );
    assert_eq!(behind("<@U2> look, <@U0OWL> ack", true, owl), some("ack"));
    assert_eq!(
        behind("<@U0OWL> note see <https://a.b/c|a.b> and <#C1|ops> <@U2>", false, owl),
        some("note see https://a.b/c and ops @U2")
    );
    assert_eq!(behind("<@U0OWL>", false, owl), some(""));
    assert_eq!(behind("ack", false, owl), None);
    assert_eq!(behind("<@U0OWLET> ack", false, owl), None);
    assert_eq!(behind("<@U0OWL> ack", false, None), None, "whose mention is it?");
    assert_eq!(behind("<@U0OWL> ack", true, None), some("ack"));
}

#[test]
fn all_of_a_direct_message_is_asked() {
    let written = json!({"type": "message", "channel": "D1", "user": "U1", "ts": "1.0",
        "text": "note a &lt; b, ask <@U2>", "channel_type": "im"});
    let (_, What::Message(said)) = told(&written) else { panic!("a message") };
    assert_eq!(said.asked(Some("U0OWL")).as_deref(), Some("note a < b, ask @U2"));
}

#[test]
fn a_choice_is_read_from_its_menu() {
    let mut chosen = click();
    chosen["actions"][0] = json!({"type": "static_select", "action_id": "snooze", "block_id": "b",
        "selected_option": {"text": {"type": "plain_text", "text": "x", "emoji": true},
            "value": format!("2h|{}", value().encode())},
        "action_ts": "1"});
    let Ok(Interaction::Click(click)) = interaction(&chosen) else { panic!("no click") };
    assert_eq!(click.action.choice, Some(nightowl_messaging::Snooze::TwoHours));
    assert_eq!((click.action.action, click.action.value), (ActionId::Snooze, value()));
    assert!(click.trigger.is_some_and(|trigger| trigger.expose() == "111.222.valid"));
    chosen["actions"][0]["selected_option"] = Value::Null;
    assert!(matches!(interaction(&chosen), Ok(Interaction::Foreign(_))));
}

fn submission() -> Value {
    let state = nightowl_messaging::FormState {
        form: nightowl_messaging::FormId::Resolve,
        value: value(),
        channel_id: "C1".to_owned(),
        message_id: "1.0".to_owned(),
    };
    json!({
        "type": "view_submission", "team": {"id": "T1"}, "api_app_id": "A1", "token": "x",
        "user": {"id": "U1", "username": "alice", "team_id": "T1"}, "trigger_id": "1.2.x",
        "view": {"id": "V1", "type": "modal", "callback_id": "nightowl-resolve", "hash": "1.x",
            "private_metadata": state.encode(), "app_id": "A1",
            "blocks": [{"type": "section", "block_id": "intro"},
                {"type": "input", "block_id": "note"}, {"type": "input", "block_id": "cause"}],
            "state": {"values": {
                "note": {"value": {"type": "plain_text_input", "value": "a\nb"}},
                "cause": {"value": {"type": "static_select", "selected_option":
                    {"text": {"type": "plain_text", "text": "x"}, "value": "deploy"}}},
                "empty": {"value": {"type": "plain_text_input", "value": null}},
                "odd": {}}}},
        "response_urls": [],
    })
}

#[test]
fn a_filled_form_brings_back_what_it_was_opened_with() {
    let Ok(Interaction::Submission(filled)) = interaction(&submission()) else {
        panic!("{:?}", interaction(&submission()));
    };
    assert_eq!(filled.inputs, ["note", "cause"]);
    let form = filled.form;
    assert_eq!((form.user_ref.as_str(), form.user_name.as_str()), ("U1", "alice"));
    assert_eq!((form.workspace.as_str(), form.app_id.as_str()), ("T1", "A1"));
    assert_eq!((form.submit_id.as_str(), form.state.channel_id.as_str()), ("V1", "C1"));
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
    assert_eq!(fields, [("cause", "deploy"), ("empty", ""), ("note", "a\nb")]);
    for (field, bad) in [("private_metadata", "v1|resolve"), ("private_metadata", ""), ("id", "")] {
        let mut foreign = submission();
        foreign["view"][field] = bad.into();
        let foreign = interaction(&foreign);
        assert!(matches!(foreign, Ok(Interaction::ForeignForm { .. })), "{field}: {foreign:?}");
    }
    assert!(interaction(&json!({"type": "view_submission", "view": {}})).is_err());
}
