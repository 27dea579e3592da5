//! What one process knows of lanes: rows as it saw them last, and what it let through by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::Time;
use nightowl_messaging::Rate;

use super::lane::Asked;
use crate::{Grant, Lane, LaneName, LaneRow};

/// A lane that was last used longer ago is quiet.
pub(super) const QUIET_AFTER: Duration = Duration::from_secs(10);
/// How old what is known of a group may be.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// More than a process ever uses at once.
const LANES_MAX: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Known {
    looked: BTreeMap<String, Time>,
    lanes: BTreeMap<LaneName, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    row: Option<LaneRow>,
    /// Let through without a write: they are charged with the next one.
    passed: Vec<(Time, Asked)>,
    /// A refusal that could not be written down.
    blocked: Time,
}

/// A lane after a question, to be written if it changed.
pub(super) struct Next {
    pub(super) grant: Grant,
    /// `None`: as it stood.
    pub(super) row: Option<LaneRow>,
}

/// How many calls one process may make in a quiet lane without a write. A quarter of a burst, so
/// that some processes together stay within it.
fn passes_max(rate: Rate) -> usize {
    usize::try_from(rate.burst / 4).unwrap_or(1).max(1)
}

impl Known {
    pub(super) fn must_look(&self, group: &str, now: Time) -> bool {
        // A clock that went back must not make it trust what it saw for ever.
        self.looked.get(group).is_none_or(|at| now < *at || *at + LOOK_EVERY <= now)
    }

    pub(super) fn looked(&mut self, group: &str, rows: Vec<(String, LaneRow)>, now: Time) {
        self.prune(now);
        self.looked.insert(group.to_owned(), now);
        for (lane, row) in rows {
            let name = LaneName { group: group.to_owned(), lane };
            let seen = self.lanes.entry(name).or_default();
            // A read may show what stood before our own last write.
            if seen.row.as_ref().is_none_or(|known| known.version < row.version) {
                seen.row = Some(row);
            }
        }
    }

    /// Lets a call through while the lane is quiet, as far as anybody knows.
    pub(super) fn pass(&mut self, name: &LaneName, asked: &Asked, now: Time) -> bool {
        let seen = self.lanes.entry(name.clone()).or_default();
        seen.passed.retain(|(at, _)| *at + QUIET_AFTER > now);
        let is_busy = seen.row.as_ref().is_some_and(|row| row.lane.is_busy(now, QUIET_AFTER));
        if is_busy || seen.blocked > now {
            return false;
        }
        let Some(rate) = asked.rate else { return true };
        if seen
            .passed
            .iter()
            .any(|(at, passed)| passed.send == asked.send && *at + asked.keep > now)
        {
            return true;
        }
        if seen.passed.len() >= passes_max(rate) {
            return false;
        }
        seen.passed.push((now, *asked));
        true
    }

    /// What the lane answers, as far as its row is known.
    pub(super) fn ask(&self, name: &LaneName, asked: &Asked, now: Time) -> Next {
        let (before, version) = self.lane(name, asked.rate);
        let mut lane = before.clone();
        let grant = lane.ask(asked, now);
        Next { grant, row: (lane != before).then_some(LaneRow { version, lane }) }
    }

    /// The lane after a refusal; also if nobody else gets to know of it.
    pub(super) fn block(&mut self, name: &LaneName, rate: Option<Rate>, until: Time) -> LaneRow {
        let seen = self.lanes.entry(name.clone()).or_default();
        seen.blocked = seen.blocked.max(until);
        let (lane, version) = self.lane(name, rate);
        LaneRow { version, lane }
    }

    /// The row with what this process let through, and the version that comes next.
    fn lane(&self, name: &LaneName, rate: Option<Rate>) -> (Lane, u64) {
        let seen = self.lanes.get(name);
        let row = seen.and_then(|seen| seen.row.as_ref());
        let mut lane = row.map(|row| row.lane.clone()).unwrap_or_default();
        if let Some(seen) = seen {
            for (at, passed) in &seen.passed {
                lane.charge(passed, *at);
            }
            if seen.blocked > lane.blocked {
                lane.block(seen.blocked, rate);
            }
        }
        (lane, row.map_or(0, |row| row.version) + 1)
    }

    pub(super) fn written(&mut self, name: &LaneName, row: LaneRow) {
        let seen = self.lanes.entry(name.clone()).or_default();
        *seen = Seen { row: Some(row), ..Seen::default() };
    }

    /// Another wrote first.
    pub(super) fn lost(&mut self, name: &LaneName, row: Option<LaneRow>) {
        self.lanes.entry(name.clone()).or_default().row = row;
    }

    fn prune(&mut self, now: Time) {
        if self.lanes.len() < LANES_MAX {
            return;
        }
        self.lanes.retain(|_, seen| {
            let is_busy = seen.row.as_ref().is_some_and(|row| row.lane.is_busy(now, QUIET_AFTER));
            let has_passed = seen.passed.iter().any(|(at, _)| *at + QUIET_AFTER > now);
            is_busy || has_passed || seen.blocked > now
        });
        self.looked.clear();
    }
}
