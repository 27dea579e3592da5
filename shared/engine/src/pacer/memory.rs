//! Lanes of one process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nightowl_domain::Time;

use crate::{LaneName, LaneRow, Lanes, StoreError, Swapped};

/// Channels come and go over the life of a process.
const LANES_MAX: usize = 1_000;

/// In memory, for where there is one process, or a test. Clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct MemoryLanes(Arc<Mutex<BTreeMap<LaneName, LaneRow>>>);

impl MemoryLanes {
    /// Forgets those that have been free for longest: nothing is known of them that matters.
    fn prune(rows: &mut BTreeMap<LaneName, LaneRow>) {
        if rows.len() < LANES_MAX {
            return;
        }
        let mut ends: Vec<Time> = rows.values().map(|row| row.lane.free).collect();
        ends.sort_unstable();
        let middle = ends[ends.len() / 2];
        rows.retain(|_, row| row.lane.free > middle);
    }
}

impl Lanes for MemoryLanes {
    async fn read_lanes(&self, group: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = LaneName { group: group.to_owned(), lane: String::new() };
        let of_group = rows.range(first..).take_while(|(name, _)| name.group == group);
        Ok(of_group.map(|(name, row)| (name.lane.clone(), row.clone())).collect())
    }

    async fn swap_lane(&self, name: &LaneName, row: &LaneRow) -> Result<Swapped, StoreError> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = rows.get(name);
        if standing.map_or(0, |standing| standing.version) + 1 != row.version {
            return Ok(Swapped::Lost(standing.cloned()));
        }
        Self::prune(&mut rows);
        rows.insert(name.clone(), row.clone());
        Ok(Swapped::Done)
    }
}
