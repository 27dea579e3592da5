//! What a lane answers: the whole rule, without a store and without a clock.
//!
//! It is the generic cell rate algorithm with two accounts. Every slot is charged to `free`; those
//! of pages to `free_for_pages` too, and a page looks at that one alone. So a page goes before all
//! cards that wait, and the cards behind it pay for it.

use std::time::Duration;

use nightowl_domain::Time;
use nightowl_messaging::Rate;

use crate::{Grant, Lane, Place, Standing};

/// More cards than a channel takes in half a minute wait together for something better; the other
/// half is left to pages and replies.
const CARDS_MAX: usize = 30;
/// What can be said in no other message, digests before all, finds room behind them.
const LINE_MAX: usize = 60;
/// Beyond them pages are told when to come without a slot of their own.
const PAGES_MAX: usize = 60;
/// Who does not come for its slot within this long is forgotten. A delayed message may be late.
const LAPSES_AFTER: Duration = Duration::from_secs(60);
/// A crowd comes again after one to five minutes.
const CROWD_AGAIN: Duration = Duration::from_secs(60);
const CROWD_SPREAD: u32 = 240;

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) send: u32,
    pub(super) urgent: bool,
    /// It can be said together with others.
    pub(super) folds: bool,
    /// `None`: this limit is not known until the platform speaks.
    pub(super) rate: Option<Rate>,
    /// For how long asking again means the same call.
    pub(super) keep: Duration,
}

impl Lane {
    pub(super) fn ask(&mut self, asked: &Asked, now: Time) -> Grant {
        let Some(rate) = asked.rate else {
            return if self.blocked <= now { Grant::Now } else { Grant::Later(self.blocked) };
        };
        self.forget(asked.keep, now);
        let place = self.line.iter().position(|place| place.send == asked.send);
        match place.map(|place| (place, self.line[place].standing)) {
            Some((_, Standing::Granted)) => Grant::Now,
            Some((place, Standing::Reserved)) => self.redeem(place, now),
            Some((place, Standing::Waits)) if asked.urgent => {
                self.line.remove(place);
                self.reserve(asked, rate, now)
            }
            None if asked.urgent => self.reserve(asked, rate, now),
            Some((place, Standing::Waits)) => self.wait(asked, rate, Some(place), now),
            None => self.wait(asked, rate, None, now),
        }
    }

    /// Nobody is let through before `until`, and then without haste. Slots before that are void.
    pub(super) fn block(&mut self, until: Time, rate: Option<Rate>) {
        self.blocked = self.blocked.max(until);
        let paid = self.blocked + rate.map(Rate::tolerance).unwrap_or_default();
        self.free = self.free.max(paid);
        self.free_for_pages = self.free_for_pages.max(paid);
        let blocked = self.blocked;
        self.line.retain(|place| match place.standing {
            Standing::Waits => true,
            Standing::Reserved => place.at >= blocked,
            Standing::Granted => false,
        });
    }

    /// Something is let through, or was and is not in the account yet.
    pub(super) fn charge(&mut self, asked: &Asked, at: Time) {
        let every = asked.rate.map(|rate| rate.every).unwrap_or_default();
        self.free = self.free.max(at) + every;
        if asked.urgent {
            self.free_for_pages = self.free_for_pages.max(at) + every;
        }
    }

    /// Whether anybody used this lane just now, waits for it or must not.
    pub(super) fn is_busy(&self, now: Time, within: Duration) -> bool {
        self.blocked > now || self.free + within > now
    }

    fn redeem(&mut self, place: usize, now: Time) -> Grant {
        if self.line[place].at > now {
            return Grant::Later(self.line[place].at);
        }
        self.line[place].standing = Standing::Granted;
        self.line[place].at = now;
        Grant::Now
    }

    /// The next slot of pages, now or ahead.
    fn reserve(&mut self, asked: &Asked, rate: Rate, now: Time) -> Grant {
        let slot = self.starts(self.free_for_pages, rate, now);
        let reserved = self.line.iter().filter(|place| place.standing == Standing::Reserved);
        if slot > now && reserved.count() >= PAGES_MAX {
            return Grant::Later(slot);
        }
        self.charge(asked, now);
        let standing = if slot <= now { Standing::Granted } else { Standing::Reserved };
        self.line.push(Place { send: asked.send, standing, at: slot });
        if slot <= now { Grant::Now } else { Grant::Later(slot) }
    }

    /// A slot only if it is free now, and if nobody who asked before is about to come for it.
    fn wait(&mut self, asked: &Asked, rate: Rate, place: Option<usize>, now: Time) -> Grant {
        let before = &self.line[..place.unwrap_or(self.line.len())];
        let waiting = before.iter().filter(|place| place.standing == Standing::Waits);
        let ahead = waiting.filter(|place| place.at >= now).count();
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let at = self.starts(self.free.max(now) + rate.every * ahead, rate, now);
        let standing = if at <= now { Standing::Granted } else { Standing::Waits };
        if at <= now {
            self.charge(asked, now);
        }
        match place {
            Some(place) => {
                self.line[place].standing = standing;
                self.line[place].at = at;
            }
            None if at > now && self.is_crowded(asked) => {
                let spread = Duration::from_secs(u64::from(asked.send % CROWD_SPREAD));
                return Grant::Crowded(at.max(now + CROWD_AGAIN + spread));
            }
            None => self.line.push(Place { send: asked.send, standing, at }),
        }
        if at <= now { Grant::Now } else { Grant::Later(at) }
    }

    fn is_crowded(&self, asked: &Asked) -> bool {
        let waiting = self.line.iter().filter(|place| place.standing == Standing::Waits);
        waiting.count() >= if asked.folds { CARDS_MAX } else { LINE_MAX }
    }

    /// When a slot begins whose account is paid off at `free`.
    fn starts(&self, free: Time, rate: Rate, now: Time) -> Time {
        (free - rate.tolerance()).max(self.blocked).max(now)
    }

    /// Whoever stayed away holds nobody up.
    fn forget(&mut self, keep: Duration, now: Time) {
        self.line.retain(|place| match place.standing {
            Standing::Granted => place.at + keep > now,
            Standing::Waits | Standing::Reserved => place.at + LAPSES_AFTER > now,
        });
    }
}
