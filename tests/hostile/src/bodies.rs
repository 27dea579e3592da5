//! Hostile bodies through the real routers: whatever comes, an answer, and none of 500.

mod admin;
mod dress;
mod inbound;
mod mattermost;
mod slack;

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode, header};

use crate::report::{Line, Part};
use crate::worlds::{Answer, ask, block_on};
use crate::{corpus, memory, targets, watch};

/// So many bodies in all, most of them to where monitoring tools send.
pub fn run(bodies: usize, seed: u64) -> Part {
    let share = |hundredths: usize| (bodies * hundredths).div_ceil(100);
    let lines = vec![
        block_on(inbound::plain(share(55), seed)),
        #[cfg(feature = "aws")]
        block_on(inbound::on_aws(share(5), seed)),
        block_on(slack::run(share(20), seed)),
        block_on(mattermost::run(share(10), seed)),
        block_on(admin::api(share(5), seed)),
        block_on(admin::console(share(5), seed)),
    ];
    Part { title: "bodies over HTTP", taken: "2xx", lines }
}

/// Counts what one address did with what it was sent.
struct Judge {
    line: Line,
    panics: usize,
    /// Texts that no answer may repeat.
    secrets: &'static [&'static str],
}

impl Judge {
    fn new(name: &str, secrets: &'static [&'static str]) -> Self {
        memory::forget_peak();
        Self { line: Line::new(name), panics: watch::panics(), secrets }
    }

    async fn send(&mut self, router: &Router, request: Request<Body>) -> Answer {
        let begin = Instant::now();
        let answer = ask(router, request).await;
        self.line.slowest = self.line.slowest.max(begin.elapsed());
        self.count(&answer);
        answer
    }

    fn count(&mut self, answer: &Answer) {
        self.line.inputs += 1;
        let status = answer.status;
        if status.is_success() || status.is_redirection() {
            self.line.taken += 1;
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            self.line.unavailable += 1;
            self.line.fault(format!("503 without need: {}", answer.text));
        } else if status.is_server_error() {
            self.line.errors += 1;
            self.line.fault(format!("{status}: {}", answer.text));
        } else {
            self.line.refused += 1;
        }
        let kind = answer.headers.get(header::CONTENT_TYPE);
        let is_json = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
        if is_json && serde_json::from_str::<serde_json::Value>(&answer.text).is_err() {
            self.line.fault(format!("{status} is no JSON: {}", answer.text));
        }
        if let Some(secret) = self.secrets.iter().find(|secret| answer.text.contains(**secret)) {
            self.line.fault(format!("{status} repeats {secret}"));
        }
        let panics = watch::panics() - self.panics;
        if panics > self.line.panics {
            self.line.panics = panics;
            self.line.fault(watch::last_panic());
        }
    }

    fn done(mut self) -> Line {
        self.line.peak = memory::peak().unwrap_or_default();
        self.line
    }
}

/// The saved inputs of a parser.
fn saved(name: &str) -> Vec<Vec<u8>> {
    corpus::of(&targets::by_name(name).expect("it is a target"))
}
