//! A worker wants to post or edit. This write is what orders a page against an ack.

use std::time::Duration;

use super::outbox::{Outbox, Revision};
use crate::mechanism::{Mechanism, is_on};
use crate::wanted::{behind, lease_over};
use crate::{ClaimId, ClaimMode, Ignored, Outcome, Refresh, Send, SendKey, SendState, Shown, Time};

/// Failed finds after which a page is posted although it may be there.
const FINDS_MAX: u8 = 8;
/// So many do after two minutes, in which wake-ups may have been late or lost. Time alone does not:
/// one failed find before an outage says nothing when the provider is back.
const FINDS_MIN: u8 = 6;
const FINDING_MAX: Duration = Duration::from_secs(120);
/// An edit whose outcome is unknown may still land until then, so it is made once more after it.
pub(super) const EDIT_AGAIN: Duration = Duration::from_secs(60);

/// Grants what can be granted. Nothing granted: the first reason in the order of the keys.
pub(super) fn claim(
    outbox: &mut impl Outbox,
    keys: &[SendKey],
    claim: &ClaimId,
    lease_until: Time,
) -> Outcome {
    let (now, skew, shows) = (outbox.now(), outbox.skew(), outbox.shows());
    let wish = Wish { claim, lease_until, now, skew, shows };
    let mut granted = Vec::new();
    let mut refused = Vec::new();
    for key in keys {
        let index = outbox.sends().iter().position(|send| send.key == *key);
        let asked = index.map_or(Err(Ignored::NothingClaimed), |index| {
            let may_post = outbox.may_post(index);
            wish.ask(&mut outbox.sends_mut()[index], may_post)
        });
        match asked {
            Ok(mode) => granted.push((key.clone(), mode)),
            Err(reason) => refused.push(reason),
        }
    }
    if granted.is_empty() {
        let reason = refused.first().copied().unwrap_or(Ignored::NothingClaimed);
        return Outcome::Ignored(reason);
    }
    Outcome::Applied { granted }
}

struct Wish<'a> {
    claim: &'a ClaimId,
    lease_until: Time,
    now: Time,
    skew: Duration,
    shows: Revision,
}

/// What is known of a post that may have landed.
struct Doubt {
    since: Time,
    finds_failed: u8,
    finding_since: Option<Time>,
}

impl Wish<'_> {
    fn ask(&self, send: &mut Send, may_post: bool) -> Result<ClaimMode, Ignored> {
        let not_now = if send.is_page() { Ignored::NotFiring } else { Ignored::TooEarly };
        match &mut send.state {
            SendState::Wanted { .. } => {
                if !may_post {
                    return Err(not_now);
                }
                let doubt = Doubt { since: self.now, finds_failed: 0, finding_since: None };
                Ok(self.take(send, ClaimMode::Post, doubt))
            }
            SendState::Claimed { claim, mode, .. } if claim == self.claim => {
                // The answer to this very claim was lost. Since then the alert may have been
                // acknowledged; then what was granted for posting is not granted again.
                if may_post || *mode == ClaimMode::FindOnly { Ok(*mode) } else { Err(not_now) }
            }
            SendState::Claimed {
                lease_until, since, finds_failed, finding_since, mode, ..
            } => {
                let is_over = self.now >= lease_over(*lease_until, self.skew);
                if !is_over || !is_on(Mechanism::LeaseTakeOver) {
                    return Err(Ignored::AlreadyTaken);
                }
                // What was posted anyway was not looked for since: the finds that failed before say
                // nothing of it.
                let doubt = if *mode == ClaimMode::PostAnyway {
                    Doubt { since: *since, finds_failed: 0, finding_since: None }
                } else {
                    Doubt {
                        since: *since,
                        finds_failed: *finds_failed,
                        finding_since: *finding_since,
                    }
                };
                Ok(self.doubt(send, may_post, doubt))
            }
            SendState::InDoubt { since, not_before, finds_failed, finding_since } => {
                if self.now < *not_before {
                    return Err(Ignored::TooEarly);
                }
                let doubt = Doubt {
                    since: *since,
                    finds_failed: *finds_failed,
                    finding_since: *finding_since,
                };
                Ok(self.doubt(send, may_post, doubt))
            }
            SendState::Sent(_) => self.refresh(send),
            SendState::Folded { .. } => Err(Ignored::AlreadyTaken),
            SendState::Dropped(_) if may_post => Err(Ignored::AlreadyTaken),
            SendState::Dropped(_) => Err(not_now),
        }
    }

    fn doubt(&self, send: &mut Send, may_post: bool, doubt: Doubt) -> ClaimMode {
        let mode = if !may_post && is_on(Mechanism::FindOnlyAfterAck) {
            ClaimMode::FindOnly
        } else if fails_open(doubt.finds_failed, doubt.finding_since, self.now) {
            ClaimMode::PostAnyway
        } else {
            ClaimMode::FindThenPost
        };
        self.take(send, mode, doubt)
    }

    fn take(&self, send: &mut Send, mode: ClaimMode, doubt: Doubt) -> ClaimMode {
        send.state = SendState::Claimed {
            claim: self.claim.clone(),
            mode,
            lease_until: self.lease_until,
            since: doubt.since,
            finds_failed: doubt.finds_failed,
            finding_since: doubt.finding_since,
        };
        mode
    }

    /// One edit of a message at a time.
    fn refresh(&self, send: &mut Send) -> Result<ClaimMode, Ignored> {
        let Revision { rev, count, pace } = self.shows;
        let owed = behind(send, rev, count, pace);
        let SendState::Sent(shown) = &mut send.state else {
            return Err(Ignored::AlreadyTaken);
        };
        let is_taken_over = match &shown.refresh {
            Some(refresh) if refresh.claim == *self.claim => return Ok(ClaimMode::Refresh),
            Some(refresh) if self.now < lease_over(refresh.lease_until, self.skew) => {
                return Err(Ignored::AlreadyTaken);
            }
            Some(_) => true,
            None => false,
        };
        if is_taken_over {
            shown.again_after = shown.again_after.max(Some(self.now + EDIT_AGAIN));
        } else if !is_owed_now(shown, owed, self.now + self.skew) {
            return Err(Ignored::AlreadyTaken);
        }
        shown.refresh = Some(Refresh {
            claim: self.claim.clone(),
            lease_until: self.lease_until,
            started: self.now,
        });
        Ok(ClaimMode::Refresh)
    }
}

/// A wait after a failure is the pacer's to keep, so that one success can wake all that is owed;
/// the other waits (a minute between counts, a minute after doubt) are ours.
fn is_owed_now(shown: &Shown, owed: Option<Option<Time>>, now: Time) -> bool {
    match owed {
        None => false,
        Some(None) => true,
        Some(Some(at)) => at <= now || shown.not_before == Some(at),
    }
}

/// Whether finding has failed for so long that a doubled page is the lesser wrong.
pub(super) fn fails_open(finds_failed: u8, finding_since: Option<Time>, now: Time) -> bool {
    let is_long = finding_since.is_some_and(|since| now.since(since) >= FINDING_MAX);
    finds_failed >= FINDS_MAX || (is_long && finds_failed >= FINDS_MIN)
}
