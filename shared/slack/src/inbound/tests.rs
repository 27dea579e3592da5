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
        alert_id: "0123456789abcdefghjkmnpq".to_owned(),
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
    let view = json!({"type": "view_submission", "view": {}});
    let kind = "view_submission".to_owned();
    assert_eq!(interaction(&view), Ok(Interaction::Other { kind }));
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
    let other = json!({"type": "event_callback", "team_id": "T1", "api_app_id": "A1",
        "event_id": "Ev1", "event": {"type": "app_uninstalled"}});
    let expected = Event::Other {
        kind: "app_uninstalled".to_owned(),
        id: "Ev1".to_owned(),
        team_id: "T1".to_owned(),
        app_id: "A1".to_owned(),
    };
    assert_eq!(event(other), Ok(expected));
    assert!(event(json!({"type": "url_verification"})).is_err());
}
