//! What a storm came to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use nightowl_domain::Alert;
use serde_json::json;

use crate::clock::{label_in, labels_in};
use crate::records::{Begun, Claim, Label, Landed, Millis, Sent, What};
use crate::report::percentile;
use crate::table::{Sends, sends};

/// What Slack gives a click, and what is promised.
const CLICK_TARGET: Millis = 3_000;
/// Beyond these the command fails: they are far above what a sound system does.
const CLICK_MAX: Millis = 10_000;
const PAGE_MAX: Millis = 15_000;

#[derive(Clone, Debug)]
pub(crate) struct Clicked {
    pub(crate) label: Label,
    pub(crate) status: Option<u16>,
    /// Milliseconds until the answer.
    pub(crate) answered: Millis,
    /// Milliseconds until the API showed it.
    pub(crate) seen: Option<Millis>,
}

#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) alerts: Vec<Alert>,
    pub(crate) landed: Vec<Landed>,
    pub(crate) begun: Vec<Begun>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) sent: Vec<Sent>,
    /// Rows of the quiet team.
    pub(crate) quiet: Vec<usize>,
    pub(crate) clicks: Vec<Clicked>,
    /// Until all of it was accepted.
    pub(crate) accepting: Duration,
    pub(crate) span: Duration,
}

/// The report, and what is broken.
pub(crate) fn report(seen: &Seen, is_strict: bool, is_json: bool) -> (String, Vec<String>) {
    let figures = Figures::of(seen);
    let text = if is_json { figures.json() } else { figures.table() };
    (text, figures.broken(is_strict))
}

#[derive(Debug, Default)]
struct Figures {
    alerts: usize,
    accepted: usize,
    accepting: f64,
    span: f64,
    not_listed: usize,
    cards_posted: usize,
    /// Named in a message of the channel without a card of its own there.
    in_digest: usize,
    cards_owed: usize,
    cards_lost: usize,
    pages_posted: usize,
    pages_owed: usize,
    pages_lost: usize,
    refused: usize,
    answered: Vec<Millis>,
    click_seen: Vec<Millis>,
    clicks_failed: usize,
    direct: Vec<Millis>,
    in_channel: Vec<Millis>,
    quiet: usize,
}

impl Figures {
    fn of(seen: &Seen) -> Self {
        let mut figures = Self {
            alerts: seen.sent.len(),
            accepted: seen.sent.iter().filter(|sent| sent.accepted.is_some()).count(),
            accepting: seen.accepting.as_secs_f64(),
            span: seen.span.as_secs_f64(),
            refused: seen.begun.iter().filter(|begun| begun.trouble.is_some()).count(),
            quiet: seen.quiet.len(),
            ..Self::default()
        };
        figures.count_alerts(seen);
        figures.count_clicks(seen);
        figures.count_pages(seen);
        figures
    }

    fn count_alerts(&mut self, seen: &Seen) {
        let of = |alert: &Alert| Some((label_in(&alert.title)?, sends(alert)));
        let stored: BTreeMap<Label, Sends> = seen.alerts.iter().filter_map(of).collect();
        let in_channel = seen.landed.iter().filter(|one| one.person.is_none());
        let named: BTreeSet<Label> = in_channel.flat_map(|one| labels_in(&one.text)).collect();
        let acked: BTreeSet<&Label> = seen.clicks.iter().map(|click| &click.label).collect();
        for sent in seen.sent.iter().filter(|sent| sent.accepted.is_some()) {
            let Some(sends) = stored.get(&sent.label) else {
                self.not_listed += 1;
                continue;
            };
            match (sends.cards_posted, named.contains(&sent.label), sends.cards_owed) {
                (1.., _, _) => self.cards_posted += 1,
                (0, true, 0) => self.in_digest += 1,
                (0, _, 1..) => self.cards_owed += 1,
                (0, false, 0) => self.cards_lost += 1,
            }
            match (sends.pages_posted, sends.pages_owed) {
                (1.., _) => self.pages_posted += 1,
                (0, 1..) => self.pages_owed += 1,
                (0, 0) => self.pages_lost += usize::from(!acked.contains(&sent.label)),
            }
        }
    }

    fn count_clicks(&mut self, seen: &Seen) {
        for click in &seen.clicks {
            match click.status {
                Some(200) => self.answered.push(click.answered),
                Some(_) | None => self.clicks_failed += 1,
            }
            self.click_seen.extend(click.seen);
        }
        self.answered.sort_unstable();
        self.click_seen.sort_unstable();
    }

