//! How late things were, kept small however many there were.

use std::collections::BTreeMap;

/// Counts by milliseconds, which are kept to three digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    counts: BTreeMap<i64, u64>,
    total: u64,
}

impl Lateness {
    pub fn add(&mut self, millis: i64) {
        let mut unit = 1;
        while millis / unit >= 1_000 {
            unit *= 10;
        }
        *self.counts.entry(millis / unit * unit).or_default() += 1;
        self.total += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        for (millis, count) in &other.counts {
            *self.counts.entry(*millis).or_default() += count;
        }
        self.total += other.total;
    }

    /// So many of a hundred were not later; 0 if there were none.
    pub fn percentile(&self, percent: u64) -> i64 {
        let mut rest = self.total.saturating_sub(1) * percent / 100;
        for (millis, count) in &self.counts {
            if rest < *count {
                return *millis;
            }
            rest -= count;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_do_not_depend_on_the_order() {
        let (mut one, mut two) = (Lateness::default(), Lateness::default());
        for millis in 0..50 {
            one.add(millis);
            two.add(99 - millis);
        }
        let mut both = one.clone();
        both.merge(&two);
        two.merge(&one);
        assert_eq!(both, two);
        assert_eq!((both.percentile(50), both.percentile(99)), (49, 98));
        both.add(123_456);
        assert_eq!(both.percentile(100), 123_000);
        assert_eq!(Lateness::default().percentile(50), 0);
    }
}
