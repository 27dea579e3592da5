//! What is counted, and how it is shown.

use crate::lateness::Lateness;

/// Sums over many worlds.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub worlds: u64,
    /// Runs that the sources had.
    pub incidents: u64,
    pub alerts: u64,
    pub pages: u64,
    pub posts: u64,
    /// Of them, replies under a card.
    pub replies: u64,
    /// Posts for operators, who are told what is broken.
    pub operators_told: u64,
    pub edits: u64,
    pub finds: u64,
    pub writes: u64,
    pub conflicts: u64,
    pub lost_answers: u64,
    pub crashes: u64,
    pub redeliveries: u64,
    pub wake_ups: u64,
    pub lost_wake_ups: u64,
    pub lost_timers: u64,
    pub skipped_sweeps: u64,
    /// Posts and edits whose answer was lost.
    pub ambiguous: u64,
    /// Accepted alerts without a trace, and pages that were never delivered.
    pub lost: u64,
    /// Pages claimed for posting while the alert was not firing.
    pub after_ack: u64,
    /// Sends that were posted more than once, and the pages among them.
    pub doubled: u64,
    pub doubled_pages: u64,
    /// Why: asking whether it was there failed for long; it landed after the answer was no; it was
    /// there and could not be found yet; somebody had deleted it; a worker posted after its lease.
    pub doubled_find_failed: u64,
    pub doubled_landing: u64,
    pub doubled_lagging: u64,
    pub doubled_deleted: u64,
    pub doubled_late: u64,
    /// Those of them that no counter tells of.
    pub doubled_unexplained: u64,
    pub violations: u64,
    /// Most sends, and most timeline entries, in one item.
    pub sends_most: usize,
    pub tail_most: usize,
    /// Milliseconds from a page's birth to its message.
    pub page_late: Lateness,
    /// Milliseconds from when a tier was over to when the next began.
    pub tick_late: Lateness,
    /// Milliseconds from the end of an outage to what it had held up.
    pub outage_late: Lateness,
    /// Milliseconds from a send's first question for a slot to the slot.
    pub page_slot: Lateness,
    pub card_slot: Lateness,
    /// Most posts to one channel within ten seconds.
    pub posts_most: i64,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.incidents += other.incidents;
        self.alerts += other.alerts;
        self.pages += other.pages;
        self.posts += other.posts;
        self.replies += other.replies;
        self.operators_told += other.operators_told;
        self.edits += other.edits;
        self.finds += other.finds;
        self.writes += other.writes;
        self.conflicts += other.conflicts;
        self.lost_answers += other.lost_answers;
        self.crashes += other.crashes;
        self.redeliveries += other.redeliveries;
        self.wake_ups += other.wake_ups;
        self.lost_wake_ups += other.lost_wake_ups;
        self.lost_timers += other.lost_timers;
        self.skipped_sweeps += other.skipped_sweeps;
        self.ambiguous += other.ambiguous;
        self.lost += other.lost;
        self.after_ack += other.after_ack;
        self.doubled += other.doubled;
        self.doubled_find_failed += other.doubled_find_failed;
        self.doubled_pages += other.doubled_pages;
        self.doubled_landing += other.doubled_landing;
        self.doubled_lagging += other.doubled_lagging;
        self.doubled_deleted += other.doubled_deleted;
        self.doubled_late += other.doubled_late;
        self.doubled_unexplained += other.doubled_unexplained;
        self.violations += other.violations;
        self.sends_most = self.sends_most.max(other.sends_most);
        self.tail_most = self.tail_most.max(other.tail_most);
        self.page_late.merge(&other.page_late);
        self.tick_late.merge(&other.tick_late);
        self.outage_late.merge(&other.outage_late);
        self.page_slot.merge(&other.page_slot);
        self.card_slot.merge(&other.card_slot);
        self.posts_most = self.posts_most.max(other.posts_most);
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        vec![
            ("incidents", self.incidents.to_string()),
            ("worlds", self.worlds.to_string()),
            ("alerts", self.alerts.to_string()),
            ("pages", self.pages.to_string()),
            ("posts", self.posts.to_string()),
            ("replies", self.replies.to_string()),
            ("operators_told", self.operators_told.to_string()),
            ("edits", self.edits.to_string()),
            ("finds", self.finds.to_string()),
            ("writes", self.writes.to_string()),
            ("conflicts", self.conflicts.to_string()),
            ("lost_answers", self.lost_answers.to_string()),
            ("crashes", self.crashes.to_string()),
            ("redeliveries", self.redeliveries.to_string()),
            ("wake_ups", self.wake_ups.to_string()),
            ("lost_wake_ups", self.lost_wake_ups.to_string()),
            ("lost_timers", self.lost_timers.to_string()),
            ("skipped_sweeps", self.skipped_sweeps.to_string()),
            ("ambiguous_posts", self.ambiguous.to_string()),
            ("lost", self.lost.to_string()),
            ("after_ack", self.after_ack.to_string()),
            ("doubled", self.doubled.to_string()),
            ("doubled_pages", self.doubled_pages.to_string()),
            ("doubled_find_failed", self.doubled_find_failed.to_string()),
            ("doubled_landed_after_no", self.doubled_landing.to_string()),
            ("doubled_found_too_late", self.doubled_lagging.to_string()),
            ("doubled_deleted_in_chat", self.doubled_deleted.to_string()),
            ("doubled_late", self.doubled_late.to_string()),
            ("doubled_unexplained", self.doubled_unexplained.to_string()),
            ("violations", self.violations.to_string()),
            ("sends_most", self.sends_most.to_string()),
            ("timeline_most", self.tail_most.to_string()),
            ("page_ms_p50", self.page_late.percentile(50).to_string()),
            ("page_ms_p99", self.page_late.percentile(99).to_string()),
            ("tick_late_ms_p50", self.tick_late.percentile(50).to_string()),
            ("tick_late_ms_p99", self.tick_late.percentile(99).to_string()),
            ("after_outage_ms_p99", self.outage_late.percentile(99).to_string()),
            ("page_slot_ms_p99", self.page_slot.percentile(99).to_string()),
            ("card_slot_ms_p99", self.card_slot.percentile(99).to_string()),
            ("posts_in_10_s_most", self.posts_most.to_string()),
        ]
    }

    pub fn table(&self, run: &Run) -> String {
        let per_core = rate(self.incidents, run.seconds * run.cores);
        let mut lines = vec![
            ("profile", run.profile.to_owned()),
            ("first_seed", run.seed.to_string()),
            ("incidents_per_second", format!("{:.0}", rate(self.incidents, run.seconds))),
            ("  of them on each core", format!("{per_core:.0}")),
        ];
        lines.extend(self.lines());
        lines.iter().map(|(name, value)| format!("{name:<24} {value:>14}\n")).collect()
    }

    /// One object on one line.
    pub fn json(&self, run: &Run) -> String {
        let per_second = rate(self.incidents, run.seconds);
        let mut fields = vec![
            format!("\"profile\":\"{}\",\"seed\":{}", run.profile, run.seed),
            format!("\"seconds\":{:.1},\"cores\":{}", run.seconds, run.cores),
            format!("\"incidents_per_second\":{per_second:.0}"),
        ];
        fields.extend(self.lines().iter().map(|(name, value)| format!("\"{name}\":{value}")));
        format!("{{{}}}\n", fields.join(","))
    }
}

/// What is said of a whole run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub profile: &'static str,
    /// The first world's.
    pub seed: u64,
    pub seconds: f64,
    pub cores: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds.max(0.001)
}
