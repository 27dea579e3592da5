//! A digest: one message for the cards of many alerts, in a channel that cannot take a message for
//! each.

use std::time::Duration;

use crate::{
    AlertId, Destination, Occurrence, Send, SendKey, SendState, SeriesHash, SharedVec, Time,
    WriteId,
};

/// An item and its outbox, as an alert is one. It knows who is in it and nothing of how they are:
/// whoever renders it reads them, so that it can never show an older state than the alerts have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// [`AlertId::is_digest`].
    pub id: AlertId,
    pub tenant: String,
    pub opened: Time,
    /// In the order in which they joined, each once. Buttons name a member by its place.
    pub members: Vec<AlertId>,
    /// Its messages: one, and those that had to take its place.
    pub sends: SharedVec<Send>,
    /// Moves when what it shows changes; only while that is not going to be shown anyway.
    pub rev: u64,
    /// When the newest piece of immediate work was added, until it is settled.
    pub owed_since: Option<Time>,
    pub version: u64,
    pub write_id: WriteId,
}

impl Digest {
    /// A message of this many lines, with a button each, is within every platform's limits.
    pub const MEMBERS_MAX: usize = 30;
    /// Its edits are so far apart: what changes meanwhile is in the next one.
    pub const EVERY: Duration = Duration::from_secs(5);
    /// How long a new one waits for others to join.
    pub const GATHER: Duration = Duration::from_secs(2);

    /// All digests of one channel.
    pub fn series(tenant: &str, to: &Destination) -> SeriesHash {
        let (kind, place) = match to {
            Destination::Channel { channel, .. } => ("digest of a channel", channel),
            Destination::Person { user, .. } => ("digest of a person", user),
        };
        SeriesHash::of(tenant, kind, &format!("{}#{place}", to.provider()))
    }

    pub fn occurrence(&self) -> Occurrence {
        Occurrence { tenant: self.tenant.clone(), id: self.id }
    }

    pub fn send(&self, key: &SendKey) -> Option<&Send> {
        self.sends.iter().find(|send| send.key == *key)
    }

    pub fn holds(&self, alert: AlertId) -> bool {
        self.members.contains(&alert)
    }

    /// Nobody has begun to post it, and there is room.
    pub fn is_joinable(&self) -> bool {
        self.members.len() < Self::MEMBERS_MAX
            && self.sends.len() == 1
            && matches!(self.sends[0].state, SendState::Wanted { .. })
    }

    /// Whether it will be rendered by somebody who has not begun to, and so has not read its
    /// members yet.
    pub fn will_show(&self) -> bool {
        self.sends.iter().any(|send| match &send.state {
            // A message that is found after all shows what is not known, and is edited.
            SendState::Wanted { .. } | SendState::InDoubt { .. } => true,
            SendState::Sent(shown) => {
                !shown.closed && shown.refresh.is_none() && shown.rev < self.rev
            }
            SendState::Claimed { .. } | SendState::Dropped(_) | SendState::Folded { .. } => false,
        })
    }

    /// Whether it has a message, or will have one.
    pub fn is_alive(&self) -> bool {
        self.sends.iter().any(|send| match &send.state {
            SendState::Wanted { .. } | SendState::Claimed { .. } | SendState::InDoubt { .. } => {
                true
            }
            SendState::Sent(shown) => !shown.closed,
            SendState::Dropped(_) | SendState::Folded { .. } => false,
        })
    }
}
