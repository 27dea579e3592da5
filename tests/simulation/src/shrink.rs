//! From a world that failed to a small one that fails in the same way.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::pool::in_order;
use crate::run::{Outcome, Planned};
use crate::spec::{Only, Spec};

/// Worlds that are tried at most.
const TRIES: u32 = 600;
/// With how many courses of chance each smaller world is tried. What is left out changes the course
/// of all that follows, so that a rare failure would seem to need everything.
const SALTS: u64 = 4;

/// The smallest world found that breaks the rule that this one broke first.
pub fn shrink(failed: &Outcome) -> Spec {
    let Some(violation) = failed.violations.first() else { return failed.spec.clone() };
    let mut search = Search { rule: rule_of(violation), best: failed.spec.clone(), tries: TRIES };
    let Planned { faults, runs, acts, troubles, workers } = failed.planned.clone();
    // Twice: what was needed at first may not be when other things are gone.
    for _ in 0..2 {
        let numbers = |kept: &Option<BTreeSet<u64>>, all: u64| match kept {
            Some(kept) => kept.iter().copied().collect(),
            None => (0..all).collect::<Vec<u64>>(),
        };
        let only = search.best.only.clone();
        search.thin(numbers(&only.acts, acts), |only, kept| {
            only.acts = Some(kept.into_iter().collect());
        });
        search.thin(numbers(&only.troubles, troubles), |only, kept| {
            only.troubles = Some(kept.into_iter().collect());
        });
        search.thin(numbers(&only.runs, runs), |only, kept| {
            only.runs = Some(kept.into_iter().collect());
        });
        let all = || faults.iter().map(|name| ((*name).to_owned(), None)).collect();
        search.thin(only.faults.unwrap_or_else(all), |only, kept| only.faults = Some(kept));
        for fewer in 1..only.workers.unwrap_or(workers) {
            if search.still_fails(&Only { workers: Some(fewer), ..search.best.only.clone() }) {
                break;
            }
        }
    }
    search.best
}

struct Search {
    rule: String,
    best: Spec,
    tries: u32,
}

impl Search {
    /// Leaves out half of them, then quarters, then each by itself, as long as it still fails.
    fn thin<T: Clone>(&mut self, mut kept: Vec<T>, put: impl Fn(&mut Only, Vec<T>)) {
        let mut size = kept.len();
        while size > 0 {
            let mut at = 0;
            while at < kept.len() {
                let mut fewer = kept.clone();
                fewer.drain(at..kept.len().min(at + size));
                let mut only = self.best.only.clone();
                put(&mut only, fewer.clone());
                if self.still_fails(&only) {
                    kept = fewer;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
    }

    fn still_fails(&mut self, only: &Only) -> bool {
        let (seed, first) = (self.best.clone(), self.best.only.salt);
        let tries = u64::from(self.tries).min(SALTS);
        let specs = (first..first + tries)
            .map(|salt| Spec { only: Only { salt, ..only.clone() }, ..seed.clone() });
        let mut found = None;
        in_order(specs, |outcome| {
            self.tries -= 1;
            if outcome.violations.iter().any(|text| rule_of(text) == self.rule) {
                found = Some(outcome.spec);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        let has_failed = found.is_some();
        self.best = found.unwrap_or(seed);
        has_failed
    }
}

/// What two violations of the same rule have in common: its words without names and numbers.
pub(crate) fn rule_of(violation: &str) -> String {
    let plain = violation.split(['[', '{']).next().unwrap_or_default();
    let mut words = plain.split_whitespace();
    let name = words.next();
    let is_word = |word: &&str| word.chars().all(|letter| letter.is_ascii_alphabetic());
    let rest = words.map(|word| word.trim_end_matches([':', ','])).filter(is_word);
    name.into_iter().chain(rest).collect::<Vec<&str>>().join(" ")
}

/// The same for people: dots stand for names and numbers.
pub(crate) fn rule_for_people(violation: &str) -> String {
    let plain = violation.split(['[', '{']).next().unwrap_or_default();
    let is_word = |word: &str| word.chars().all(|letter| letter.is_ascii_alphabetic());
    let mut words: Vec<&str> = Vec::new();
    for (place, word) in plain.split_whitespace().enumerate() {
        let word = word.trim_end_matches([':', ',']);
        let shown = if place == 0 || is_word(word) { word } else { "…" };
        if words.last() != Some(&shown) {
            words.push(shown);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use nightowl_domain::mechanism::Mechanism;

    use super::*;
    use crate::{Profile, simulate};

    #[test]
    fn a_rule_is_the_same_for_all_alerts() {
        assert_eq!(rule_of("S7 t0/k1#2: 4k2 was clicked"), rule_of("S7 t1/k0#12: 9zz was clicked"));
        assert_eq!(rule_of("L4 it never rests: [\"t0\"]"), "L4 it never rests");
        assert_eq!(rule_for_people("S7 t0/k1#2: 4k2 was said 2 times"), "S7 … was said … times");
    }

    #[test]
    fn a_small_world_fails_as_the_large_one_did() {
        let large = Spec { without: vec![Mechanism::ClaimCheck], ..Spec::new(1, Profile::Extreme) };
        let failed = simulate(&large, false);
        let rule = rule_of(failed.violations.first().expect("a page is claimed after an ack"));
        let small = shrink(&failed);
        let again = simulate(&small, true);
        assert!(again.violations.iter().any(|text| rule_of(text) == rule), "{again:?}");
        let left = |outcome: &Outcome| outcome.figures.incidents;
        assert!(left(&again) < left(&failed), "{} of {}", left(&again), left(&failed));
        let faults = small.only.faults.map(|faults| faults.len());
        assert!(faults.is_some_and(|left| left < failed.planned.faults.len()), "{faults:?}");
    }
}
