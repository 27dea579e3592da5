//! Everything that NightOwl says in chat about an alert: wanted, claimed, posted, settled.

use crate::{ClaimId, SendKey, Time};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    pub key: SendKey,
    pub what: What,
    pub to: Destination,
    /// The plan's generation at birth, or when it was dropped though it may have been posted; only
    /// finished sends of older ones are pruned.
    pub generation: u64,
    pub state: SendState,
    /// Attempts that failed in a row: the next waits twice as long, 1 s to 30 s.
    pub attempts: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Shows the alert in its channel, always from current state.
    Card,
    /// Wakes one person (or, through the channel, names whom it is for) for one tier.
    Page(Page),
    /// One thing said once.
    Notice(NoticeKind),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Both from 0.
    pub round: u32,
    pub tier: u32,
    /// User id; `None` when it goes to the channel because nobody could be found.
    pub person: Option<String>,
    /// For people, frozen at birth: a retry never resolves again.
    pub person_name: String,
    pub method: crate::Method,
    /// The target of the policy that led to this person.
    pub target: String,
    /// Why this page goes elsewhere than the policy says: a fallback, or nobody found.
    pub because: Option<String>,
    /// When it was decided that this person is to be woken; a page that stands in for another bears
    /// that one's. `None` in alerts of an earlier release.
    pub born: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// All tiers and rounds went by and nobody answered.
    Exhausted,
    /// To the owner: acknowledged for long; it will fire again unless acknowledged anew.
    AckTimeout,
    /// The card could not be edited for good; this reply carries the state. By the card's key.
    FinalState { card: SendKey },
    /// A reply under the card: what happened, a line each. Grows while nobody has begun to post it.
    Reply { text: String },
    /// To whoever resolved it without a word: asks what fixed it.
    WhatFixedIt,
}

impl Send {
    /// Somebody is posting or editing it, as far as state tells: the lease may be over.
    pub const fn is_held(&self) -> bool {
        match &self.state {
            SendState::Claimed { .. } => true,
            SendState::Sent(shown) => shown.refresh.is_some(),
            SendState::Wanted { .. }
            | SendState::InDoubt { .. }
            | SendState::Dropped(_)
            | SendState::Folded { .. } => false,
        }
    }

    /// Whether it is said under the card, and so only while that stands.
    pub const fn is_reply(&self) -> bool {
        match &self.what {
            What::Notice(NoticeKind::Reply { .. }) => true,
            What::Notice(
                NoticeKind::Exhausted
                | NoticeKind::AckTimeout
                | NoticeKind::FinalState { .. }
                | NoticeKind::WhatFixedIt,
            )
            | What::Card
            | What::Page(_) => false,
        }
    }
}

/// Where it goes, fixed at birth; a reply follows the card until somebody begins to post it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// A name or id as the configuration has it; the provider resolves names once.
    Channel { provider: String, channel: String },
    /// A direct message; the provider finds the chat user by e-mail.
    Person { provider: String, user: String },
}

impl Destination {
    pub fn provider(&self) -> &str {
        match self {
            Self::Channel { provider, .. } | Self::Person { provider, .. } => provider,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendState {
    /// To be posted, now (`None`) or not before then.
    Wanted { not_before: Option<Time> },
    /// Somebody is posting it. `since`: when the first attempt that may have landed began.
    /// `mode`: what the claim was granted for, so that a lost answer is granted the same again.
    Claimed {
        claim: ClaimId,
        mode: crate::ClaimMode,
        lease_until: Time,
        since: Time,
        finds_failed: u8,
        /// When the first of these failed finds was; two minutes later fewer of them fail open.
        finding_since: Option<Time>,
    },
    /// It may have been posted: `find` tells, not before then.
    InDoubt { since: Time, not_before: Time, finds_failed: u8, finding_since: Option<Time> },
    /// Posted. Final but for what it shows.
    Sent(Shown),
    /// Never to be posted.
    Dropped(DropReason),
    /// A card that has no message of its own: the alert is a member of this digest. `rev`: of the
    /// alert's `card_rev`, what the digest shows or has undertaken to show.
    Folded { digest: crate::AlertId, rev: u64 },
}

/// A posted message and what it shows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub at: Time,
    pub message: MessageRef,
    /// Of the alert's `card_rev`.
    pub rev: u64,
    pub count: u32,
    /// When it was last edited, for the once-a-minute rule of counts.
    pub edited_at: Time,
    /// One edit at a time.
    pub refresh: Option<Refresh>,
    /// After an unknown outcome or a lease taken over: owed again from then on, until an edit that
    /// started after it succeeds.
    pub again_after: Option<Time>,
    /// After a failure: not before then.
    pub not_before: Option<Time>,
    /// The message is gone or cannot be edited; nothing more is owed to it.
    pub closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    pub claim: ClaimId,
    pub lease_until: Time,
    pub started: Time,
}

/// A message on a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageRef {
    pub provider: String,
    /// The platform's channel id, never the name.
    pub channel: String,
    /// Slack: `ts`. Mattermost: post id.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    Acknowledged,
    Snoozed,
    Resolved,
    /// A newer undelivered page to the same person by the same method says the same; or what it
    /// asks was answered before it went out.
    Superseded,
    /// In doubt when the alert stopped firing, and `find` says it was never posted.
    NeverPosted,
    /// Its destination is broken; another send was born in its place.
    FellBack,
    /// Its destination stayed broken for an hour after the alert was over, or there is no message
    /// left that it could be said under.
    GaveUp,
}

impl DropReason {
    pub const ALL: [Self; 7] = [
        Self::Acknowledged,
        Self::Snoozed,
        Self::Resolved,
        Self::Superseded,
        Self::NeverPosted,
        Self::FellBack,
        Self::GaveUp,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
            Self::Superseded => "superseded",
            Self::NeverPosted => "never_posted",
            Self::FellBack => "fell_back",
            Self::GaveUp => "gave_up",
        }
    }
}
