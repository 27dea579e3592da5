//! A tenant as configured: the part that decides, without any secret.

use std::collections::{BTreeMap, BTreeSet};

use crate::{EntryKind, Policy, Schedule, Severity};

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Tenant {
    /// `a-z 0-9 -`; names the tenant everywhere.
    pub slug: String,
    pub name: String,
    /// The content hash of this configuration; alerts remember under which one they opened.
    pub hash: String,
    /// `None`: messages land in the inbox.
    pub provider: Option<String>,
    /// The channel that a provider posts to where nothing else is said, by provider name.
    /// The inbox is always among them.
    pub default_channels: BTreeMap<String, String>,
    /// Whether anybody in the chat workspace may act, known to the tenant or not.
    pub allow_unlinked: bool,
    /// Which turns of an alert are told as replies under its card.
    pub thread_replies: BTreeSet<Turn>,
    pub users: Vec<User>,
    pub schedules: Vec<Schedule>,
    pub policies: Vec<Policy>,
    pub integrations: Vec<Integration>,
}

impl Tenant {
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
    pub fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| {
            user.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(email.trim()))
        })
    }
    pub fn schedule(&self, id: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.id == id)
    }
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }
    pub fn integration(&self, id: &str) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.id == id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub timezone: Option<String>,
    /// Their user name or id on a platform, by provider name, where the e-mail address does not
    /// tell.
    pub handles: BTreeMap<String, String>,
}

/// A turning point of an alert that a reply under its card can tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The next tier or round is told.
    Escalated,
    /// Acknowledged, or given back.
    Acknowledged,
    Snoozed,
    /// By a person or by the source.
    Resolved,
    /// Somebody wrote a note.
    Noted,
}

impl Turn {
    pub const ALL: [Self; 5] =
        [Self::Escalated, Self::Acknowledged, Self::Snoozed, Self::Resolved, Self::Noted];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Escalated => "escalated",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
            Self::Noted => "noted",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|turn| turn.name() == word)
    }

    /// `None`: no turning point.
    pub const fn of(kind: EntryKind) -> Option<Self> {
        match kind {
            EntryKind::Escalated => Some(Self::Escalated),
            EntryKind::Acknowledged | EntryKind::Unacknowledged => Some(Self::Acknowledged),
            EntryKind::Snoozed => Some(Self::Snoozed),
            EntryKind::Resolved | EntryKind::Cleared => Some(Self::Resolved),
            EntryKind::Note => Some(Self::Noted),
            EntryKind::Opened
            | EntryKind::Fired
            | EntryKind::Problem
            | EntryKind::Paged
            | EntryKind::PageFailed
            | EntryKind::Delivered
            | EntryKind::Exhausted
            | EntryKind::Ignored => None,
        }
    }
}

/// One inbound source with a key and a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    pub id: String,
    /// `alertmanager`, `grafana`, `generic`.
    pub format: String,
    /// Which policy its alerts open under.
    pub policy: String,
    /// What `oncall_primary` and `oncall_secondary` mean for its alerts.
    pub schedule: Option<String>,
    /// If not the tenant's.
    pub provider: Option<String>,
    /// If not the provider's default.
    pub channel: Option<String>,
    pub default_severity: Severity,
    /// More cards than this are said with others. `None`: as many as the channel takes.
    pub cards_per_minute: Option<u32>,
}
