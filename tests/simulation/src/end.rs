//! What must hold when all faults are over and everything has come to rest.

use std::collections::BTreeMap;

use nightowl_domain::{Actor, Alert, EventKind, SendKey, SendState, Status, What, wanted};
use nightowl_engine::Summary;

use crate::chat::Missed;
use crate::check::{is_by_source, skew_of};
use crate::digests;
use crate::senders::Source;
use crate::words::label;
use crate::world::World;

pub(crate) fn check(world: &mut World) {
    let mut found = Vec::new();
    for source in &world.sources {
        accepted(world, source, &mut found);
        order(world, source, &mut found);
    }
    let mut lost_pages = 0;
    for alert in world.rows.alerts.values() {
        settled(world, alert, &mut found, &mut lost_pages);
        shown(world, alert, &mut found);
    }
    digests::settled(world, &mut found);
    world.figures.lost += lost_pages;
    let lost = found.iter().filter(|text| text.starts_with("S1")).count();
    world.figures.lost += u64::try_from(lost).unwrap_or(u64::MAX);
    for text in found {
        world.violate(text);
    }
    doubles(world);
}

/// S1: what was accepted has been worked off, and its series is listed.
fn accepted(world: &World, source: &Source, found: &mut Vec<String>) {
    let name = format!("{}/{}", source.tenant, source.dedup_key);
    let is_fired = |kind: &EventKind| matches!(kind, EventKind::Fired { .. });
    for accepted in &source.accepted {
        if accepted.applied == 0 {
            found.push(format!("S1 {name}: {} was never worked off", accepted.report.event.id));
        }
    }
    let fires = source.accepted.iter().any(|one| is_fired(&one.report.event.kind));
    let is_listed = world.rows.alerts.values().any(|alert| {
        !alert.hidden && alert.tenant == source.tenant && alert.series() == source.series()
    });
    if fires && !is_listed {
        found.push(format!("S1 {name}: accepted and not listed"));
    }
}

/// The newest words of one source, by reception, in milliseconds.
#[derive(Default)]
struct Last {
    fire: Option<i64>,
    /// The latest beginning of a run that a firing named.
    starts: Option<i64>,
    clear: Option<i64>,
    /// When that clear says that it was over.
    ends: Option<i64>,
}

impl Last {
    fn of(source: &Source) -> Self {
        let mut last = Self::default();
        for accepted in &source.accepted {
            let event = &accepted.report.event;
            let at = Some(event.received.at.millis());
            if let EventKind::Fired { firing, .. } = &event.kind {
                last.fire = last.fire.max(at);
                last.starts = last.starts.max(firing.starts_at.map(|starts| starts.millis()));
            }
            if let EventKind::Cleared { clearing, .. } = &event.kind
                && last.clear < at
            {
                last.clear = at;
                last.ends = clearing.ends_at.map(|ends| ends.millis());
            }
        }
        last
    }
}

/// S8: beyond the difference of clocks, the last word of the source stands.
fn order(world: &World, source: &Source, found: &mut Vec<String>) {
    let skew = skew_of(world);
    let last = Last::of(source);
    let Some(newest) = world.rows.newest(&source.tenant, source.series()) else { return };
    let Some(fire) = last.fire else { return };
    let open: Vec<&Alert> = world
        .rows
        .alerts
        .values()
        .filter(|alert| alert.is_open() && alert.tenant == source.tenant)
        .filter(|alert| alert.series() == source.series())
        .collect();
    if last.clear.is_some_and(|clear| clear > fire + skew) {
        let is_of_last = last.ends.is_none_or(|ends| last.starts.is_none_or(|at| ends >= at));
        for open in open.iter().filter(|_| is_of_last) {
            found.push(format!("S8 {}: stays open though it was cleared", label(open)));
        }
    } else if last.clear.is_none_or(|clear| fire > clear + skew) && is_by_source(&newest.status) {
        found.push(format!("S8 {}: closed, and fired after the clear", label(newest)));
    }
    after_person(source, newest, skew, found);
    if open.len() > 1 {
        found.push(format!("S8 {}: two alerts of one series are open", label(newest)));
    }
}

