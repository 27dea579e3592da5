//! Counts panics, those included that somebody catches and answers politely.

use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

static PANICS: AtomicUsize = AtomicUsize::new(0);
/// Where and why, of the last one.
static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on panics are counted and not printed.
pub fn panics_quietly() {
    panic::set_hook(Box::new(|info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        if let Ok(mut last) = LAST.lock() {
            *last = info.to_string();
        }
    }));
}

/// How many there were since the start.
pub fn panics() -> usize {
    PANICS.load(Ordering::SeqCst)
}

/// What the last one said.
pub fn last_panic() -> String {
    LAST.lock().map(|last| last.clone()).unwrap_or_default()
}
