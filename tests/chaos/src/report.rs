//! What a run came to, as a table or as one line of JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::audit::{Figures, Rule, Violation};
use crate::records::{Life, Millis};
use crate::run::Run;

/// A run with its audit.
pub(crate) struct Report<'a> {
    pub(crate) run: &'a Run,
    pub(crate) figures: &'a Figures,
    pub(crate) violations: &'a [Violation],
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
}

impl Report<'_> {
    fn broken(&self, rule: Rule) -> usize {
        self.violations.iter().filter(|violation| violation.rule == rule).count()
    }

    fn kills(&self) -> usize {
        self.run.causes.values().sum()
    }

    fn doubled(&self) -> usize {
        self.figures.doubled.values().sum()
    }

    fn rest_seconds(&self) -> Option<f64> {
        let records = &self.run.records;
        records.rested.map(|rested| seconds(rested - records.healed))
    }

    pub(crate) fn json(&self) -> String {
        let (records, ready) = (&self.run.records, starts(&self.run.records.lives));
        let value: Value = json!({
            "seed": self.seed,
            "kills": self.kills(),
            "kills_by_cause": self.run.causes,
            "lives": records.lives.len(),
            "accepted": self.figures.accepted,
            "posts": self.figures.posts,
            "pages": self.figures.pages,
            "lost": self.broken(Rule::Lost),
            "after_ack": self.broken(Rule::AfterAck),
            "doubled": self.doubled(),
            "doubled_by_counter": self.figures.doubled,
            "doubled_unexplained": self.broken(Rule::Doubled),
            "posts_attempted": records.begun.len(),
            "posts_in_trouble": records.begun.iter().filter(|one| one.trouble.is_some()).count(),
            "acts": records.acts.len(),
            "acts_seen": self.figures.acts_seen,
            "clicks_that_came_to_nothing": self.figures.acts_unseen,
            "overtaken_pages": self.figures.overtaken,
            "in_digests": self.figures.in_digests,
            "over_before_seen": self.figures.over_unseen,
            "violations": self.violations.len(),
            "ready_ms_p50": percentile(&ready, 50),
            "ready_ms_p99": percentile(&ready, 99),
            "rest_seconds": self.rest_seconds(),
            "killing_seconds": self.run.killing,
            "seconds": self.seconds,
        });
        format!("{value}\n")
    }

    pub(crate) fn table(&self) -> String {
        let (records, ready) = (&self.run.records, starts(&self.run.records.lives));
        let mut text = String::new();
        let causes = &self.run.causes;
        let causes: Vec<String> =
            causes.iter().map(|(why, count)| format!("{count} {why}")).collect();
        let doubled = &self.figures.doubled;
        let doubled: Vec<String> =
            doubled.iter().map(|(why, count)| format!("{count} {why}")).collect();
        let troubled = records.begun.iter().filter(|one| one.trouble.is_some()).count();
        let per_kill =
            self.run.killing / f64::from(u32::try_from(self.kills().max(1)).unwrap_or(1));
        let rows = [
            ("seed", self.seed.to_string()),
            ("kills", format!("{} ({})", self.kills(), causes.join(", "))),
            ("lives", records.lives.len().to_string()),
            ("accepted alerts", self.figures.accepted.to_string()),
            (
                "messages posted",
                format!("{}, {} of them pages", self.figures.posts, self.figures.pages),
            ),
            ("posts tried", format!("{}, {troubled} of them in trouble", records.begun.len())),
            (
                "acts of people",
                format!("{}, {} seen to be done", records.acts.len(), self.figures.acts_seen),
            ),
            ("clicks answered, nothing seen", self.figures.acts_unseen.to_string()),
            ("pages overtaken by people", self.figures.overtaken.to_string()),
            ("cards in digests", self.figures.in_digests.to_string()),
            ("over before it was looked at", self.figures.over_unseen.to_string()),
            ("lost", self.broken(Rule::Lost).to_string()),
            ("claimed after an ack", self.broken(Rule::AfterAck).to_string()),
            ("doubled, counted", format!("{} {}", self.doubled(), doubled.join(", "))),
            ("doubled, not counted", self.broken(Rule::Doubled).to_string()),
            ("violations", self.violations.len().to_string()),
            (
                "restart to ready",
                format!("p50 {} ms, p99 {} ms", percentile(&ready, 50), percentile(&ready, 99)),
            ),
            (
                "from the last fault to rest",
                self.rest_seconds().map_or("never".to_owned(), |s| format!("{s:.0} s")),
            ),
            ("a kill took", format!("{per_kill:.2} s")),
            ("in all", format!("{:.0} s", self.seconds)),
        ];
        for (name, value) in rows {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name:<30} {}", value.trim_end());
        }
        text
    }
}

/// How long each start took, in order of length.
fn starts(lives: &[Life]) -> Vec<Millis> {
    let mut starts: Vec<Millis> =
        lives.iter().filter_map(|life| Some(life.ready? - life.started)).collect();
    starts.sort_unstable();
    starts
}

/// Of sorted figures; 0 if there are none.
pub(crate) fn percentile(sorted: &[Millis], percent: usize) -> Millis {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

fn seconds(millis: Millis) -> f64 {
    // Runs are hours long at most.
    f64::from(i32::try_from(millis).unwrap_or(i32::MAX)) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let figures: Vec<Millis> = (1..=100).collect();
        assert_eq!(percentile(&figures, 50), 51);
        assert_eq!(percentile(&figures, 99), 100);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 50), 0);
    }
}
