//! What waits for somebody to say who they are, as text.

use super::wish::{Deed, Pressed, Wish};

/// Who asked for a link, and what is done once they have followed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) tenant: String,
    pub(super) provider: String,
    pub(super) user_ref: String,
    pub(super) user_name: String,
    pub(super) pending: Option<Pending>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) wish: Wish,
    /// The event that it would have been, so that the same click is done once.
    pub(super) event: String,
}

impl Kept {
    /// Its parts in order, each behind its length in bytes: `1:15:acme …`. Whatever the parts hold,
    /// they are told apart.
    pub(super) fn encode(&self) -> String {
        let Self { tenant, provider, user_ref, user_name, pending } = self;
        let mut parts = vec!["1", tenant, provider, user_ref, user_name];
        let (round, tier);
        if let Some(Pending { wish: Wish { alert, deed, button }, event }) = pending {
            parts.extend([event.as_str(), alert, name(deed)]);
            if let Deed::Escalate { seen, .. } = deed {
                (round, tier) = (seen.0.to_string(), seen.1.to_string());
                parts.extend([round.as_str(), &tier]);
            }
            option(&mut parts, text(deed));
            if let Some(Pressed { provider, channel, message, delivery }) = button {
                parts.extend([provider.as_str(), channel, message, delivery]);
            }
        }
        parts.into_iter().map(|part| format!("{}:{part}", part.len())).collect()
    }

    /// `None` for anything that [`Kept::encode`] cannot have written.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let mut parts = Parts(text);
        if parts.next()? != "1" {
            return None;
        }
        let mut own = || parts.next().map(str::to_owned);
        let (tenant, provider, user_ref, user_name) = (own()?, own()?, own()?, own()?);
        let pending = if parts.is_empty() { None } else { Some(Pending::read(&mut parts)?) };
        Some(Self { tenant, provider, user_ref, user_name, pending })
    }
}

impl Pending {
    fn read(parts: &mut Parts<'_>) -> Option<Self> {
        let (event, alert) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let deed = deed(parts)?;
        let button = if parts.is_empty() {
            None
        } else {
            let mut own = || parts.next().map(str::to_owned);
            let (provider, channel, message, delivery) = (own()?, own()?, own()?, own()?);
            Some(Pressed { provider, channel, message, delivery })
        };
        parts.is_empty().then_some(Self { wish: Wish { alert, deed, button }, event })
    }
}

const fn name(deed: &Deed) -> &'static str {
    match deed {
        Deed::Acknowledge { .. } => "ack",
        Deed::Unacknowledge { .. } => "unack",
        Deed::Escalate { .. } => "escalate",
        Deed::Resolve { .. } => "resolve",
        Deed::Snooze { .. } => "snooze",
        Deed::Note { .. } => "note",
    }
}

fn text(deed: &Deed) -> Option<&str> {
    match deed {
        Deed::Acknowledge { note }
        | Deed::Unacknowledge { note }
        | Deed::Escalate { note, .. }
        | Deed::Resolve { note } => note.as_deref(),
        Deed::Snooze { until: text } | Deed::Note { text } => Some(text),
    }
}

fn deed(parts: &mut Parts<'_>) -> Option<Deed> {
    let name = parts.next()?;
    let seen = match name {
        "escalate" => (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?),
        _ => (0, 0),
    };
    let note = match parts.next()? {
        "none" => None,
        "some" => Some(parts.next()?.to_owned()),
        _ => return None,
    };
    Some(match name {
        "ack" => Deed::Acknowledge { note },
        "unack" => Deed::Unacknowledge { note },
        "escalate" => Deed::Escalate { seen, note },
        "resolve" => Deed::Resolve { note },
        "snooze" => Deed::Snooze { until: note? },
        "note" => Deed::Note { text: note? },
        _ => return None,
    })
}

fn option<'a>(parts: &mut Vec<&'a str>, text: Option<&'a str>) {
    match text {
        None => parts.push("none"),
        Some(text) => parts.extend(["some", text]),
    }
}

/// What is still to be read.
struct Parts<'a>(&'a str);

impl<'a> Parts<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (length, rest) = self.0.split_once(':')?;
        let length: usize = length.parse().ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(part)
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Kept> {
        let hostile = || "1:a é:\n🦉 none 99:".to_owned();
        let deeds = [None, Some(String::new()), Some(hostile())].into_iter().flat_map(|note| {
            let text = note.clone().unwrap_or_default();
            [
                Deed::Acknowledge { note: note.clone() },
                Deed::Unacknowledge { note: note.clone() },
                Deed::Escalate { seen: (7, u32::MAX), note: note.clone() },
                Deed::Resolve { note },
                Deed::Snooze { until: text.clone() },
                Deed::Note { text },
            ]
        });
        let button = |provider: String| Pressed {
            provider,
            channel: String::new(),
            message: String::new(),
            delivery: hostile(),
        };
        let wish = |deed: Deed| {
            let buttons = [None, Some(button(String::new())), Some(button(hostile()))];
            buttons.map(|button| Wish { alert: "a".to_owned(), deed: deed.clone(), button })
        };
        let pending = deeds.flat_map(wish).map(|wish| Some(Pending { wish, event: hostile() }));
        let kept = |pending| Kept {
            tenant: "acme".to_owned(),
            provider: "chat".to_owned(),
            user_ref: hostile(),
            user_name: String::new(),
            pending,
        };
        pending.chain([None]).map(kept).collect()
    }

    #[test]
    fn what_is_kept_comes_back_as_it_went() {
        for kept in all() {
            assert_eq!(Kept::decode(&kept.encode()), Some(kept));
        }
    }

    /// It is whole or it is nothing: no part of one reads as another.
    #[test]
    fn what_is_damaged_is_refused() {
        for kept in all() {
            let text = kept.encode();
            for (end, _) in text.char_indices() {
                let cut = Kept::decode(&text[..end]);
                assert!(cut.is_none_or(|cut| cut.pending != kept.pending), "{text:?} {end}");
            }
            assert_eq!(Kept::decode(&format!("{text}1:x")), None, "{text:?}");
        }
        for bad in ["", "1:2", "x", "99999999999999999999:a", "1:15:acme", "-1:x", "2:é:"] {
            assert_eq!(Kept::decode(bad), None, "{bad:?}");
        }
    }
}
