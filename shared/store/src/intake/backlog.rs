//! How much was accepted and is not worked off: what of it is in memory, and what only in the table.
//!
//! Memory is bounded: what does not fit is left in the table and read again when there is room,
//! and from then on all that comes is left there, until the table has been read to its end. So the
//! oldest is worked off first. The table is bounded too; beyond that nothing more is accepted.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// In bytes of JSON.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub in_memory: usize,
    /// What is in memory included.
    pub in_all: usize,
}

impl Default for Bounds {
    /// Some 25,000 alerts of a usual size in memory, and a million in all.
    fn default() -> Self {
        Self { in_memory: 16 << 20, in_all: 640 << 20 }
    }
}

/// Shared by whoever takes in and whoever works off.
#[derive(Debug)]
pub struct Backlog {
    bounds: Bounds,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    in_memory: usize,
    /// Accepted by this process and not worked off; in memory or not.
    in_all: usize,
    /// Whether rows are in the table that are not in memory, or may be.
    is_behind: bool,
    /// How many groups were left in the table, ever.
    left: u64,
    /// What those have that are there still.
    left_bytes: usize,
}

impl Backlog {
    /// A table may hold what another process left behind, so it is behind at first.
    pub const fn new(bounds: Bounds) -> Self {
        let state = State { in_memory: 0, in_all: 0, is_behind: true, left: 0, left_bytes: 0 };
        Self { bounds, state: Mutex::new(state), changed: Notify::const_new() }
    }

    /// Asks for room, before anything is written. `false`: there is none.
    pub(super) fn reserve(&self, bytes: usize) -> bool {
        let mut state = self.state();
        let has_room = state.in_all.saturating_add(bytes) <= self.bounds.in_all;
        if has_room {
            state.in_all += bytes;
        }
        has_room
    }

    /// Gives it back: the write failed.
    pub(super) fn unreserve(&self, bytes: usize) {
        let mut state = self.state();
        state.in_all = state.in_all.saturating_sub(bytes);
    }

    /// A group is in the table. `true`: it is counted as in memory, and to be handed over. Only
    /// asked after the write, so that a look at the table that begins later finds the row.
    pub(super) fn admit(&self, bytes: usize) -> bool {
        let mut state = self.state();
        let fits = state.in_memory == 0 || state.in_memory + bytes <= self.bounds.in_memory;
        if state.is_behind || !fits {
            state.is_behind = true;
            state.left += 1;
            state.left_bytes += bytes;
            drop(state);
            self.changed.notify_one();
            return false;
        }
        state.in_memory += bytes;
        true
    }

    /// A group was read from the table and is in memory now.
    pub fn fetched(&self, bytes: usize) {
        let mut state = self.state();
        state.in_memory += bytes;
        match state.left_bytes.checked_sub(bytes) {
            Some(rest) => state.left_bytes = rest,
            // Another process accepted it, so it was not counted yet.
            None => state.in_all += bytes,
        }
    }

    /// A group has left the memory. `is_done`: the table too.
    pub fn finished(&self, bytes: usize, is_done: bool) {
        let mut state = self.state();
        state.in_memory = state.in_memory.saturating_sub(bytes);
        if is_done {
            state.in_all = state.in_all.saturating_sub(bytes);
        } else {
            state.left_bytes += bytes;
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Waits until the table should be read on: something is there, and half of the memory is free.
    pub async fn has_room(&self) {
        loop {
            let changed = self.changed.notified();
            {
                let state = self.state();
                if state.is_behind && state.in_memory <= self.bounds.in_memory / 2 {
                    return;
                }
            }
            changed.await;
        }
    }

    /// To be remembered before the table is read from its beginning.
    pub fn mark(&self) -> u64 {
        self.state().left
    }

    /// The table was read to its end. `false`: something was left there meanwhile, so it has to be
    /// read again. `mark`: from before its beginning was read.
    pub fn caught_up(&self, mark: u64) -> bool {
        let mut state = self.state();
        if state.left == mark {
            state.is_behind = false;
        }
        !state.is_behind
    }

    /// The table has to be read again: what failed is there.
    pub fn fall_behind(&self) {
        self.state().is_behind = true;
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog() -> Backlog {
        let backlog = Backlog::new(Bounds { in_memory: 100, in_all: 250 });
        assert!(backlog.caught_up(backlog.mark()));
        backlog
    }

    #[test]
    fn nothing_is_handed_over_before_the_table_was_read() {
        let backlog = Backlog::new(Bounds::default());
        assert!(!backlog.admit(1));
        assert!(backlog.caught_up(backlog.mark()));
        assert!(backlog.admit(1));
    }

    #[test]
    fn what_does_not_fit_is_left_and_all_that_comes_after_it_too() {
        let backlog = backlog();
        assert!(backlog.admit(90));
        assert!(!backlog.admit(20));
        assert!(!backlog.admit(5), "it would fit, but is younger");
        let mark = backlog.mark();
        backlog.finished(90, true);
        backlog.fetched(20);
        backlog.fetched(5);
        assert!(backlog.caught_up(mark));
        assert!(backlog.admit(5));
    }

    #[test]
    fn what_was_left_while_the_table_was_read_makes_it_be_read_again() {
        let backlog = backlog();
        backlog.fall_behind();
        let mark = backlog.mark();
        assert!(!backlog.admit(1));
        assert!(!backlog.caught_up(mark));
        assert!(backlog.caught_up(backlog.mark()));
    }

    #[test]
    fn a_group_larger_than_the_memory_is_taken_alone() {
        let backlog = backlog();
        assert!(backlog.admit(200));
        assert!(!backlog.admit(1));
    }

    #[test]
    fn what_another_process_left_behind_is_counted_when_it_is_found() {
        let backlog = Backlog::new(Bounds { in_memory: 100, in_all: 250 });
        backlog.fetched(240);
        assert!(!backlog.reserve(20));
        backlog.finished(240, true);
        assert!(backlog.reserve(250));
    }

    #[test]
    fn beyond_its_bound_nothing_is_accepted_until_something_is_done() {
        let backlog = backlog();
        assert!(backlog.reserve(200));
        assert!(!backlog.reserve(51));
        assert!(backlog.reserve(50));
        backlog.unreserve(50);
        assert!(!backlog.reserve(51), "what failed gives its room back and no more");
        backlog.finished(200, false);
        assert!(!backlog.reserve(51), "it has left the memory and not the table");
        backlog.finished(200, true);
        assert!(backlog.reserve(51));
    }

    #[tokio::test]
    async fn the_table_is_read_on_when_half_of_the_memory_is_free() {
        let backlog = backlog();
        assert!(backlog.admit(90));
        assert!(!backlog.admit(90));
        let soon = std::time::Duration::from_millis(1);
        assert!(tokio::time::timeout(soon, backlog.has_room()).await.is_err());
        backlog.finished(90, true);
        backlog.has_room().await;
    }
}
