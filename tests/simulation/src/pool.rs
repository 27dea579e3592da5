//! Worlds on all cores, their outcomes in the order of the worlds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{available_parallelism, scope};

use crate::run::{Outcome, simulate};
use crate::spec::Spec;

/// How many worlds run at once.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Hands over what came of each world, in the order of `specs`, until `take` has had enough. So what
/// is taken depends on the worlds alone and not on how fast each of them was.
pub fn in_order(
    specs: impl Iterator<Item = Spec> + Send,
    mut take: impl FnMut(Outcome) -> ControlFlow<()>,
) {
    let specs = Mutex::new(specs.enumerate());
    let is_enough = AtomicBool::new(false);
    scope(|scope| {
        let (done, outcomes) = channel();
        for _ in 0..cores() {
            let done = done.clone();
            scope.spawn(|| work(&specs, &is_enough, done));
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (number, outcome) in outcomes {
            early.insert(number, outcome);
            while let Some(outcome) = early.remove(&next) {
                next += 1;
                if !is_enough.load(Ordering::Relaxed) && take(outcome).is_break() {
                    is_enough.store(true, Ordering::Relaxed);
                }
            }
        }
    });
}

fn work(
    specs: &Mutex<impl Iterator<Item = (usize, Spec)>>,
    is_enough: &AtomicBool,
    done: Sender<(usize, Outcome)>,
) {
    while !is_enough.load(Ordering::Relaxed) {
        let next = specs.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((number, spec)) = next else { return };
        if done.send((number, simulate(&spec, false))).is_err() {
            return;
        }
    }
}
