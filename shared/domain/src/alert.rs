//! An alert: one run of a series from firing to resolved, as it stands in its item.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::mechanism::{Mechanism, is_on};
use crate::{
    Actor, AlertId, Entry, EventId, MessageRef, NoticeKind, Occurrence, Received, Send, SendState,
    SeriesHash, Severity, SharedVec, Time, What, WriteId,
};

/// The hot item: all that `step` reads and writes. Long text is in [`Details`].
///
/// A clone shares its fields until one of the two is changed: an alert is handed from the store to
/// the step, the write and the wake-ups, and only the step changes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Alert(Arc<AlertFields>);

impl Deref for Alert {
    type Target = AlertFields;
    fn deref(&self) -> &AlertFields {
        &self.0
    }
}

impl DerefMut for Alert {
    fn deref_mut(&mut self) -> &mut AlertFields {
        Arc::make_mut(&mut self.0)
    }
}

impl From<AlertFields> for Alert {
    fn from(fields: AlertFields) -> Self {
        Self(Arc::new(fields))
    }
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an [`Alert`] holds, for whoever makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFields {
    // Who it is. Fixed when it opens.
    pub id: AlertId,
    pub tenant: String,
    pub integration: String,
    /// Bounded to [`Alert::DEDUP_KEY_MAX`] characters for people; the series hash covers all of it.
    pub dedup_key: String,
    /// Reserved before the first write; `short_id` of some attempt. `step` leaves it empty.
    pub short_id: String,
    /// Reception of the opening event: id, short id and details key derive from it.
    pub opened: Received,
    /// The key of its [`Details`] within the series, `D#{number}#{hash of the id}`; an alert that
    /// was split off an older one shares that one's, and a hidden one has none.
    pub details: String,
    /// Only there so that a clear without an alert is remembered: listed nowhere.
    pub hidden: bool,

    // How it stands.
    pub status: Status,
    pub title: String,
    pub severity: Severity,
    /// When the source says that this run began.
    pub starts_at: Option<Time>,
    /// Firings taken, the opening one included.
    pub count: u32,
    pub last_firing: LastFiring,
    /// Clears that were set aside because the order of reception says they close nothing.
    pub clears_aside: Vec<Clearing>,
    /// The clear that closed it, or the newest that came when it was closed already.
    pub newest_clear: Option<Clearing>,
    /// Reception of what resolved it, a clear or a person.
    pub closed: Option<Received>,
    /// The newest ack or snooze: it covers every firing received before it.
    pub last_human: Option<Received>,
    /// The snooze that a clear cut short: the next alert of the series opens under it.
    pub snooze_left: Option<Snooze>,
    /// Which alert came after this one in the series.
    pub next: Option<AlertId>,
    /// Which alert came before.
    pub previous: Option<AlertId>,

    // The plan: where in the policy it is.
    pub plan: Position,

    // What was said in chat and is still owed.
    pub sends: SharedVec<Send>,
    /// Moves when what its messages show changes, `count` excepted.
    pub card_rev: u64,
    /// When the newest piece of immediate work was added, until it is settled; `None` while there is
    /// none.
    pub owed_since: Option<Time>,

    // Bookkeeping.
    /// Ids of the last events taken, newest last, with the write that took them: an optimisation
    /// and never the fence.
    pub seen: Vec<(EventId, WriteId)>,
    /// The newest entries; older ones are stored apart (`timeline_flushed`).
    pub timeline: SharedVec<Entry>,
    /// The next entry's number.
    pub timeline_next: u64,
    /// Entries below this number are stored apart and may be dropped from the tail.
    pub timeline_flushed: u64,
    pub version: u64,
    pub write_id: WriteId,
}

impl Alert {
    /// The same alert but for what `change` does to it.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut AlertFields)) -> Self {
        change(&mut self);
        self
    }

    pub const DEDUP_KEY_MAX: usize = 256;
    pub const TITLE_MAX: usize = 300;
    pub const SEEN_MAX: usize = 16;
    pub const TAIL_MAX: usize = 12;
    pub const CLEARS_MAX: usize = 8;

