//! A storm: thousands of alerts in a minute on one channel that takes one post a second, while
//! somebody acknowledges and a quiet team is paged.

mod figures;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;

use crate::Failure;
use crate::chat::{Chat, Plan};
use crate::child::Owl;
use crate::clock::{label, now};
use crate::desk::Desk;
use crate::kills::Kills;
use crate::people;
use crate::place::{self, Format, Lane};
use crate::records::{Millis, Platform, Sent};
use crate::storm::figures::{Clicked, Seen};
use crate::table::Table;

/// Teams that share the channel. Each has somebody on call, whose direct messages are limited too.
const TEAMS: usize = 50;
/// The team whose alerts are few.
const QUIET: usize = 0;
const QUIET_EVERY: Duration = Duration::from_secs(2);
const CLICK_EVERY: Duration = Duration::from_secs(1);
/// Messages among which somebody finds one to acknowledge.
const NEWEST: usize = 300;
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// What is not accepted by then is given up.
const ACCEPT_WAIT: Duration = Duration::from_secs(300);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Alerts of the storm.
    #[arg(long, default_value_t = 10_000)]
    alerts: usize,
    /// How long it lasts.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Alerts in one body.
    #[arg(long, default_value_t = 10)]
    group: usize,
    /// How long after it what is owed is waited for, in seconds.
    #[arg(long, default_value_t = 30)]
    settle: u64,
    /// Fails if a card is still owed, or if an acknowledgement took longer than 3 s.
    #[arg(long)]
    strict: bool,
}

/// `true`: it held.
pub(crate) async fn storm(
    options: &Options,
    binary: &Path,
    folder: &Path,
    is_json: bool,
) -> Result<bool, Failure> {
    let lanes = teams();
    let kills = Arc::new(Kills::default());
    let plan = Plan { seed: 1, is_faulty: false, is_limited: true, eager: None };
    let chat = Chat::start(&lanes, plan, kills.clone()).await?;
    let http = nightowl_process::http_builder().build()?;
    let mut owl = Owl::new(binary, folder, http.clone())?;
    owl.configure(&place::configuration(&lanes, &chat.slack.url(), &chat.mattermost.url()))?;
    let desk = Arc::new(Desk::new(owl.url(), http, chat, kills, 1));
    owl.start()?;
    owl.ready().await?;

    let begin = Instant::now();
    let clicks = tokio::spawn(click(desk.clone()));
    let quiet = tokio::spawn(quiet(desk.clone(), lanes[QUIET].clone()));
    blow(&desk, options, &lanes).await;
    let accepted = begin.elapsed();
    tokio::time::sleep(Duration::from_secs(options.settle)).await;
    desk.stop();
    let quiet = quiet.await?;
    let clicks = clicks.await?;
    owl.kill("the storm is over").await?;
    let seen = Seen {
        alerts: Table::open(&owl.database())?.alerts().await?,
        landed: desk.chat.landed(),
        begun: desk.chat.begun(),
        claims: crate::log::read(&owl.log(), &[])?.claims,
        sent: desk.sent().clone(),
        quiet,
        clicks,
        accepting: accepted,
        span: begin.elapsed(),
    };
    let (text, broken) = figures::report(&seen, options.strict, is_json);
    use std::io::Write as _;
    std::io::stdout().lock().write_all(text.as_bytes())?;
    for line in &broken {
        writeln!(std::io::stderr().lock(), "{line}")?;
    }
    Ok(broken.is_empty())
}

fn teams() -> Vec<Lane> {
    let team = |index| Lane {
        index,
        platform: Platform::Slack,
        channel: "lane-0".to_owned(),
        is_loud: index == QUIET,
        is_fast: false,
    };
    (0..TEAMS).map(team).collect()
}

/// Sends at an even pace, whatever the answers take; returns when all of it is accepted.
async fn blow(desk: &Arc<Desk>, options: &Options, lanes: &[Lane]) {
    let group = options.group.clamp(1, 1_000);
    let bodies = options.alerts.div_ceil(group);
    let begin = Instant::now();
    let mut flying = JoinSet::new();
    for body in 0..bodies {
        let share = f64::from(u32::try_from(body).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(bodies.max(1)).unwrap_or(u32::MAX));
        let at = Duration::from_secs(options.seconds).mul_f64(share);
        tokio::time::sleep(at.saturating_sub(begin.elapsed())).await;
        let lane = lanes[1 + body % (TEAMS - 1)].clone();
        let count = group.min(options.alerts - body * group);
        flying.spawn(send(desk.clone(), lane, count));
    }
    let all = async { while flying.join_next().await.is_some() {} };
    // Whatever is left is told as not accepted.
    let _ = tokio::time::timeout(ACCEPT_WAIT, all).await;
}

/// Sends alerts until they are accepted; answers where their rows begin.
async fn send(desk: Arc<Desk>, lane: Lane, count: usize) -> usize {
    let first = now();
    let numbers = {
        let mut sent = desk.sent();
        let from = sent.len();
        for number in from..from + count {
            let (label, people) = (label(number), lane.paged());
            sent.push(Sent { label, people, first, ..Sent::default() });
        }
        from..from + count
    };
    let alerts = numbers.clone().map(|number| {
        json!({"title": format!("{} is slow", label(number)), "dedup_key": label(number),
            "severity": "critical"})
    });
    let body = json!({ "alerts": alerts.collect::<Vec<_>>() });
    let url = format!("{}/api/v1/webhook/{}", desk.url, lane.key(Format::Generic));
    loop {
        let asked = desk.http.post(&url).timeout(ANSWER_WAIT).json(&body).send().await;
        let is_accepted = asked.is_ok_and(|answer| answer.status().as_u16() == 202);
        note(&desk, numbers.clone(), is_accepted);
        if is_accepted {
            return numbers.start;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn note(desk: &Desk, numbers: std::ops::Range<usize>, is_accepted: bool) {
    let mut sent = desk.sent();
    for row in &mut sent[numbers] {
        row.attempts += 1;
        row.accepted = is_accepted.then(now);
    }
}

/// The quiet team's alerts; answers their rows.
async fn quiet(desk: Arc<Desk>, lane: Lane) -> Vec<usize> {
    let mut rows = Vec::new();
    while !desk.is_over() {
        rows.push(send(desk.clone(), lane.clone(), 1).await);
        tokio::time::sleep(QUIET_EVERY).await;
    }
    rows
}

/// Somebody acknowledges something by its button, each second.
async fn click(desk: Arc<Desk>) -> Vec<Clicked> {
    let mut chance = desk.chance(1);
    let mut clicks = Vec::new();
    while !desk.is_over() {
        tokio::time::sleep(CLICK_EVERY).await;
        let all = desk.chat.pressable(NEWEST);
        let Some(one) = chance.choice(&all) else { continue };
        let person = one.person.clone().unwrap_or_else(|| place::responder(0));
        let begin = now();
        let status = people::click(&desk, one, &person).await;
        let answered = now() - begin;
        let seen = seen(&desk, &one.alert, begin).await;
        clicks.push(Clicked { label: one.label.clone(), status, answered, seen });
    }
    clicks
}

/// How long after `begin` the API shows it.
async fn seen(desk: &Desk, alert: &str, begin: Millis) -> Option<Millis> {
    for _ in 0..100 {
        let shown = people::ask(desk, &format!("/{alert}?tenant={}", place::TENANT)).await;
        if shown.is_some_and(|alert| alert["status"] == "acknowledged") {
            return Some(now() - begin);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}
