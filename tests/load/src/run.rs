//! One run: a fresh server and chat platform, bodies for a while, and what became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, UNIX_EPOCH};

use reqwest::StatusCode;
use serde::Serialize;
use slack_double::Double;

use crate::Failure;
use crate::bodies::Shape;
use crate::posts::{self, Posts};
use crate::send::{self, Pace, Sent};
use crate::server::{Binary, Server, Used};
use crate::stage::{self, LANES};
use crate::stats::{Spread, per_second};

/// Each channel and person is posted to once before anything is measured, so that names are looked
/// up and connections are there.
const WARM_UP_RATE: f64 = 100.0;
/// How often it is looked whether all is posted.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) group: u64,
    pub(crate) series: Option<u64>,
    pub(crate) pace: Pace,
    /// Of the first tier; `None`: nobody is paged a second time while it lasts.
    pub(crate) tick: Option<Duration>,
    /// What is not posted so long after the last body is not waited for.
    pub(crate) drain: Duration,
}

/// Milliseconds where no other unit is named.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    pub(crate) concurrency: usize,
    pub(crate) group: u64,
    pub(crate) series: Option<u64>,
    pub(crate) rate_wanted: Option<f64>,
    pub(crate) bodies_accepted: usize,
    pub(crate) bodies_refused_503: usize,
    pub(crate) bodies_otherwise: usize,
    pub(crate) alerts_accepted: usize,
    pub(crate) accepted_per_second: f64,
    pub(crate) accept: Option<Spread>,
    pub(crate) alert_to_page: Option<Spread>,
    pub(crate) alert_to_card: Option<Spread>,
    /// How long after the end of the first tier the second one's page was seen.
    pub(crate) tick_late: Option<Spread>,
    /// Alerts that were posted by the time at which nothing more was waited for.
    pub(crate) alerts_posted: usize,
    pub(crate) alerts_expected: usize,
    /// From the first body until then.
    pub(crate) seconds_in_all: f64,
    /// Of the server's processor time, until the last body was answered.
    pub(crate) cpu_ms_per_alert_accepting: f64,
    /// And until all was posted, or nothing more was waited for.
    pub(crate) cpu_ms_per_alert_in_all: f64,
    pub(crate) disk_bytes_per_alert: f64,
    pub(crate) peak_memory_mb: f64,
    pub(crate) stored_mb: f64,
}

pub(crate) async fn run(
    name: &'static str,
    binary: &Binary,
    plan: Plan,
) -> Result<Figures, Failure> {
    let seed = stage::seed();
    let double = Double::start(seed.clone()).await?;
    // The least that a policy may have is a second, the usual five minutes.
    let timeout = plan.tick.unwrap_or(Duration::from_hours(10));
    let minutes = timeout.as_secs_f64() / 60.0;
    let configuration = stage::configuration(&seed, &double.url(), minutes);
    let server = Server::start(binary, &configuration).await?;
    let warm = Shape { group: 1, series: None, lanes: LANES };
    warm_up(&server, &double, warm).await?;

    // Bodies and alerts that were not used yet; a whole turn of lanes, so that lanes do not shift.
    let first = LANES;
    let shape = Shape { group: plan.group, series: plan.series, lanes: LANES };
    let before = server.used()?;
    let begin = Instant::now();
    let sent = send::send(&server.url, shape, plan.pace, first).await?;
    let accepting = begin.elapsed();
    let at_last_answer = server.used()?;
    let due = due(shape, &sent);
    let seen = drained(&double, &due, &plan).await;
    let in_all = begin.elapsed();
    let after = server.used()?;
    let stored = server.stored_bytes();
    server.stop().await?;
    let uses = [before, at_last_answer, after];
    let mut figures = figures(name, &plan, &sent, accepting, uses);
    posted(&mut figures, &due, &seen, plan.tick);
    figures.seconds_in_all = in_all.as_secs_f64();
    figures.stored_mb = megabytes(stored);
    Ok(figures)
}

