//! What happens to an alert, and what came of it.

use crate::{AlertId, ClaimId, Clearing, EventId, Firing, MessageRef, SendKey, Time};

/// Something that happened to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub received: Received,
    pub actor: Actor,
    pub kind: EventKind,
}

/// When an event was first accepted, and its place in the body that carried it. Stamped once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Received {
    pub at: Time,
    pub position: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The series comes along because a firing may open an alert.
    Fired {
        integration: String,
        dedup_key: String,
        firing: Firing,
    },
    /// The source says it is over.
    Cleared {
        integration: String,
        dedup_key: String,
        clearing: Clearing,
    },
    Acked,
    Unacked,
    /// `seen`: the round and tier that the person looked at; `None` means those of this read.
    Escalated {
        seen: Option<(u32, u32)>,
    },
    Snoozed {
        until: Time,
    },
    /// By a person.
    Resolved {
        note: Option<String>,
    },
    Noted {
        text: String,
    },
    Tick {
        generation: u64,
    },
    /// A worker wants to post or refresh these before `lease_until`.
    Claimed {
        keys: Vec<SendKey>,
        claim: ClaimId,
        lease_until: Time,
    },
    /// What came of the sends that `claim` posted.
    Settled {
        claim: ClaimId,
        settles: Vec<Settle>,
    },
}

impl EventKind {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fired { .. } => "fired",
            Self::Cleared { .. } => "cleared",
            Self::Acked => "acked",
            Self::Unacked => "unacked",
            Self::Escalated { .. } => "escalated",
            Self::Snoozed { .. } => "snoozed",
            Self::Resolved { .. } => "resolved",
            Self::Noted { .. } => "noted",
            Self::Tick { .. } => "tick",
            Self::Claimed { .. } => "claimed",
            Self::Settled { .. } => "settled",
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The monitoring tool.
    Source,
    /// NightOwl itself: ticks, deliveries.
    System,
    User {
        id: String,
        name: String,
    },
    /// An API key, by its id.
    Api {
        key: String,
    },
    /// Somebody in the chat workspace whom the tenant does not know (`allow_unlinked`).
    Chat {
        provider: String,
        id: String,
        name: String,
    },
}

impl Actor {
    /// For people: "Alice", "api:ops", "the source".
    pub fn show(&self) -> String {
        match self {
            Self::Source => "the source".to_owned(),
            Self::System => "NightOwl".to_owned(),
            Self::User { name, .. } | Self::Chat { name, .. } => name.clone(),
            Self::Api { key } => format!("api:{key}"),
        }
    }

    /// For machines: `user:alice`, `api:ops`, `chat:slack:U1`, `source`, `system`.
    pub fn id(&self) -> String {
        match self {
            Self::Source => "source".to_owned(),
            Self::System => "system".to_owned(),
            Self::User { id, .. } => format!("user:{id}"),
            Self::Api { key } => format!("api:{key}"),
            Self::Chat { provider, id, .. } => format!("chat:{provider}:{id}"),
        }
    }

    /// Whether both are the same one; a changed display name does not make another person.
    pub fn is_same(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

/// What came of one send that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    pub key: SendKey,
    pub settlement: Settlement,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Posted, or found to have been posted. `shown`: the revision and count the message shows,
    /// and whether it was found rather than posted by this claim.
    Sent { at: Time, message: MessageRef, rev: u64, count: u32, found: bool },
    /// An edit went through.
    Refreshed { at: Time, rev: u64, count: u32 },
    /// The answer was lost: it may have landed. `started`: when the attempt began.
    Unknown { started: Time, retry_at: Time },
    /// `find` was asked and answered nothing usable; counts towards failing open.
    FindFailed { retry_at: Time },
    /// `find` ran late enough and says that it was never posted.
    NotPosted { retry_at: Time },
    /// It certainly did not land. `at`: the soonest that the provider wishes; `step` waits longer
    /// when that is sooner than 1 s, doubled with each failure in a row up to 30 s.
    Retry { at: Time, reason: String },
    /// The destination or the credentials do not work; `reason` in words for operators. A page
    /// falls back to another place; what cannot is tried again five minutes after `at`.
    /// `credentials`: nothing of this provider works, wherever it goes.
    Broken { at: Time, reason: String, credentials: bool },
    /// An edit was refused because the message is gone.
    Gone { at: Time },
    /// An edit was refused for good though the message may still stand.
    EditRefused { at: Time, reason: String },
    /// The alert is a member of this digest, which shows this `card_rev` of it, or will.
    Folded { digest: AlertId, rev: u64 },
    /// The digest that should show the alert is not there: its card is owed again.
    Unfolded,
}

/// What a claim was granted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimMode {
    /// Never posted: post it.
    Post,
    /// May have been posted: `find` first, post only if it says no or fails open.
    FindThenPost,
    /// May have been posted and must not be posted now: `find` only.
    FindOnly,
    /// Finds have failed too often: post although it may be there. Counted.
    PostAnyway,
    /// Posted; its message is behind and is to be edited.
    Refresh,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The event changed the alert. `granted` only for `Claimed`: what may be done with which send.
    Applied {
        granted: Vec<(SendKey, ClaimMode)>,
    },
    Ignored(Ignored),
}

impl Outcome {
    pub const APPLIED: Self = Self::Applied { granted: Vec::new() };
}

/// Why an event changed nothing. The same word in the log, the answer's `code` and the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ignored {
    /// There is no such alert.
    NoAlert,
    /// This very event was taken before.
    Duplicate,
    AlreadyYours,
    AlreadyResolved,
    AlreadyEscalated,
    LastTier,
    NotAcknowledged,
    OutOfOrder,
    SetAside,
    Stale,
    TooEarly,
    AlreadyTaken,
    NotFiring,
    NothingClaimed,
    /// A snooze that would end now or earlier.
    InThePast,
}

impl Ignored {
    pub const ALL: [Self; 15] = [
        Self::NoAlert,
        Self::Duplicate,
        Self::AlreadyYours,
        Self::AlreadyResolved,
        Self::AlreadyEscalated,
        Self::LastTier,
        Self::NotAcknowledged,
        Self::OutOfOrder,
        Self::SetAside,
        Self::Stale,
        Self::TooEarly,
        Self::AlreadyTaken,
        Self::NotFiring,
        Self::NothingClaimed,
        Self::InThePast,
    ];

    /// snake_case, stable: the `code` of a 409.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAlert => "no_alert",
            Self::Duplicate => "duplicate",
            Self::AlreadyYours => "already_yours",
            Self::AlreadyResolved => "already_resolved",
            Self::AlreadyEscalated => "already_escalated",
            Self::LastTier => "last_tier",
            Self::NotAcknowledged => "not_acknowledged",
            Self::OutOfOrder => "out_of_order",
            Self::SetAside => "set_aside",
            Self::Stale => "stale",
            Self::TooEarly => "too_early",
            Self::AlreadyTaken => "already_taken",
            Self::NotFiring => "not_firing",
            Self::NothingClaimed => "nothing_claimed",
            Self::InThePast => "in_the_past",
        }
    }
}
