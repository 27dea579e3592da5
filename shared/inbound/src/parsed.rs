//! What a body says.

use nightowl_domain::{Clearing, EventId, EventKind, Firing, Received, Severity, Time};

/// What a reader has to know beside the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The integration's, for an alert that names none.
    pub default_severity: Severity,
    /// When the body came: a moment far after it is not believed.
    pub received: Time,
}

/// All that could be taken from a body: `taken` is never empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// In the order of the body.
    pub taken: Vec<Taken>,
    /// Members that could not be used; bounded, the last entry may speak for many.
    pub refused: Vec<Refused>,
    /// What concerns the whole body; the first firing bears it too.
    pub notes: Vec<String>,
}

/// One alert of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// Its position in the body, from 0.
    pub index: u32,
    /// What names its series within the integration: at most 256 characters, never empty.
    pub dedup_key: String,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Firing(Firing),
    Clearing {
        starts_at: Option<Time>,
        ends_at: Option<Time>,
        /// Fields that could not be read. A clear has no place for them: for logs.
        problems: Vec<String>,
    },
}

impl Taken {
    /// The event of it. `event` and `received` were minted once, when the body came.
    pub fn into_kind(self, integration: &str, event: EventId, received: Received) -> EventKind {
        let integration = integration.to_owned();
        let dedup_key = self.dedup_key;
        match self.said {
            Said::Firing(firing) => EventKind::Fired { integration, dedup_key, firing },
            Said::Clearing { starts_at, ends_at, problems: _ } => EventKind::Cleared {
                integration,
                dedup_key,
                clearing: Clearing { event, received, starts_at, ends_at },
            },
        }
    }
}

/// A member of a body that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its position in the body, from 0.
    pub index: u32,
    /// What was expected and what was found.
    pub reason: String,
}
