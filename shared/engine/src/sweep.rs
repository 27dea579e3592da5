//! Once a minute: whatever is overdue is woken, because wake-ups may have been lost.

use std::time::Duration;

use nightowl_domain::Time;

use crate::{Clock, Engine, EngineError, Ports, Store};

/// Wake-ups of one pass; what is left is for the next, which goes on where this one stopped.
const EMISSIONS: usize = 1_000;
const PAGE: usize = 100;
/// What has been overdue for longer is broken rather than lost, and is woken once in this time.
const HOUR: Duration = Duration::from_secs(3600);
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

    /// Every pass in the first hour, then once an hour.
    fn is_woken(&self, due: Time, now: Time) -> bool {
        let hours = |at: Time| at.since(due).as_secs() / HOUR.as_secs();
        let is_first = self.since.is_none_or(|since| hours(since) != hours(now));
        hours(now) == 0 || is_first
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
        while pass.shard < store.due_shards() && swept.woken < EMISSIONS {
            let page = store.due(pass.shard, now, pass.cursor.take(), PAGE).await?;
            for (occurrence, due) in page.items {
                swept.overdue += 1;
                swept.oldest = swept.oldest.max(now.since(due));
                if pass.is_woken(due, now) {
                    self.wake(&occurrence, None, true).await;
                    swept.woken += 1;
                }
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
                    if let Some(alert) = store.read(&occurrence).await? {
                        self.wake_all(&alert).await;
                        woken += 1;
                    }
                }
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(woken)
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
    fn an_old_debt_is_woken_once_an_hour() {
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
        assert_eq!(woken(60, 600), 9);
        let late = Pass { since: Some(minute(90)), shard: 0, cursor: None };
        assert!(late.is_woken(minute(0), minute(500)), "missed passes are made up for");
    }
}
