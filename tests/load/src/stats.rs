//! What a list of durations says.

use std::time::Duration;

use serde::Serialize;

/// Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) count: usize,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// By nearest rank: each figure is one that was measured. `None` of nothing.
    pub(crate) fn of(mut spans: Vec<Duration>) -> Option<Self> {
        spans.sort_unstable();
        let rank = |percent: usize| {
            let rank = (spans.len() * percent).div_ceil(100).max(1);
            spans.get(rank - 1).map(|span| milliseconds(*span))
        };
        Some(Self { count: spans.len(), p50: rank(50)?, p99: rank(99)?, max: rank(100)? })
    }
}

/// To a hundredth.
fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 100_000.0).round() / 100.0
}

/// Events in each second; nothing of no time.
pub(crate) fn per_second(count: usize, span: Duration) -> f64 {
    let seconds = span.as_secs_f64();
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if seconds > 0.0 { count / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl Iterator<Item = u64>) -> Option<Spread> {
        Spread::of(millis.map(Duration::from_millis).collect())
    }

    #[test]
    fn ranks_are_nearest_and_do_not_mind_the_order() {
        let hundred = of((1..=100).rev()).expect("a spread");
        assert_eq!(hundred, Spread { count: 100, p50: 50.0, p99: 99.0, max: 100.0 });
        let two = of([7, 3].into_iter()).expect("a spread");
        assert_eq!(two, Spread { count: 2, p50: 3.0, p99: 7.0, max: 7.0 });
        assert_eq!(of([5].into_iter()).map(|one| (one.p50, one.p99)), Some((5.0, 5.0)));
        assert_eq!(of(std::iter::empty()), None);
    }

    #[test]
    fn one_slow_in_a_hundred_and_one_shows_in_the_last_hundredth() {
        let spread = of((0..101).map(|index| if index == 0 { 900 } else { 1 })).expect("a spread");
        assert_eq!((spread.p99, spread.max), (1.0, 900.0));
        let spread = of((0..101).map(|index| if index < 2 { 900 } else { 1 })).expect("a spread");
        assert_eq!(spread.p99, 900.0);
    }

    #[test]
    fn rates_of_no_time_are_nothing() {
        assert_eq!(per_second(300, Duration::from_millis(200)), 1500.0);
        assert_eq!(per_second(300, Duration::ZERO), 0.0);
    }
}