async fn warm_up(server: &Server, double: &Double, shape: Shape) -> Result<(), Failure> {
    let seconds = 1 + LANES / 100;
    let pace = Pace { rate: Some(WARM_UP_RATE), seconds, concurrency: 4 };
    let sent = send::send(&server.url, shape, pace, 0).await?;
    if let Some(refused) = sent.iter().find(|sent| sent.status != StatusCode::ACCEPTED) {
        return Err(
            format!("the server answers {} while it has nothing to do", refused.status).into()
        );
    }
    let lanes: BTreeSet<u64> = (0..LANES).collect();
    for _ in 0..60 {
        let seen = posts::seen(double);
        if lanes.iter().all(|lane| seen.get(lane).is_some_and(is_posted)) {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    Err("the server does not post what it accepted before anything was measured".into())
}

fn is_posted(posts: &Posts) -> bool {
    posts.card.is_some() && !posts.pages.is_empty()
}

/// The first moment at which each alert was to be sent, since 1970, of those that were accepted.
fn due(shape: Shape, sent: &[Sent]) -> BTreeMap<u64, Duration> {
    let mut due: BTreeMap<u64, Duration> = BTreeMap::new();
    for sent in sent.iter().filter(|sent| sent.status == StatusCode::ACCEPTED) {
        let at = sent.due_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        for member in shape.members(sent.body) {
            due.entry(member).and_modify(|first| *first = at.min(*first)).or_insert(at);
        }
    }
    due
}

/// Waits until all is posted, or for as long as there is time.
async fn drained(
    double: &Double,
    due: &BTreeMap<u64, Duration>,
    plan: &Plan,
) -> BTreeMap<u64, Posts> {
    let pages = if plan.tick.is_some() { 2 } else { 1 };
    let begin = Instant::now();
    loop {
        let seen = posts::seen(double);
        let is_done = |number| {
            seen.get(number).is_some_and(|posts| is_posted(posts) && posts.pages.len() >= pages)
        };
        if begin.elapsed() >= plan.drain || due.keys().all(is_done) {
            return seen;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn figures(
    name: &'static str,
    plan: &Plan,
    sent: &[Sent],
    accepting: Duration,
    [before, at_last_answer, after]: [Used; 3],
) -> Figures {
    let count = |status| sent.iter().filter(|sent| sent.status == status).count();
    let accepted = count(StatusCode::ACCEPTED);
    let refused = count(StatusCode::SERVICE_UNAVAILABLE);
    let alerts = accepted * usize::try_from(plan.group).unwrap_or(usize::MAX);
    let spans = sent.iter().filter(|sent| sent.status == StatusCode::ACCEPTED);
    let each = |total: f64| if alerts > 0 { total / per_second(alerts, ONE) } else { 0.0 };
    let cpu = |until: Used| each((until.cpu_seconds - before.cpu_seconds) * 1000.0);
    Figures {
        name,
        concurrency: plan.pace.concurrency,
        group: plan.group,
        series: plan.series,
        rate_wanted: plan.pace.rate,
        bodies_accepted: accepted,
        bodies_refused_503: refused,
        bodies_otherwise: sent.len() - accepted - refused,
        alerts_accepted: alerts,
        accepted_per_second: per_second(alerts, accepting),
        accept: Spread::of(spans.map(|sent| sent.answered - sent.due).collect()),
        alert_to_page: None,
        alert_to_card: None,
        tick_late: None,
        alerts_posted: 0,
        alerts_expected: 0,
        seconds_in_all: 0.0,
        cpu_ms_per_alert_accepting: cpu(at_last_answer),
        cpu_ms_per_alert_in_all: cpu(after),
        disk_bytes_per_alert: each(bytes(after.written_bytes - before.written_bytes)),
        peak_memory_mb: megabytes(after.peak_bytes),
        stored_mb: 0.0,
    }
}

const ONE: Duration = Duration::from_secs(1);

fn posted(
    figures: &mut Figures,
    due: &BTreeMap<u64, Duration>,
    seen: &BTreeMap<u64, Posts>,
    tick: Option<Duration>,
) {
    let (mut pages, mut cards, mut ticks) = (Vec::new(), Vec::new(), Vec::new());
    for (number, due) in due {
        let Some(posts) = seen.get(number) else { continue };
        figures.alerts_posted += usize::from(is_posted(posts));
        cards.extend(posts.card.map(|at| at.saturating_sub(*due)));
        pages.extend(posts.pages.first().map(|at| at.saturating_sub(*due)));
        if let (Some(timeout), Some(second)) = (tick, posts.pages.get(1)) {
            ticks.push(second.saturating_sub(*due + timeout));
        }
    }
    figures.alerts_expected = due.len();
    figures.alert_to_page = Spread::of(pages);
    figures.alert_to_card = Spread::of(cards);
    figures.tick_late = Spread::of(ticks);
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn bytes(count: u64) -> f64 {
    count as f64
}

fn megabytes(count: u64) -> f64 {
    bytes(count) / 1_000_000.0
}

#[cfg(test)]
mod tests {

    use super::*;

    fn sent(body: u64, at: u64, status: StatusCode) -> Sent {
        let due = Instant::now();
        let due_at = UNIX_EPOCH + Duration::from_secs(at);
        let answered = due + Duration::from_millis(4);
        Sent { body, due, due_at, answered, status }
    }

    #[test]
    fn only_what_was_accepted_is_expected_and_from_its_first_time_on() {
        let shape = Shape { group: 2, series: Some(2), lanes: 1 };
        let all = [
            sent(0, 9, StatusCode::ACCEPTED),
            sent(1, 7, StatusCode::ACCEPTED),
            sent(2, 3, StatusCode::SERVICE_UNAVAILABLE),
        ];
        let at = Duration::from_secs(7);
        assert_eq!(due(shape, &all), BTreeMap::from([(0, at), (1, at)]));
    }

    #[test]
    fn figures_are_for_each_alert_that_was_accepted() {
        let pace = Pace { rate: None, seconds: 2, concurrency: 1 };
        let tick = Some(Duration::from_secs(2));
        let plan = Plan { group: 10, series: None, pace, tick, drain: ONE };
        let all = [sent(0, 1, StatusCode::ACCEPTED), sent(1, 1, StatusCode::SERVICE_UNAVAILABLE)];
        let used = |cpu_seconds| Used { cpu_seconds, written_bytes: 0, peak_bytes: 2_000_000 };
        let uses = [used(1.0), used(1.5), used(2.0)];
        let mut found = figures("run", &plan, &all, Duration::from_secs(2), uses);
        assert_eq!((found.alerts_accepted, found.bodies_refused_503), (10, 1));
        assert_eq!(found.accepted_per_second, 5.0);
        assert_eq!(
            (found.cpu_ms_per_alert_accepting, found.cpu_ms_per_alert_in_all),
            (50.0, 100.0)
        );
        let due = BTreeMap::from([(0, Duration::from_secs(10)), (1, Duration::from_secs(10))]);
        let at = Duration::from_millis;
        let posts = Posts { card: Some(at(10_200)), pages: vec![at(10_100), at(12_030)] };
        posted(&mut found, &due, &BTreeMap::from([(0, posts)]), tick);
        assert_eq!((found.alerts_posted, found.alerts_expected), (1, 2));
        assert_eq!(found.alert_to_page.map(|spread| spread.max), Some(100.0));
        assert_eq!(found.alert_to_card.map(|spread| spread.max), Some(200.0));
        assert_eq!(found.tick_late.map(|spread| spread.max), Some(30.0));
    }
}
