//! Forged, replayed, tampered and foreign callbacks: none may have any effect.
//!
//! Each world remembers what was written and said in it. What counts is that nothing was, whatever
//! the answers were; and at the end that the genuine one works, since a door that is shut for all
//! proves nothing.

mod console;
mod keys;
mod mattermost;
mod replays;
mod slack;

use axum::Router;
use axum::body::Body;
use http::Request;

use crate::chance::Chance;
use crate::report::{Line, Part};
use crate::worlds::{Answer, ask, block_on};
use crate::{memory, watch};

/// So many in all.
pub fn run(forgeries: usize, seed: u64) -> Part {
    let share = |hundredths: usize| (forgeries * hundredths).div_ceil(100);
    let mut lines = vec![
        block_on(slack::forged(share(30), seed)),
        block_on(replays::slack(share(5), seed)),
        block_on(mattermost::clicks(share(12), seed)),
        block_on(mattermost::forms(share(8), seed)),
        block_on(mattermost::tokens(share(10), seed)),
    ];
    lines.push(block_on(keys::webhook_keys(share(10), seed)));
    lines.push(block_on(keys::webhook_signatures(share(10), seed)));
    lines.push(block_on(console::api_keys(share(5), seed)));
    lines.push(block_on(console::sessions(share(5), seed)));
    lines.push(block_on(console::forms(share(3), seed)));
    lines.push(block_on(console::tokens(share(2), seed)));
    Part { title: "forged callbacks", taken: "accepted", lines }
}

/// How often it is looked whether anything happened: a look costs more than a forgery.
const LOOK_EVERY: usize = 100;

/// Counts forgeries and compares what the world was with what it is.
struct Court<S> {
    line: Line,
    panics: usize,
    before: S,
}

impl<S: PartialEq + std::fmt::Debug> Court<S> {
    fn new(name: &str, before: S) -> Self {
        memory::forget_peak();
        Self { line: Line::new(name), panics: watch::panics(), before }
    }

    /// `is_refused`: what the answer has to say for it.
    async fn try_one(
        &mut self,
        router: &Router,
        what: &str,
        request: Request<Body>,
        is_refused: impl Fn(&Answer) -> bool,
    ) {
        let begin = std::time::Instant::now();
        let answer = ask(router, request).await;
        self.line.slowest = self.line.slowest.max(begin.elapsed());
        self.line.inputs += 1;
        if answer.status.is_server_error() {
            self.line.errors += usize::from(answer.status != 503);
            self.line.unavailable += usize::from(answer.status == 503);
        }
        if is_refused(&answer) {
            self.line.refused += 1;
        } else {
            self.line.taken += 1;
            self.line.fault(format!("{what}: {} {}", answer.status, answer.text));
        }
    }

    fn is_time_to_look(&self) -> bool {
        self.line.inputs.is_multiple_of(LOOK_EVERY)
    }

    /// The last forgeries must have changed nothing.
    fn look(&mut self, now: S) {
        if now != self.before {
            self.line.taken += 1;
            let before = &self.before;
            self.line.fault(format!("something happened: {now:?} after {before:?}"));
            self.before = now;
        }
    }

    /// What comes next starts from here.
    fn begin_again(&mut self, before: S) {
        self.before = before;
    }

    /// The genuine one at the end must be taken.
    fn control(&mut self, is_taken: bool, what: &str) {
        if !is_taken {
            self.line.fault(format!("the genuine {what} was refused, so nothing was tried"));
        }
    }

    fn done(mut self) -> Line {
        self.line.panics = watch::panics() - self.panics;
        if self.line.panics > 0 {
            self.line.fault(watch::last_panic());
        }
        self.line.peak = memory::peak().unwrap_or_default();
        self.line
    }
}

/// The same text with one character of it another one, or one less, or one more.
fn spoilt(chance: &mut Chance, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = chance.below(chars.len());
    match chance.below(5) {
        0 if !chars.is_empty() => drop(chars.remove(at)),
        1 => chars.insert(at, '0'),
        2 => chars.truncate(at),
        _ if !chars.is_empty() => chars[at] = if chars[at] == 'a' { 'b' } else { 'a' },
        _ => chars.push('x'),
    }
    chars.into_iter().collect()
}
