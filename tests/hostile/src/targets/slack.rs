//! What Slack sends. The parsers take proved bytes only, so each input is signed first.

use bytes::Bytes;
use nightowl_messaging::verify::{hmac_sha256, sign_hmac_sha256};
use nightowl_messaging::{ButtonValue, FormState, Secret, Verified};
use nightowl_slack::inbound::{
    Event, Interaction, What, is_certificate_check, parse_command, parse_event, parse_interaction,
    untrusted_hint,
};

use super::Verdict;

/// An error names a field and quotes nothing.
const WORDS_MAX: usize = 300;

pub(super) fn proved(body: &[u8]) -> Verified<Bytes> {
    let (secret, bytes) = (Secret::new("s"), Bytes::copy_from_slice(body));
    let signature = sign_hmac_sha256(&secret, &[body]);
    hmac_sha256(&secret, &[], bytes, &signature).expect("it was signed just now")
}

pub fn slack_command(body: &[u8]) -> Verdict {
    match parse_command(&proved(body)) {
        Ok(command) => {
            let shown = format!("{:?}", command.response_url);
            assert!(!shown.contains("hooks"), "an address of Slack's is shown");
            Verdict::Parsed
        }
        Err(error) => refused(&error.to_string()),
    }
}

pub fn slack_interaction(body: &[u8]) -> Verdict {
    match parse_interaction(&proved(body)) {
        Ok(Interaction::Click(click)) => {
            let value = &click.action.value;
            assert_eq!(ButtonValue::decode(&value.encode()).as_ref(), Some(value));
            Verdict::Parsed
        }
        Ok(Interaction::Submission(submission)) => {
            let state = &submission.form.state;
            assert_eq!(FormState::decode(&state.encode()).as_ref(), Some(state));
            Verdict::Parsed
        }
        Ok(
            Interaction::Foreign(_) | Interaction::ForeignForm { .. } | Interaction::Other { .. },
        ) => Verdict::Parsed,
        Err(error) => refused(&error.to_string()),
    }
}

pub fn slack_event(body: &[u8]) -> Verdict {
    match parse_event(&proved(body)) {
        Ok(Event::Told { envelope, what: What::Message(said) }) => {
            for bot in [envelope.bot.as_deref(), None, Some(""), Some("U1")] {
                let asked = said.asked(bot).unwrap_or_default();
                assert!(asked.len() <= said.text.len(), "undone text is longer than the text");
                let behind = said.behind_mention(bot).unwrap_or_default();
                assert!(behind.len() <= said.text.len());
            }
            Verdict::Parsed
        }
        Ok(Event::Told { .. } | Event::UrlVerification { .. }) => Verdict::Parsed,
        Err(error) => refused(&error.to_string()),
    }
}

/// What is read before anything is proved.
pub fn slack_hint(body: &[u8]) -> Verdict {
    let hint = untrusted_hint(body);
    for id in [&hint.team_id, &hint.app_id].into_iter().flatten() {
        assert!((2..=32).contains(&id.len()), "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    }
    let _ = is_certificate_check(body);
    Verdict::of(hint.team_id.is_some())
}

/// What a button and a form carry.
pub fn button_value(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    let state = FormState::decode(&text);
    if let Some(state) = &state {
        assert_eq!(FormState::decode(&state.encode()).as_ref(), Some(state));
    }
    let value = ButtonValue::decode(&text);
    if let Some(value) = &value {
        assert!(!value.alert_id.is_empty());
        assert_eq!(ButtonValue::decode(&value.encode()).as_ref(), Some(value));
    }
    Verdict::of(value.is_some() || state.is_some())
}

pub(super) fn refused(words: &str) -> Verdict {
    assert!(!words.is_empty() && words.len() < WORDS_MAX, "an error quotes the body");
    Verdict::Refused
}