    pub fn occurrence(&self) -> Occurrence {
        Occurrence { tenant: self.tenant.clone(), id: self.id }
    }
    pub fn series(&self) -> SeriesHash {
        self.id.series()
    }
    pub fn number(&self) -> u32 {
        self.id.number()
    }
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Resolved { .. })
    }
    pub fn send(&self, key: &crate::SendKey) -> Option<&Send> {
        self.sends.iter().find(|send| send.key == *key)
    }

    /// The message that this send is a reply to, if it is one. A reply belongs under the newest
    /// card of its channel: one that stands, else one that stood, where it may have landed.
    pub fn parent(&self, send: &Send) -> Option<&MessageRef> {
        match &send.what {
            What::Notice(NoticeKind::Reply { .. }) => {
                let cards = self.sends.iter().rev();
                let cards = cards.filter(|card| card.what == What::Card && card.to == send.to);
                // The first of the smallest: the newest of those that stand.
                let posted = cards.filter_map(|card| Some((!self.stands(card), posted(card)?)));
                posted.min_by_key(|(gone, _)| *gone).map(|(_, at)| at)
            }
            What::Notice(NoticeKind::FinalState { card }) => self.send(card).and_then(posted),
            What::Notice(
                NoticeKind::Exhausted | NoticeKind::AckTimeout | NoticeKind::WhatFixedIt,
            )
            | What::Card
            | What::Page(_) => None,
        }
    }

    /// Whether a posted card is still there. One that cannot be edited any more is, and a reply
    /// with the state follows it.
    pub(crate) fn stands(&self, card: &Send) -> bool {
        let SendState::Sent(shown) = &card.state else { return false };
        let is_frozen = || {
            self.sends.iter().any(|send| match &send.what {
                What::Notice(NoticeKind::FinalState { card: frozen }) => *frozen == card.key,
                What::Notice(
                    NoticeKind::Exhausted
                    | NoticeKind::AckTimeout
                    | NoticeKind::Reply { .. }
                    | NoticeKind::WhatFixedIt,
                )
                | What::Card
                | What::Page(_) => false,
            })
        };
        !shown.closed || is_frozen()
    }

    /// Whether it may be posted as things stand: a page while the alert fires, a reply while its
    /// card stands, all else always.
    pub(crate) fn may_post(&self, send: &Send) -> bool {
        match &send.what {
            What::Page(_) => matches!(self.status, Status::Firing) || !is_on(Mechanism::ClaimCheck),
            What::Notice(NoticeKind::Reply { .. }) => self
                .sends
                .iter()
                .any(|card| card.what == What::Card && card.to == send.to && self.stands(card)),
            What::Notice(
                NoticeKind::Exhausted
                | NoticeKind::AckTimeout
                | NoticeKind::FinalState { .. }
                | NoticeKind::WhatFixedIt,
            )
            | What::Card => true,
        }
    }
}

const fn posted(send: &Send) -> Option<&MessageRef> {
    match &send.state {
        SendState::Sent(shown) => Some(&shown.message),
        SendState::Wanted { .. }
        | SendState::Claimed { .. }
        | SendState::InDoubt { .. }
        | SendState::Dropped(_)
        | SendState::Folded { .. } => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Firing,
    Acknowledged {
        by: Actor,
        at: Time,
    },
    Snoozed {
        by: Actor,
        at: Time,
        until: Time,
    },
    /// By [`Actor::Source`] when the source said it is over.
    Resolved {
        by: Actor,
        at: Time,
        note: Option<String>,
    },
}

/// Who snoozed an alert, when, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snooze {
    pub by: Actor,
    pub at: Time,
    pub until: Time,
}

impl Status {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Snoozed { .. } => "snoozed",
            Self::Resolved { .. } => "resolved",
        }
    }
}

/// Where in its policy an alert is. Frozen policy, moving position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The configuration that was in force when it opened, and the policy in it.
    pub config: String,
    pub policy: String,
    /// From 0.
    pub round: u32,
    /// Index into the policy's tiers, from 0; people are shown it from 1.
    pub tier: u32,
    /// Moves on every change of plan and fences ticks, nothing else.
    pub generation: u64,
    /// When the tier times out, the snooze ends or the ack times out.
    pub tick_due: Option<Time>,
    /// Since when nobody answered through all rounds.
    pub exhausted: Option<Time>,
    /// While acknowledged: the owner was reminded, and the next tick makes it fire again.
    pub reminded: bool,
}

/// The newest firing folded into the alert.
/// A clear that came before any firing has none: its item is hidden, counts 0 and repeats the
/// clear's own id and reception here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFiring {
    pub event: EventId,
    pub received: Received,
    pub starts_at: Option<Time>,
}

/// What a source says when it fires. Everything untrusted; bounded by the format that read it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Firing {
    pub title: String,
    pub severity: Severity,
    pub starts_at: Option<Time>,
    pub details: Details,
    /// Fields that could not be read, in words for the timeline.
    pub problems: Vec<String>,
}

/// What a source says when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearing {
    pub event: EventId,
    pub received: Received,
    pub starts_at: Option<Time>,
    pub ends_at: Option<Time>,
}

/// What is read only to show an alert. Written once, when it opens.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Details {
    pub description: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub links: Vec<Link>,
}

impl Details {
    pub fn link(&self, kind: LinkKind) -> Option<&Link> {
        self.links.iter().find(|link| link.kind == kind)
    }
}

/// An http or https address that the source gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub kind: LinkKind,
    pub text: String,
    pub url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    Runbook,
    Dashboard,
    Panel,
    Silence,
    /// The rule or query that fired.
    Source,
    Image,
    Other,
}

impl LinkKind {
    pub const ALL: [Self; 7] = [
        Self::Runbook,
        Self::Dashboard,
        Self::Panel,
        Self::Silence,
        Self::Source,
        Self::Image,
        Self::Other,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runbook => "runbook",
            Self::Dashboard => "dashboard",
            Self::Panel => "panel",
            Self::Silence => "silence",
            Self::Source => "source",
            Self::Image => "image",
            Self::Other => "other",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}
