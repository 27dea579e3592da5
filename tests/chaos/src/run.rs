//! One run: load, people, faults and kills, then rest and the records of it all.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::chat::{Chat, Plan};
use crate::child::Owl;
use crate::clock::now;
use crate::desk::{Desk, pause};
use crate::kills::{Cause, Kills};
use crate::place::{self, RESPONDERS};
use crate::records::Records;
use crate::{Failure, load, log, people, rest};

/// A moment that does not come is not waited for longer.
const MOMENT_WAIT: Duration = Duration::from_secs(4);
/// Faults go on for so long after the last kill: for what only a life of some length sees.
const TAIL: Duration = Duration::from_secs(10);
/// One life in so many is long: for waits that others do not live to see the end of.
const LONG_LIVES: u16 = 20;
/// Senders whose last words are not accepted by then are given up.
const SENDERS_WAIT: Duration = Duration::from_secs(120);

pub(crate) struct Options<'a> {
    pub(crate) binary: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) kills: usize,
    pub(crate) lanes: usize,
    pub(crate) seed: u64,
    /// Whether the platforms fail.
    pub(crate) is_faulty: bool,
}

/// What came of it, beside the records.
pub(crate) struct Run {
    pub(crate) records: Records,
    /// How often it was killed for each cause.
    pub(crate) causes: BTreeMap<&'static str, usize>,
    /// How long the part with the kills took, in seconds.
    pub(crate) killing: f64,
}

pub(crate) async fn run(options: &Options<'_>) -> Result<Run, Failure> {
    let lanes = place::lanes(options.lanes);
    let kills = Arc::new(Kills::default());
    let (eager, posted) = mpsc::unbounded_channel();
    let plan = Plan {
        seed: options.seed,
        is_faulty: options.is_faulty,
        is_limited: false,
        eager: Some(eager),
    };
    let chat = Chat::start(&lanes, plan, kills.clone()).await?;
    // A connection to a process that is dead by now would cost a request.
    let http = nightowl_process::http_builder().pool_max_idle_per_host(0).build()?;
    let mut owl = Owl::new(options.binary, options.folder, http.clone())?;
    owl.configure(&place::configuration(&lanes, &chat.slack.url(), &chat.mattermost.url()))?;
    let desk = Arc::new(Desk::new(owl.url(), http, chat, kills, options.seed));
    // The first start makes the tables; it is a life like all others.
    owl.start()?;
    owl.ready().await?;

    let mut senders = JoinSet::new();
    for lane in lanes.iter().cloned() {
        senders.spawn(load::run(desk.clone(), lane));
    }
    let mut others = JoinSet::new();
    for index in 0..RESPONDERS {
        others.spawn(people::run(desk.clone(), index));
    }
    others.spawn(people::eagerly(desk.clone(), posted));

    let begin = std::time::Instant::now();
    let causes = kill(&desk, &mut owl, options.kills).await?;
    let killing = begin.elapsed().as_secs_f64();

    tokio::time::sleep(TAIL).await;
    let healed = now();
    desk.stop();
    desk.chat.eyes.heal();
    let all = async { while senders.join_next().await.is_some() {} };
    // Whoever is given up has accepted nothing that was not noted.
    let _ = tokio::time::timeout(SENDERS_WAIT, all).await;
    rest::said(&desk).await;
    others.shutdown().await;
    rest::resolve_all(&desk).await?;
    let rested = rest::rest(&desk, &mut owl).await?;
    let records = gather(&desk, &owl, &lanes, healed, rested).await?;
    Ok(Run { records, causes, killing })
}

async fn gather(
    desk: &Desk,
    owl: &Owl,
    lanes: &[place::Lane],
    healed: i64,
    rested: Option<i64>,
) -> Result<Records, Failure> {
    let log = log::read(&owl.log(), &place::secrets(lanes))?;
    let mut records = Records {
        sent: desk.sent().clone(),
        acts: desk.acts().clone(),
        begun: desk.chat.begun(),
        landed: desk.chat.landed(),
        claims: log.claims,
        doubts: log.doubts,
        bad_lines: log.bad_lines,
        lives: owl.lives.clone(),
        healed,
        rested,
        ..Records::default()
    };
    rest::read(owl, &mut records).await?;
    Ok(records)
}

/// So many times; the process runs when it returns.
async fn kill(
    desk: &Desk,
    owl: &mut Owl,
    kills: usize,
) -> Result<BTreeMap<&'static str, usize>, Failure> {
    let mut chance = desk.chance(3_000);
    let mut causes = BTreeMap::new();
    for _ in 0..kills {
        let cause = Cause::draw(&mut chance);
        *causes.entry(cause.name()).or_default() += 1;
        if cause == Cause::StartUp {
            owl.kill("before a start that is cut off").await?;
            owl.start()?;
            pause(&mut chance, 2..250).await;
        } else {
            live(desk, cause, &mut chance).await;
        }
        owl.kill(cause.name()).await?;
        desk.kills.died();
        pause(&mut chance, 0..150).await;
        owl.start()?;
        owl.ready().await?;
    }
    Ok(causes)
}

/// Lives for a drawn while, and then until the moment comes.
async fn live(desk: &Desk, cause: Cause, chance: &mut Rng) {
    if chance.u16(0..LONG_LIVES) == 0 {
        pause(chance, 3_000..12_000).await;
    }
    match cause {
        Cause::Random | Cause::StartUp => pause(chance, 20..1_200).await,
        Cause::Posted | Cause::Accepted | Cause::Clicked => {
            pause(chance, 20..400).await;
            let moment = desk.kills.arm(cause);
            // One that does not come makes it a kill at any moment.
            let _ = tokio::time::timeout(MOMENT_WAIT, moment).await;
            desk.kills.disarm();
            if cause == Cause::Clicked {
                pause(chance, 0..40).await;
            }
        }
    }
}
