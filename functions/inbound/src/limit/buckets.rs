//! Token buckets by name, at most so many of them.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::Time;

use super::Rate;

/// What is full again is as if it had never been asked, and is forgotten when others need the room.
#[derive(Debug)]
pub(super) struct Buckets {
    rate: Rate,
    size_max: usize,
    by_name: BTreeMap<String, Bucket>,
    /// Of those for whom there was no room.
    rest: Bucket,
    /// When it was last looked whom to forget.
    tidied: Option<Time>,
}

/// Thousandths of what may be taken; below zero is owed.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: i64,
    at: Time,
}

const WHOLE: i64 = 1000;
const TIDY_EVERY: Duration = Duration::from_secs(1);

impl Buckets {
    pub(super) fn new(rate: Rate, size_max: usize) -> Self {
        let rest = Bucket { left: i64::from(rate.burst) * WHOLE, at: Time::default() };
        Self { rate, size_max, by_name: BTreeMap::new(), rest, tidied: None }
    }

    /// Whether there is anything left; if not, for how long there will not be.
    pub(super) fn peek(&self, name: &str, now: Time) -> Result<(), Duration> {
        let Some(bucket) = self.of(name) else { return Ok(()) };
        let left = self.filled(bucket, now).left;
        if left >= WHOLE {
            return Ok(());
        }
        let missing = (WHOLE - left).unsigned_abs();
        let per_second = u64::from(self.rate.per_second.max(1));
        Err(Duration::from_millis(missing.div_ceil(per_second)))
    }

    /// May go below zero: it happened already.
    pub(super) fn charge(&mut self, name: &str, amount: u32, now: Time) {
        if !self.by_name.contains_key(name) && self.by_name.len() >= self.size_max {
            self.forget_full(now);
        }
        let full = Bucket { left: i64::from(self.rate.burst) * WHOLE, at: now };
        let known = self.of(name).unwrap_or(full);
        let mut bucket = self.filled(known, now);
        bucket.left = bucket.left.saturating_sub(i64::from(amount) * WHOLE);
        if self.by_name.contains_key(name) || self.by_name.len() < self.size_max {
            self.by_name.insert(name.to_owned(), bucket);
        } else {
            self.rest = bucket;
        }
    }

    /// `None`: it has none yet, so that it is full.
    fn of(&self, name: &str) -> Option<Bucket> {
        let is_crowded = self.by_name.len() >= self.size_max;
        self.by_name.get(name).copied().or(is_crowded.then_some(self.rest))
    }

    fn filled(&self, bucket: Bucket, now: Time) -> Bucket {
        let millis = i64::try_from(now.since(bucket.at).as_millis()).unwrap_or(i64::MAX);
        let more = millis.saturating_mul(i64::from(self.rate.per_second));
        let full = i64::from(self.rate.burst) * WHOLE;
        // A clock that was set back adds nothing and takes nothing.
        Bucket { left: bucket.left.saturating_add(more).min(full), at: bucket.at.max(now) }
    }

    /// Once a second at most: a flood of new names must not make each of them cost a look at all.
    fn forget_full(&mut self, now: Time) {
        if self.tidied.is_some_and(|at| at <= now && now.since(at) < TIDY_EVERY) {
            return;
        }
        self.tidied = Some(now);
        let full = i64::from(self.rate.burst) * WHOLE;
        let mut kept = std::mem::take(&mut self.by_name);
        kept.retain(|_, bucket| self.filled(*bucket, now).left < full);
        self.by_name = kept;
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }
}
