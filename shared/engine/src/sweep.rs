//! Once a minute: whatever is overdue is woken, because wake-ups may have been lost.

use std::time::Duration;

use futures::StreamExt;
use nightowl_domain::{Occurrence, Time, digest_wanted};

use crate::{Clock, Engine, EngineError, Ports, Store};

/// Wake-ups of one pass; what is left is for the next, which goes on where this one stopped.
const EMISSIONS: usize = 1_000;
const PAGE: usize = 100;
/// What has been overdue for longer is broken rather than lost, and is woken more seldom: chat that
/// was down for hours must not keep pages waiting for another one.
const HOUR: Duration = Duration::from_secs(3600);
const TEN_MINUTES: Duration = Duration::from_secs(600);
/// After that, once an hour.
const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600);
/// A pass ends then, so that whoever runs it can note where it stopped before its own time is up.
const PATIENCE: Duration = Duration::from_secs(25);
/// Wake-ups sent at once.
const AT_ONCE: usize = 8;
/// Nothing is planned further ahead; a snooze beyond it is found by the sweep when it ends.
const HORIZON: Duration = Duration::from_secs(366 * 24 * 3600);

/// What one sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Wake-ups sent.
    pub woken: usize,
    /// Overdue alerts seen, those included that were not woken again yet.
    pub overdue: usize,
    /// How long the most overdue of them has been due.
    pub oldest: Duration,
    /// Every shard was seen to its end.
    pub complete: bool,
}

/// Where a pass stands. As text: `{since}|{shard}|{the store's cursor}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pass {
    /// When the last complete pass ended: what was woken by then counts as woken.
    since: Option<Time>,
    shard: u8,
    cursor: Option<String>,
}

impl Pass {
    fn resume(last: Option<(Time, Option<String>)>) -> Self {
        match last {
            None => Self { since: None, shard: 0, cursor: None },
            Some((at, cursor)) => cursor.as_deref().and_then(Self::parse).unwrap_or(Self {
                since: Some(at),
                shard: 0,
                cursor: None,
            }),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '|');
        let (since, shard, cursor) = (parts.next()?, parts.next()?, parts.next()?);
        let since = match since {
            "" => None,
            millis => Some(Time::from_millis(millis.parse().ok()?)),
        };
        let cursor = (!cursor.is_empty()).then(|| cursor.to_owned());
        Some(Self { since, shard: shard.parse().ok()?, cursor })
    }

    fn text(&self) -> String {
        let since = self.since.map(|since| since.millis().to_string()).unwrap_or_default();
        format!("{since}|{}|{}", self.shard, self.cursor.as_deref().unwrap_or_default())
    }

    /// Every pass in the first hour, every ten minutes in the next eleven, then once an hour.
    fn is_woken(&self, due: Time, now: Time) -> bool {
        let age = now.since(due);
        let span = if age < HALF_A_DAY { TEN_MINUTES } else { HOUR };
        let turn = |at: Time| at.since(due).as_secs() / span.as_secs();
        let is_first = self.since.is_none_or(|since| turn(since) != turn(now));
        age < HOUR || is_first
    }
}

impl<P: Ports> Engine<P> {
    /// Changes no alert: it sends ordinary wake-ups and notes that it was there.
    #[tracing::instrument(skip_all)]
    pub async fn sweep(&self) -> Result<Swept, EngineError> {
        let store = self.ports().store();
        let now = self.ports().clock().now();
        let mut pass = Pass::resume(store.read_sweep().await?);
        let mut swept = Swept::default();
        let in_time = || self.ports().clock().now().since(now) < PATIENCE;
        while pass.shard < store.due_shards() && swept.woken < EMISSIONS && in_time() {
            let page = store.due(pass.shard, now, pass.cursor.take(), PAGE).await?;
            let woken = page.items.iter().filter(|(_, due)| pass.is_woken(*due, now));
            let woken: Vec<&Occurrence> = woken.map(|(occurrence, _)| occurrence).collect();
            swept.woken += woken.len();
            let waking = futures::stream::iter(woken);
            waking.for_each_concurrent(AT_ONCE, |one| self.wake(one, None, true)).await;
            for (_, due) in &page.items {
                swept.overdue += 1;
                swept.oldest = swept.oldest.max(now.since(*due));
            }
            match page.cursor {
                Some(cursor) => pass.cursor = Some(cursor),
                None => pass.shard += 1,
            }
        }
        swept.complete = pass.shard >= store.due_shards();
        let cursor = (!swept.complete).then(|| pass.text());
        store.write_sweep(now, cursor).await?;
        tracing::info!(woken = swept.woken, overdue = swept.overdue, "swept");
        Ok(swept)
    }

    /// For a process that keeps its wake-ups in memory: sends all that the table says is owed,
    /// now or later. Answers how many.
    pub async fn rebuild(&self) -> Result<usize, EngineError> {
        let store = self.ports().store();
        let now = self.ports().clock().now();
        let horizon = now + HORIZON;
        let mut woken = 0;
        for shard in 0..store.due_shards() {
            let mut cursor = None;
            loop {
                let page = store.due(shard, horizon, cursor, PAGE).await?;
                for (occurrence, _) in page.items {
                    woken += usize::from(self.wake_again(&occurrence).await?);
                }
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(woken)
    }

    /// Whether it is there.
    async fn wake_again(&self, occurrence: &Occurrence) -> Result<bool, EngineError> {
        let store = self.ports().store();
        if occurrence.id.is_digest() {
            let digest = store.read_digest(occurrence).await?;
            if let Some(digest) = &digest {
                self.send(occurrence, digest_wanted(digest)).await;
            }
            return Ok(digest.is_some());
        }
        let alert = store.read(occurrence).await?;
        if let Some(alert) = &alert {
            self.wake_all(alert).await;
        }
        Ok(alert.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_read_as_it_was_written() {
        for pass in [
            Pass { since: Some(Time::from_seconds(7)), shard: 3, cursor: Some("a|b".to_owned()) },
            Pass { since: None, shard: 0, cursor: None },
        ] {
            assert_eq!(Pass::parse(&pass.text()), Some(pass));
        }
        assert_eq!(Pass::parse("soon|1|"), None);
    }

    #[test]
    fn an_old_debt_is_woken_more_seldom() {
        let minute = |minute: i64| Time::from_seconds(minute * 60);
        let woken = |from: i64, to: i64| {
            (from..to)
                .filter(|now| {
                    let pass = Pass { since: Some(minute(now - 1)), shard: 0, cursor: None };
                    pass.is_woken(minute(0), minute(*now))
                })
                .count()
        };
        assert_eq!(woken(1, 60), 59);
        assert_eq!(woken(60, 600), 54);
        assert_eq!(woken(720, 1440), 12);
        let late = Pass { since: Some(minute(90)), shard: 0, cursor: None };
        assert!(late.is_woken(minute(0), minute(500)), "missed passes are made up for");
    }
}
