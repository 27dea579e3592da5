//! What a person wants to be done to one alert, wherever they said so.

use jiff::tz::TimeZone;
use nightowl_domain::{Actor, AlertId, EventId, EventKind, MessageRef, SendKey, Time};
use nightowl_messaging::ButtonValue;

use super::Verb;
use super::when::{self, Unclear};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// The alert's full id, as a button or our own reading says it, or what [`meant`] makes of a
    /// button of a digest.
    pub(super) alert: String,
    pub(super) deed: Deed,
    /// `None` for what was typed.
    pub(super) button: Option<Pressed>,
}

/// The message whose button was pressed, or opened a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pressed {
    pub(super) provider: String,
    /// Empty, with `message`, if the platform names no message.
    pub(super) channel: String,
    pub(super) message: String,
    pub(super) delivery: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Acknowledge {
        note: Option<String>,
    },
    Unacknowledge {
        note: Option<String>,
    },
    /// `seen`: the round and tier that the person looked at.
    Escalate {
        seen: (u32, u32),
        note: Option<String>,
    },
    Resolve {
        note: Option<String>,
    },
    /// `until` as people write it: it is read in their zone when it is done.
    Snooze {
        until: String,
    },
    Note {
        text: String,
    },
}

/// Somebody who may act, and since when we know what they want.
#[derive(Clone, Debug)]
pub(super) struct Doer<'a> {
    pub(super) tenant: &'a str,
    pub(super) actor: &'a Actor,
    /// In which they tell the time.
    pub(super) zone: TimeZone,
    /// The reception of what they do, now or later: stamped once, so that both are one event.
    pub(super) received: Time,
    pub(super) event: EventId,
}

/// Which alert a button is about. One of a digest names the digest and the member's place in it:
/// `{digest}.{place}`.
pub(super) fn meant(value: &ButtonValue) -> String {
    match value.alert_id.parse::<AlertId>() {
        Ok(id) if id.is_digest() => format!("{id}.{}", value.tier),
        Ok(_) | Err(()) => value.alert_id.clone(),
    }
}

/// Digest and place, of what [`meant`] made of a button of a digest.
pub(super) fn in_digest(alert: &str) -> Option<(AlertId, usize)> {
    let (digest, place) = alert.split_once('.')?;
    let digest = digest.parse::<AlertId>().ok().filter(|id| id.is_digest())?;
    Some((digest, place.parse().ok()?))
}

impl Pressed {
    pub(super) fn message(&self) -> Option<MessageRef> {
        let is_named = !self.channel.is_empty() && !self.message.is_empty();
        is_named.then(|| MessageRef {
            provider: self.provider.clone(),
            channel: self.channel.clone(),
            message: self.message.clone(),
        })
    }

    pub(super) fn delivery(&self) -> SendKey {
        self.delivery.as_str().into()
    }
}

impl Deed {
    pub(super) const fn verb(&self) -> Verb {
        match self {
            Self::Acknowledge { .. } => Verb::Acknowledge,
            Self::Unacknowledge { .. } => Verb::Unacknowledge,
            Self::Escalate { .. } => Verb::Escalate,
            Self::Resolve { .. } => Verb::Resolve,
            Self::Snooze { .. } => Verb::Snooze,
            Self::Note { .. } => Verb::Note,
        }
    }

    /// What was written as the end of a snooze.
    pub(super) fn until(&self) -> &str {
        match self {
            Self::Snooze { until } => until,
            Self::Acknowledge { .. }
            | Self::Unacknowledge { .. }
            | Self::Escalate { .. }
            | Self::Resolve { .. }
            | Self::Note { .. } => "",
        }
    }

    /// The events of it, what it is about first. A note that the first has no room for is an
    /// event of its own.
    pub(super) fn events(&self, doer: &Doer<'_>) -> Result<Vec<(EventId, EventKind)>, Unclear> {
        let (kind, note) = match self {
            Self::Acknowledge { note } => (EventKind::Acked, note.as_ref()),
            Self::Unacknowledge { note } => (EventKind::Unacked, note.as_ref()),
            Self::Escalate { seen, note } => {
                (EventKind::Escalated { seen: Some(*seen) }, note.as_ref())
            }
            Self::Resolve { note } => (EventKind::Resolved { note: note.clone() }, None),
            Self::Snooze { until } => {
                let until = when::read(until, doer.received, &doer.zone)?;
                (EventKind::Snoozed { until }, None)
            }
            Self::Note { text } => (EventKind::Noted { text: text.clone() }, None),
        };
        let mut events = vec![(doer.event.clone(), kind)];
        if let Some(text) = note {
            let id = EventId::from(format!("{}:note", doer.event));
            events.push((id, EventKind::Noted { text: text.clone() }));
        }
        Ok(events)
    }
}
