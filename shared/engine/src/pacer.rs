//! Spaces posts to one channel within one process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nightowl_domain::{Destination, SendKey, Time};

use crate::{Grant, Pacer};

/// Slack takes one message a second in a channel; short bursts are tolerated but not specified.
const SPACING: Duration = Duration::from_secs(1);

/// A card that would wait longer than for so many others had better be in a digest.
const CROWD: usize = 30;

/// One post a second in each channel, pages before all else, and what the platform asks for.
#[derive(Debug, Default)]
pub struct Spacing {
    lanes: Mutex<BTreeMap<(String, Destination), Lane>>,
}

#[derive(Debug, Default)]
struct Lane {
    /// The last post that was let through, and whose it was.
    last: Option<(Time, SendKey)>,
    blocked_until: Option<Time>,
    /// Pages first, then in the order in which they asked.
    queue: Vec<Waiting>,
    /// What was told that it is crowded, and the slot that it would have had: what comes back for it
    /// is first of all that is not urgent.
    crowded: BTreeMap<SendKey, Time>,
}

#[derive(Debug)]
struct Waiting {
    key: SendKey,
    urgent: bool,
    /// When it was told to come back. One that does not come loses its place, not its turn.
    promised: Time,
}

impl Lane {
    fn ask(&mut self, key: &SendKey, urgent: bool, now: Time) -> Grant {
        let is_same = |(at, last): &(Time, SendKey)| last == key && now < *at + SPACING;
        if self.last.as_ref().is_some_and(is_same) {
            return Grant::Now;
        }
        if let Some(slot) = self.crowds(key, urgent, now) {
            return Grant::Crowded(slot);
        }
        let place = self.place(key, urgent, now);
        let ahead = self.queue[..place].iter().filter(|other| other.promised >= now).count();
        let free = self.last.as_ref().map_or(now, |(at, _)| *at + SPACING);
        let first = now.max(free).max(self.blocked_until.unwrap_or(now));
        let slot = first + SPACING * u32::try_from(ahead).unwrap_or(u32::MAX);
        if slot <= now {
            self.queue.remove(place);
            self.last = Some((now, key.clone()));
            return Grant::Now;
        }
        self.queue[place].promised = slot;
        Grant::Later(slot)
    }

    /// When its turn would be, if too much waits for it to stand in line.
    fn crowds(&mut self, key: &SendKey, urgent: bool, now: Time) -> Option<Time> {
        let is_in_line = self.queue.iter().any(|waiting| waiting.key == *key);
        let cards = self.queue.iter().filter(|waiting| !waiting.urgent).count();
        if urgent || is_in_line || cards < CROWD {
            return None;
        }
        let cards = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        let slot = *self.crowded.entry(key.clone()).or_insert(now + SPACING * cards);
        (now < slot).then_some(slot)
    }

    /// Its index in the queue, where it stands from now on.
    fn place(&mut self, key: &SendKey, urgent: bool, now: Time) -> usize {
        if let Some(place) = self.queue.iter().position(|waiting| waiting.key == *key) {
            return place;
        }
        let has_waited = self.crowded.remove(key).is_some();
        let place = if urgent || has_waited {
            self.queue.iter().position(|waiting| !waiting.urgent).unwrap_or(self.queue.len())
        } else {
            self.queue.len()
        };
        self.queue.insert(place, Waiting { key: key.clone(), urgent, promised: now });
        place
    }

    /// Forgets who stayed away for a minute.
    fn prune(&mut self, now: Time) {
        self.queue.retain(|waiting| now.since(waiting.promised) < Duration::from_secs(60));
        self.crowded.retain(|_, slot| now.since(*slot) < Duration::from_secs(60));
    }

    fn is_idle(&self, now: Time) -> bool {
        let rested = self.last.as_ref().is_none_or(|(at, _)| now.since(*at) > SPACING);
        self.queue.is_empty() && rested && self.blocked_until.is_none_or(|until| until < now)
    }
}

impl Spacing {
    fn lane<T>(
        &self,
        to: &Destination,
        tenant: &str,
        now: Time,
        act: impl FnOnce(&mut Lane) -> T,
    ) -> T {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // Channels come and go over the life of a process.
        if lanes.len() > 1_000 {
            lanes.retain(|_, lane| !lane.is_idle(now));
        }
        let lane = lanes.entry((tenant.to_owned(), to.clone())).or_default();
        lane.prune(now);
        act(lane)
    }
}

impl Pacer for Spacing {
    async fn ask(
        &self,
        to: &Destination,
        tenant: &str,
        key: &SendKey,
        urgent: bool,
        now: Time,
    ) -> Grant {
        self.lane(to, tenant, now, |lane| lane.ask(key, urgent, now))
    }

    async fn block(&self, to: &Destination, tenant: &str, until: Time) {
        self.lane(to, tenant, Time::default(), |lane| {
            lane.blocked_until = lane.blocked_until.max(Some(until));
            // Whoever got the last slot was refused, and has to ask again.
            lane.last = lane.last.take().map(|(at, _)| (at, SendKey::default()));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    #[test]
    fn posts_are_a_second_apart_and_a_page_goes_first() {
        let mut lane = Lane::default();
        let [card, other, page]: [SendKey; 3] = ["card", "other", "page"].map(SendKey::from);
        assert_eq!(lane.ask(&card, false, at(0)), Grant::Now);
        assert_eq!(lane.ask(&card, false, at(0)), Grant::Now, "the same key, the same slot");
        assert_eq!(lane.ask(&other, false, at(100)), Grant::Later(at(1000)));
        assert_eq!(lane.ask(&page, true, at(200)), Grant::Later(at(1000)));
        assert_eq!(lane.ask(&other, false, at(1000)), Grant::Later(at(2000)));
        assert_eq!(lane.ask(&page, true, at(1000)), Grant::Now);
        assert_eq!(lane.ask(&other, false, at(2000)), Grant::Now);
    }

    #[test]
    fn who_stays_away_holds_nobody_up() {
        let mut lane = Lane::default();
        let [first, gone, next]: [SendKey; 3] = ["first", "gone", "next"].map(SendKey::from);
        assert_eq!(lane.ask(&first, false, at(0)), Grant::Now);
        assert_eq!(lane.ask(&gone, true, at(0)), Grant::Later(at(1000)));
        assert_eq!(lane.ask(&next, false, at(0)), Grant::Later(at(2000)));
        assert_eq!(lane.ask(&next, false, at(2000)), Grant::Now);
    }

    #[test]
    fn a_platform_that_asks_for_time_gets_it() {
        let pacer = Spacing::default();
        let to = Destination::Channel { provider: "chat".into(), channel: "ops".into() };
        let ask = |key: &str, tenant: &str, now| {
            crate::testing::run(pacer.ask(&to, tenant, &key.into(), true, at(now)))
        };
        assert_eq!(ask("a", "acme", 0), Grant::Now);
        crate::testing::run(pacer.block(&to, "acme", at(30_000)));
        assert_eq!(ask("a", "acme", 1_000), Grant::Later(at(30_000)));
        assert_eq!(ask("b", "acme", 1_000), Grant::Later(at(31_000)));
        assert_eq!(ask("b", "other", 1_000), Grant::Now, "another tenant's channel is another");
    }
}