/// S8: a person's resolve ends one run and swallows no later one.
fn after_person(source: &Source, newest: &Alert, skew: i64, found: &mut Vec<String>) {
    let Status::Resolved { by, .. } = &newest.status else { return };
    let Some(closed) = newest.closed.filter(|_| !matches!(by, Actor::Source)) else { return };
    let closed = closed.at.millis();
    let events = || source.accepted.iter().map(|accepted| &accepted.report.event);
    for event in events() {
        let at = event.received.at.millis();
        let EventKind::Fired { firing, .. } = &event.kind else { continue };
        if at <= closed + skew {
            continue;
        }
        let later = |other: &&nightowl_domain::Event| {
            matches!(other.kind, EventKind::Cleared { .. })
                && other.received.at.millis() >= at - skew
        };
        let is_cleared = events().any(|other| later(&other));
        let is_new_run = firing.starts_at.is_none_or(|starts| starts.millis() > closed + skew);
        if is_new_run && !is_cleared {
            found.push(format!("S8 {}: {} is of a later run", label(newest), event.id));
        }
    }
}

/// L1, L4: nothing is owed, every page is delivered or needed no more.
fn settled(world: &World, alert: &Alert, found: &mut Vec<String>, lost: &mut u64) {
    let name = label(alert);
    let owed = wanted(alert);
    if !owed.is_empty() {
        found.push(format!("L4 {name}: it still owes {owed:?}"));
    }
    for send in &alert.sends {
        let is_page = matches!(send.what, What::Page(_));
        match &send.state {
            SendState::Sent(shown) => {
                let known = world
                    .platforms
                    .get(shown.message.provider.as_str())
                    .is_some_and(|platform| platform.messages.contains_key(&shown.message));
                if !known {
                    found.push(format!("L1 {name}: {} is called sent and never was", send.key));
                    *lost += u64::from(is_page);
                }
                let noted = world.rows.reverse.get(&shown.message);
                if !send.is_reply() && noted.is_none_or(|(_, key)| *key != send.key) {
                    found.push(format!("{name}: {} has no reverse row", send.key));
                }
            }
            SendState::Dropped(_) => {}
            SendState::Folded { digest, .. } => digests::shown(world, alert, *digest, found),
            SendState::Wanted { .. } | SendState::Claimed { .. } | SendState::InDoubt { .. } => {
                *lost += u64::from(is_page);
                found.push(format!("L6 {name}: {} is neither said nor dropped", send.key));
            }
        }
    }
    if matches!(alert.status, Status::Firing)
        && alert.plan.exhausted.is_none()
        && alert.plan.tick_due.is_none()
    {
        found.push(format!("L1 {name}: firing, and nothing is planned"));
    }
}

/// L3: every message that is kept shows the final state.
fn shown(world: &World, alert: &Alert, found: &mut Vec<String>) {
    for send in &alert.sends {
        let follows = match send.what {
            What::Card | What::Page(_) => true,
            What::Notice(_) => false,
        };
        let SendState::Sent(shown) = &send.state else { continue };
        if !follows || shown.closed {
            continue;
        }
        let platform = world.platforms.get(shown.message.provider.as_str());
        let posted = platform.and_then(|platform| platform.messages.get(&shown.message));
        let Some(posted) = posted.filter(|posted| !posted.is_deleted) else { continue };
        let Some(shows) = posted.shows.alert() else { continue };
        let is_count_right = !matches!(send.what, What::Card) || shows.count == alert.count;
        let is_right = shows.status == alert.status.name()
            && (shows.round, shows.tier) == (alert.plan.round, alert.plan.tier)
            && shows.title == alert.title
            && is_count_right;
        if !is_right {
            found.push(format!(
                "L3 {}: {} shows {} ×{}, it is {} ×{}",
                label(alert),
                shown.message.message,
                shows.status,
                shows.count,
                alert.status.name(),
                alert.count
            ));
        }
    }
}

