//! What Mattermost sends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightowl_domain::Time;
use nightowl_mattermost::Signer;
use nightowl_mattermost::inbound::{
    ClickClaim, FormClaim, command_tokens, mention_token, parse_command, parse_mention,
};
use nightowl_messaging::Secret;
use nightowl_messaging::verify::P256Key;

use super::Verdict;
use super::slack::{proved, refused};

const NOW: Time = Time::from_seconds(1_795_267_800);

/// Nothing of the corpus is signed with it.
fn signer() -> Signer {
    Signer::new("acme", "https://owl.example.com", &Secret::new("a key that nobody has"))
}

/// A point of the form of a key; nothing verifies with it.
fn server_key() -> P256Key {
    const HEAD: [u8; 27] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    let der: Vec<u8> = HEAD.into_iter().chain([7; 64]).collect();
    P256Key::from_spki(&der).expect("it has the form of a key")
}

pub fn mattermost_click(body: &[u8]) -> Verdict {
    match ClickClaim::read(body) {
        Ok(claim) => {
            assert!(claim.button(&signer()).is_err(), "a button of nobody's key is believed");
            assert!(claim.presser(&server_key(), NOW).is_err(), "nobody's trigger is believed");
            Verdict::Parsed
        }
        Err(error) => refused(&error.to_string()),
    }
}

pub fn mattermost_form(body: &[u8]) -> Verdict {
    match FormClaim::read(body) {
        Ok(claim) => {
            let _ = claim.names();
            assert!(claim.prove(&signer(), NOW).is_err(), "a form of nobody's key is believed");
            Verdict::Parsed
        }
        Err(error) => refused(&error.to_string()),
    }
}

pub fn mattermost_command(body: &[u8]) -> Verdict {
    let header = String::from_utf8_lossy(body);
    let shown = format!("{:?}", command_tokens(Some(&header), body));
    assert_eq!(shown, "[***, ***]");
    match parse_command(&proved(body)) {
        Ok(_) => Verdict::Parsed,
        Err(error) => refused(&error.to_string()),
    }
}

pub fn mattermost_mention(body: &[u8]) -> Verdict {
    let _ = mention_token(body);
    match parse_mention(&proved(body)) {
        Ok(mention) => {
            assert!(mention.is_called || mention.args.is_empty(), "words of nobody who called");
            Verdict::Parsed
        }
        Err(error) => refused(&error.to_string()),
    }
}

/// What the server signs for a click, before it is put into base 64.
pub fn mattermost_trigger(input: &[u8]) -> Verdict {
    let body = serde_json::json!({
        "user_id": "u1", "channel_id": "c1", "post_id": "p1",
        "trigger_id": STANDARD.encode(input),
    });
    mattermost_click(body.to_string().as_bytes())
}
