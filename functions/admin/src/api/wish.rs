//! What the body of an act asks for.

use std::time::Duration;

use nightowl_domain::{EventKind, Time};

use super::fields::{Fields, Seen};
use crate::verb::{NOTE_CHARS_MAX, Verb};

/// A snooze that outlives everybody's memory of it is a mistake.
const SNOOZE_MAX: Duration = Duration::from_secs(30 * 86_400);

/// A readable body: what is to happen, as whom, and a note to keep with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) verb: Verb,
    pub(crate) kind: EventKind,
    pub(crate) user: Option<String>,
    /// Kept as an entry of its own where the act itself carries none.
    pub(crate) note: Option<String>,
}

impl Wish {
    /// The error is a sentence for whoever wrote the body.
    pub(crate) fn read(verb: Verb, body: &[u8], now: Time) -> Result<Self, String> {
        let fields = Fields::read(body)?;
        let is_snooze = verb == Verb::Snooze;
        if !is_snooze && (fields.until.is_some() || fields.minutes.is_some()) {
            return Err("`until` and `minutes` belong to `snooze` only".to_owned());
        }
        if verb != Verb::Escalate && fields.seen.is_some() {
            return Err("`seen` belongs to `escalate` only".to_owned());
        }
        let user = fields.user.filter(|user| !user.is_empty());
        let mut note = read_note(fields.note)?;
        let kind = match verb {
            Verb::Acknowledge => EventKind::Acked,
            Verb::Unacknowledge => EventKind::Unacked,
            Verb::Resolve => EventKind::Resolved { note: note.take() },
            Verb::Escalate => EventKind::Escalated { seen: read_seen(fields.seen)? },
            Verb::Snooze => {
                EventKind::Snoozed { until: read_until(fields.until, fields.minutes, now)? }
            }
            Verb::Note => {
                let text = note.take().ok_or("`note` is missing or empty")?;
                EventKind::Noted { text }
            }
        };
        Ok(Self { verb, kind, user, note })
    }
}

fn read_note(note: Option<String>) -> Result<Option<String>, String> {
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    match note {
        Some(note) if note.chars().count() > NOTE_CHARS_MAX => {
            Err(format!("`note` may have {NOTE_CHARS_MAX} characters"))
        }
        note => Ok(note),
    }
}

fn read_seen(seen: Option<Seen>) -> Result<Option<(u32, u32)>, String> {
    let Some(seen) = seen else { return Ok(None) };
    match (seen.round.checked_sub(1), seen.tier.checked_sub(1)) {
        (Some(round), Some(tier)) => Ok(Some((round, tier))),
        _ => Err("`round` and `tier` in `seen` count from 1, as in the alert".to_owned()),
    }
}

/// A moment that has passed is left to the state table, which says so.
fn read_until(until: Option<String>, minutes: Option<f64>, now: Time) -> Result<Time, String> {
    let until = match (until, minutes) {
        (Some(until), None) => Time::parse(&until)
            .ok_or("`until` is a moment such as `2026-01-31T08:00:00Z`, with its offset")?,
        (None, Some(minutes)) if minutes.is_finite() && minutes > 0.0 => {
            let seconds = (minutes * 60.0).min(SNOOZE_MAX.as_secs_f64() * 2.0);
            now + Duration::from_secs_f64(seconds)
        }
        (None, Some(_)) => return Err("`minutes` is a number above 0".to_owned()),
        (None, None) => return Err("say `until` or `minutes`".to_owned()),
        (Some(_), Some(_)) => return Err("say `until` or `minutes`, not both".to_owned()),
    };
    if until.since(now) > SNOOZE_MAX {
        return Err("a snooze may last 30 days".to_owned());
    }
    Ok(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(verb: Verb, body: &str) -> Result<Wish, String> {
        Wish::read(verb, body.as_bytes(), Time::from_seconds(1_000))
    }

    fn kind(verb: Verb, body: &str) -> EventKind {
        read(verb, body).expect("readable").kind
    }

    #[test]
    fn a_body_is_optional_where_nothing_has_to_be_said() {
        assert_eq!(kind(Verb::Acknowledge, ""), EventKind::Acked);
        assert_eq!(kind(Verb::Unacknowledge, " \n"), EventKind::Unacked);
        assert_eq!(kind(Verb::Resolve, "{}"), EventKind::Resolved { note: None });
        assert_eq!(kind(Verb::Escalate, "{}"), EventKind::Escalated { seen: None });
        assert!(read(Verb::Note, "").is_err());
        assert!(read(Verb::Snooze, "").is_err());
    }

    #[test]
    fn each_verb_takes_what_belongs_to_it() {
        let seen = EventKind::Escalated { seen: Some((0, 1)) };
        assert_eq!(kind(Verb::Escalate, r#"{"seen":{"round":1,"tier":2}}"#), seen);
        let until = EventKind::Snoozed { until: Time::from_seconds(1_090) };
        assert_eq!(kind(Verb::Snooze, r#"{"minutes":1.5}"#), until);
        assert_eq!(kind(Verb::Snooze, r#"{"until":"1970-01-01T00:18:10Z"}"#), until);
        let acked = read(Verb::Acknowledge, r#"{"user":"alice","note":" on it "}"#).expect("fine");
        assert_eq!(acked.user.as_deref(), Some("alice"));
        assert_eq!(acked.note.as_deref(), Some("on it"));
        let resolved = read(Verb::Resolve, r#"{"note":"done"}"#).expect("fine");
        assert_eq!(resolved.note, None);
        assert_eq!(resolved.kind, EventKind::Resolved { note: Some("done".to_owned()) });
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let cases = [
            (Verb::Acknowledge, "[]"),
            (Verb::Acknowledge, "{\"usr\":\"alice\"}"),
            (Verb::Acknowledge, "{\"minutes\":5}"),
            (Verb::Resolve, "{\"seen\":{\"round\":1,\"tier\":1}}"),
            (Verb::Escalate, "{\"seen\":{\"round\":0,\"tier\":1}}"),
            (Verb::Snooze, "{\"minutes\":0}"),
            (Verb::Snooze, "{\"minutes\":-5}"),
            (Verb::Snooze, "{\"minutes\":1e300}"),
            (Verb::Snooze, "{\"minutes\":5,\"until\":\"2026-01-01T00:00:00Z\"}"),
            (Verb::Snooze, "{\"until\":\"tomorrow\"}"),
            (Verb::Note, "{\"note\":\"  \"}"),
        ];
        for (verb, body) in cases {
            assert!(read(verb, body).is_err(), "{verb:?} {body}");
        }
        let long = format!("{{\"note\":\"{}\"}}", "x".repeat(NOTE_CHARS_MAX + 1));
        assert!(read(Verb::Note, &long).is_err());
    }
}
