//! What happens to a digest. Its sends are claimed and settled as an alert's are.

use std::time::Duration;

use super::alert_box::GIVE_UP_AFTER;
use super::outbox::{Outbox, Revision};
use super::{Skew, claim, settle};
use crate::{
    AlertId, ClaimId, Destination, Digest, DropReason, Outcome, Send, SendKey, SendState, Settle,
    SharedVec, Time, Want, What, WriteId, digest_wanted,
};

/// After a platform refused to have a message edited, one that takes its place waits so long: what
/// can never be edited must not become a message for every change.
const ANEW_AFTER: Duration = Duration::from_secs(60);

/// Each takes the place of the one before it, so only the last is still owed anything; the others
/// are known for the clicks on them.
const SENDS_MAX: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DigestEvent {
    /// A member has changed, and the digest is to show it.
    Touched,
    Claimed {
        keys: Vec<SendKey>,
        claim: ClaimId,
        lease_until: Time,
    },
    /// `elsewhere`: where it goes if its channel is gone. `is_over`: all its members are resolved.
    Settled {
        claim: ClaimId,
        settles: Vec<Settle>,
        elsewhere: Option<Destination>,
        is_over: bool,
    },
}

/// The digest that a channel's next alert opens. `newest` is the one before it, if there is one.
pub fn open_digest(
    tenant: &str,
    to: &Destination,
    newest: Option<&Digest>,
    alert: AlertId,
    now: Time,
    write_id: &WriteId,
) -> Digest {
    let number = newest.map_or(1, |newest| newest.id.number().saturating_add(1));
    let id = AlertId::of_digest(Digest::series(tenant, to), number, now);
    let card = Send {
        key: SendKey::derive(id, &[b"digest"]),
        what: What::Card,
        to: to.clone(),
        generation: 0,
        state: SendState::Wanted { not_before: Some(now + Digest::GATHER) },
        attempts: 0,
    };
    Digest {
        id,
        tenant: tenant.to_owned(),
        opened: now,
        members: vec![alert],
        sends: [card].into_iter().collect(),
        rev: 1,
        owed_since: None,
        version: 1,
        write_id: write_id.clone(),
    }
}

/// The digest with this alert in it; `None` if nobody can join it any more.
pub fn join(digest: &Digest, alert: AlertId, now: Time, write_id: &WriteId) -> Option<Digest> {
    digest.is_joinable().then(|| {
        let mut joined = digest.clone();
        joined.members.push(alert);
        stamp(joined, now, write_id)
    })
}

/// Total and pure. `None`: there is nothing to write.
pub fn step_digest(
    digest: &Digest,
    event: &DigestEvent,
    now: Time,
    skew: Skew,
    write_id: &WriteId,
) -> (Option<Digest>, Outcome) {
    let mut draft =
        DigestDraft { digest: digest.clone(), now, skew, elsewhere: None, is_over: false };
    let outcome = match event {
        DigestEvent::Touched => {
            if !digest.will_show() {
                draft.digest.rev += 1;
            }
            Outcome::APPLIED
        }
        DigestEvent::Claimed { keys, claim, lease_until } => {
            claim::claim(&mut draft, keys, claim, *lease_until)
        }
        DigestEvent::Settled { claim, settles, elsewhere, is_over } => {
            draft.elsewhere.clone_from(elsewhere);
            draft.is_over = *is_over;
            settle::settle(&mut draft, claim, settles)
        }
    };
    let is_changed = draft.digest != *digest;
    (is_changed.then(|| stamp(draft.digest, now, write_id)), outcome)
}

fn stamp(mut digest: Digest, now: Time, write_id: &WriteId) -> Digest {
    while digest.sends.len() > SENDS_MAX {
        digest.sends.remove(0);
    }
    let is_immediate = digest_wanted(&digest).iter().map(Want::at).any(|at| at.is_none());
    digest.owed_since = is_immediate.then(|| digest.owed_since.unwrap_or(now));
    digest.version += 1;
    digest.write_id = write_id.clone();
    digest
}

struct DigestDraft {
    digest: Digest,
    now: Time,
    skew: Skew,
    elsewhere: Option<Destination>,
    is_over: bool,
}

impl DigestDraft {
    /// Another message takes this one's place.
    fn bear(&mut self, index: usize, to: Destination, not_before: Option<Time>) {
        let key = self.digest.sends[index].key.clone();
        let key = SendKey::derive(self.digest.id, &[b"again", key.as_str().as_bytes()]);
        if self.digest.send(&key).is_none() {
            self.digest.sends.push(Send {
                key,
                what: What::Card,
                to,
                generation: 0,
                state: SendState::Wanted { not_before },
                attempts: 0,
            });
        }
    }

    /// Whether it has gone to another channel of its provider, because this one is gone.
    fn moved(&mut self, index: usize, credentials: bool) -> bool {
        let to = self.elsewhere.clone().filter(|to| *to != self.digest.sends[index].to);
        let Some(to) = to.filter(|_| !credentials) else { return false };
        self.bear(index, to, None);
        true
    }
}

impl Outbox for DigestDraft {
    fn now(&self) -> Time {
        self.now
    }

    fn skew(&self) -> Duration {
        self.skew.ours
    }

    fn sends(&self) -> &SharedVec<Send> {
        &self.digest.sends
    }

    fn sends_mut(&mut self) -> &mut SharedVec<Send> {
        &mut self.digest.sends
    }

    fn shows(&self) -> Revision {
        Revision { rev: self.digest.rev, count: 0, pace: Digest::EVERY }
    }

    fn may_post(&self, _index: usize) -> bool {
        true
    }

    fn stopped(&self, _index: usize) -> DropReason {
        DropReason::GaveUp
    }

    fn gives_up(&self) -> bool {
        self.is_over && self.now.since(self.digest.opened) >= GIVE_UP_AFTER
    }

    fn say_sent(&mut self, _index: usize) {}

    /// Its members' timelines are no place for it: operators are told, and the log has it.
    fn say_failed(&mut self, _index: usize, _reason: &str) {}

    fn falls_back(&mut self, index: usize, _reason: &str, credentials: bool) -> bool {
        let has_moved = self.moved(index, credentials);
        if has_moved {
            self.digest.sends[index].state = SendState::Dropped(DropReason::FellBack);
        }
        has_moved
    }

    fn moves(&mut self, index: usize, _reason: &str, credentials: bool) -> bool {
        !self.is_over && self.moved(index, credentials)
    }

    /// Somebody deleted it: while any of its alerts is open, it comes again.
    fn gone(&mut self, index: usize) {
        if !self.is_over {
            let to = self.digest.sends[index].to.clone();
            self.bear(index, to, None);
        }
    }

    fn frozen(&mut self, index: usize) {
        let to = self.digest.sends[index].to.clone();
        self.bear(index, to, Some(self.now + ANEW_AFTER));
    }
}