/// S7: what was said twice was counted aloud.
fn doubles(world: &mut World) {
    let doubled: Vec<(SendKey, u32)> = world
        .landed
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(key, times)| (key.clone(), *times))
        .collect();
    for (key, times) in doubled {
        world.figures.doubled += 1;
        world.figures.doubled_pages += u64::from(world.born.contains_key(&key));
        let spoken = world.counted.get(key.as_str()).cloned().unwrap_or_default();
        let counters = spoken.len();
        why(world, &key, &spoken);
        if counters < usize::try_from(times).unwrap_or(usize::MAX) - 1 {
            world.figures.doubled_unexplained += 1;
            world.violate(format!("S7 {key} was said {times} times, counted {counters}"));
        }
    }
}

/// Of what was said twice, why: what the last word about it was before.
fn why(world: &mut World, key: &SendKey, spoken: &[String]) {
    let is_spoken = |name: &str| spoken.iter().any(|counter| counter == name);
    let missed = world.missed.get(key).copied();
    let figures = &mut world.figures;
    if is_spoken("page.maybe_duplicate") {
        figures.doubled_find_failed += 1;
    } else if is_spoken("page.late_post") {
        figures.doubled_late += 1;
    } else if is_spoken("page.reposted") {
        match missed {
            Some(Missed::Deleted) => figures.doubled_deleted += 1,
            Some(Missed::Lagging) => figures.doubled_lagging += 1,
            Some(Missed::Landing) | None => figures.doubled_landing += 1,
        }
    }
}

/// What redeliveries must not change, of the alerts whose order the clocks can tell. A late firing
/// of a run that was over may be listed by one: nobody is told of it.
pub(crate) fn standing(world: &World) -> BTreeMap<String, String> {
    let close: Vec<&Source> = world.sources.iter().filter(|one| is_close(world, one)).collect();
    let is_told = |alert: &&Alert| {
        let by = |one: &&Source| one.tenant == alert.tenant && one.series() == alert.series();
        !close.iter().any(by) && (alert.is_open() || !alert.sends.is_empty())
    };
    let alerts = world.rows.alerts.values().filter(is_told);
    alerts.map(|alert| (label(alert), standing_of(alert))).collect()
}

/// Whether a firing and a clear were received too close together for two clocks to tell.
fn is_close(world: &World, source: &Source) -> bool {
    let mut moments: Vec<(i64, bool)> = Vec::new();
    for accepted in &source.accepted {
        let event = &accepted.report.event;
        let is_clear = matches!(event.kind, EventKind::Cleared { .. });
        moments.push((event.received.at.millis(), is_clear));
    }
    moments.sort_unstable();
    let skew = skew_of(world);
    moments.windows(2).any(|pair| pair[0].1 != pair[1].1 && pair[1].0 - pair[0].0 <= skew)
}

fn standing_of(alert: &Alert) -> String {
    let pages: Vec<&SendKey> = alert
        .sends
        .iter()
        .filter(|send| matches!(send.what, What::Page(_)))
        .map(|send| &send.key)
        .collect();
    let plan = &alert.plan;
    format!(
        "{:?} r{}t{} g{} rev{} {pages:?}",
        alert.status, plan.round, plan.tier, plan.generation, alert.card_rev
    )
}

/// What a list shows of an alert.
pub(crate) fn summary(alert: &Alert) -> Summary {
    Summary {
        id: alert.id,
        short_id: alert.short_id.clone(),
        tenant: alert.tenant.clone(),
        integration: alert.integration.clone(),
        status: alert.status.name().to_owned(),
        severity: alert.severity,
        title: alert.title.clone(),
        count: alert.count,
        fired_at: alert.opened.at,
        exhausted: alert.plan.exhausted.is_some(),
    }
}
