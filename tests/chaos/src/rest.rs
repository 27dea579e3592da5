//! The end of a run: nothing goes wrong any more, everything comes to rest, and the table is read.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use crate::child::Owl;
use crate::clock::now;
use crate::desk::Desk;
use crate::people::{act_by_api, ask};
use crate::place::{TENANT, responder};
use crate::records::{Label, Millis, Records, Verb};
use crate::table::Table;

/// For what was accepted to be said: an outage is probed every 15 s, a lease holds for 15 s, a
/// post in doubt is looked for 15 s later, and a channel takes one post a second.
const SAID_WAIT: Duration = Duration::from_secs(150);
/// For the last edit: one in doubt is made again after a minute.
const REST_WAIT: Duration = Duration::from_secs(300);
/// No call for so long: nothing is under way.
const QUIET: Duration = Duration::from_secs(2);
/// What is due already takes a moment too, once the process is back.
const TURN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Waits until every card is there and every page that nobody made needless. What is still missing
/// after that is for the audit to say.
pub(crate) async fn said(desk: &Desk) {
    let begin = Instant::now();
    while begin.elapsed() < SAID_WAIT {
        if unsaid(desk) == 0 {
            return;
        }
        tokio::time::sleep(LOOK_EVERY * 2).await;
    }
}

fn unsaid(desk: &Desk) -> usize {
    let landed = desk.chat.landed();
    let direct = landed.iter().filter_map(|one| Some((one.label.as_ref()?, one.person.as_ref()?)));
    let direct: BTreeSet<(&Label, &String)> = direct.collect();
    let shown = landed.iter().filter(|one| one.person.is_none());
    let shown: BTreeSet<&Label> = shown.filter_map(|one| one.label.as_ref()).collect();
    let acted: BTreeSet<Label> = desk.acts().iter().map(|act| act.label.clone()).collect();
    let sent = desk.sent();
    let missing = sent.iter().filter(|sent| sent.accepted.is_some()).filter(|sent| {
        let is_left_alone = sent.clear.is_none() && !acted.contains(&sent.label);
        let is_paged = sent.people.iter().all(|person| direct.contains(&(&sent.label, person)));
        // What its source ended may be over before it was looked at.
        let is_shown = shown.contains(&sent.label) || sent.clear.is_some();
        !is_shown || (is_left_alone && !is_paged)
    });
    missing.count()
}

/// Somebody resolves whatever is open. These acts are no part of the records.
pub(crate) async fn resolve_all(desk: &Desk) -> Result<(), Failure> {
    let (begin, me) = (Instant::now(), responder(0));
    while begin.elapsed() < SAID_WAIT {
        let (mut open, mut is_complete): (Vec<Value>, bool) = (Vec::new(), true);
        for status in ["firing", "acknowledged", "snoozed"] {
            // A machine that has much else to do answers a longer list too late.
            let listed = ask(desk, &format!("?tenant={TENANT}&status={status}&limit=50")).await;
            is_complete &= listed.is_some();
            let listed = listed.and_then(|listed| listed["alerts"].as_array().cloned());
            open.extend(listed.unwrap_or_default());
        }
        if open.is_empty() && is_complete {
            return Ok(());
        }
        for id in open.iter().filter_map(|alert| alert["id"].as_str()) {
            act_by_api(desk, id, Verb::Resolve, &me).await;
        }
    }
    Err("alerts stay open although somebody resolves them".into())
}

/// Kills the process when nothing is under way, and looks what is owed; starts it again until
/// nothing is. Answers when that was.
pub(crate) async fn rest(desk: &Desk, owl: &mut Owl) -> Result<Option<Millis>, Failure> {
    let begin = Instant::now();
    loop {
        quiet(desk).await;
        let at = now();
        owl.kill("to look what is owed").await?;
        let due = Table::open(&owl.database())?.due().await?;
        if due.is_empty() {
            return Ok(Some(at));
        }
        if begin.elapsed() > REST_WAIT {
            return Ok(None);
        }
        owl.start()?;
        owl.ready().await?;
        let last = due.into_iter().max().unwrap_or_default().min(now() + 70_000);
        let wait = Duration::from_millis(u64::try_from(last - now()).unwrap_or_default());
        tokio::time::sleep(wait.max(TURN)).await;
    }
}

async fn quiet(desk: &Desk) {
    let begin = Instant::now();
    while desk.chat.eyes.quiet_for() < QUIET && begin.elapsed() < REST_WAIT {
        tokio::time::sleep(LOOK_EVERY / 4).await;
    }
}

/// What the table holds, for the audit. The process is not running.
pub(crate) async fn read(owl: &Owl, records: &mut Records) -> Result<(), Failure> {
    let table = Table::open(&owl.database())?;
    records.stored = table.stored().await?;
    records.intake = table.intake().await?;
    Ok(())
}