    /// From the 202 of a quiet team's alert to its two pages.
    fn count_pages(&mut self, seen: &Seen) {
        let pages = seen.claims.iter().filter(|claim| claim.what == What::Page);
        let pages: BTreeSet<&str> = pages.map(|claim| claim.delivery.as_str()).collect();
        let is_page =
            |one: &&Landed| one.delivery.as_deref().is_some_and(|key| pages.contains(key));
        let mut direct: BTreeMap<&Label, Millis> = BTreeMap::new();
        let mut in_channel: BTreeMap<&Label, Millis> = BTreeMap::new();
        for one in seen.landed.iter().filter(is_page) {
            let Some(label) = &one.label else { continue };
            let first = if one.person.is_some() { &mut direct } else { &mut in_channel };
            first.entry(label).or_insert(one.at);
        }
        let since = |first: &BTreeMap<&Label, Millis>| {
            let rows = seen.quiet.iter().filter_map(|row| seen.sent.get(*row));
            let mut waits: Vec<Millis> =
                rows.filter_map(|sent| Some(first.get(&sent.label)? - sent.accepted?)).collect();
            waits.sort_unstable();
            waits
        };
        self.direct = since(&direct);
        self.in_channel = since(&in_channel);
    }

    fn broken(&self, is_strict: bool) -> Vec<String> {
        let mut broken = Vec::new();
        let mut hold = |holds: bool, why: String| {
            if !holds {
                broken.push(why)
            }
        };
        let lost = self.not_listed + self.cards_lost + self.pages_lost;
        hold(lost == 0, format!("{lost} alerts, cards or pages were lost"));
        let slowest = self.answered.last().copied().unwrap_or_default();
        let is_clicked = !self.answered.is_empty();
        hold(is_clicked && slowest <= CLICK_MAX, format!("a click took {slowest} ms"));
        hold(self.clicks_failed == 0, format!("{} clicks were not taken", self.clicks_failed));
        let page = percentile(&self.direct, 99);
        hold(page <= PAGE_MAX, format!("a quiet team's page took {page} ms"));
        let unpaged = self.quiet - self.direct.len();
        // The last of them may be younger than a second.
        hold(unpaged <= 1, format!("{unpaged} pages of the quiet team are not there"));
        if is_strict {
            hold(self.cards_owed == 0, format!("{} cards are still owed", self.cards_owed));
            hold(slowest <= CLICK_TARGET, format!("a click took {slowest} ms"));
        }
        broken
    }

    fn json(&self) -> String {
        let value = json!({
            "alerts": self.alerts, "accepted": self.accepted,
            "accepting_seconds": self.accepting, "seconds": self.span,
            "lost": self.not_listed + self.cards_lost + self.pages_lost,
            "cards_posted": self.cards_posted, "in_digest": self.in_digest,
            "cards_owed": self.cards_owed, "pages_posted": self.pages_posted,
            "pages_owed": self.pages_owed, "posts_refused": self.refused,
            "clicks": self.answered.len(), "clicks_failed": self.clicks_failed,
            "click_ms_p50": percentile(&self.answered, 50),
            "click_ms_p99": percentile(&self.answered, 99),
            "click_ms_max": self.answered.last(),
            "click_seen_ms_p50": percentile(&self.click_seen, 50),
            "click_seen_ms_p99": percentile(&self.click_seen, 99),
            "quiet_pages": self.direct.len(),
            "quiet_page_ms_p50": percentile(&self.direct, 50),
            "quiet_page_ms_p99": percentile(&self.direct, 99),
            "quiet_channel_page_ms_p50": percentile(&self.in_channel, 50),
            "quiet_channel_page_ms_p99": percentile(&self.in_channel, 99),
        });
        format!("{value}\n")
    }

    fn table(&self) -> String {
        let spread = |sorted: &[Millis]| {
            let max = sorted.last().copied().unwrap_or_default();
            let (half, most) = (percentile(sorted, 50), percentile(sorted, 99));
            format!("p50 {half} ms, p99 {most} ms, max {max} ms ({})", sorted.len())
        };
        let rows = [
            (
                "alerts",
                format!(
                    "{}, {} accepted within {:.1} s",
                    self.alerts, self.accepted, self.accepting
                ),
            ),
            (
                "lost",
                format!(
                    "{} alerts, {} cards, {} pages",
                    self.not_listed, self.cards_lost, self.pages_lost
                ),
            ),
            (
                "cards",
                format!(
                    "{} posted, {} in a digest, {} owed",
                    self.cards_posted, self.in_digest, self.cards_owed
                ),
            ),
            ("alerts paged", format!("{} out, {} owed", self.pages_posted, self.pages_owed)),
            ("posts refused by 429", self.refused.to_string()),
            ("acknowledge by button", spread(&self.answered)),
            ("until the API shows it", spread(&self.click_seen)),
            ("clicks not taken", self.clicks_failed.to_string()),
            ("a quiet team's page", spread(&self.direct)),
            ("the same in the channel", spread(&self.in_channel)),
            ("in all", format!("{:.0} s", self.span)),
        ];
        let mut text = String::new();
        for (name, value) in rows {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name:<26} {value}");
        }
        text
    }
}
