//! Escalation policies: who is told, how, and how long they have.

use std::time::Duration;

/// Ordered tiers; after the last, `repeat` more rounds from the first; then exhausted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub id: String,
    /// Extra rounds after the first.
    pub repeat: u32,
    /// After this long acknowledged without a resolve: a reminder, then firing again.
    pub ack_timeout: Option<Duration>,
    /// How long after a person resolved it a run that still fires opens a new alert, and how long
    /// after exhaustion a further firing starts the policy again.
    pub reopen_after: Duration,
    /// Never empty.
    pub tiers: Vec<Tier>,
}

impl Policy {
    /// The default of `reopen_after_minutes`.
    pub const REOPEN_AFTER: Duration = Duration::from_secs(3600);

    /// Rounds in all.
    pub const fn rounds(&self) -> u32 {
        self.repeat.saturating_add(1)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// How long this tier has before the next is told; at least a second.
    pub timeout: Duration,
    /// All of these are used, in this order; a page that cannot be delivered by one falls to the
    /// next that has not been used for the same target.
    pub notify_via: Vec<Method>,
    pub targets: Vec<Target>,
    /// The provider that carries this tier, if not the integration's or the tenant's.
    pub provider: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// A direct message to the person.
    MessagingDm,
    /// A post in the channel that names the person.
    MessagingChannel,
    /// Parsed and kept; no carrier is built in yet, which the timeline says.
    Phone,
    /// Parsed and kept; no carrier is built in yet, which the timeline says.
    Sms,
}

impl Method {
    pub const ALL: [Self; 4] = [Self::MessagingDm, Self::MessagingChannel, Self::Phone, Self::Sms];

    pub const fn name(self) -> &'static str {
        match self {
            Self::MessagingDm => "messaging_dm",
            Self::MessagingChannel => "messaging_channel",
            Self::Phone => "phone",
            Self::Sms => "sms",
        }
    }

    /// Our names and the older `slack_dm`, `slack_channel` of configurations that predate
    /// providers.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "slack_dm" => Some(Self::MessagingDm),
            "slack_channel" => Some(Self::MessagingChannel),
            _ => Self::ALL.into_iter().find(|method| method.name() == word),
        }
    }

    pub const fn has_carrier(self) -> bool {
        match self {
            Self::MessagingDm | Self::MessagingChannel => true,
            Self::Phone | Self::Sms => false,
        }
    }
}

/// Whom a tier names. Resolved to people at the moment a page is born.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    User(String),
    /// The primary of this schedule.
    Schedule(String),
    /// The primary of the integration's schedule.
    OnCallPrimary,
    /// The secondary of the integration's schedule.
    OnCallSecondary,
}

/// As written in the configuration.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Schedule(id) => write!(f, "schedule:{id}"),
            Self::OnCallPrimary => f.write_str("oncall_primary"),
            Self::OnCallSecondary => f.write_str("oncall_secondary"),
        }
    }
}
