//! Which providers are failing: so that a provider that is down is asked four times a minute and
//! not once for everything that is owed to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nightowl_domain::{Occurrence, Time};

/// Failures in a row that make an outage.
const FAILURES: u8 = 3;
const PROBE_EVERY: Duration = Duration::from_secs(15);
/// Remembered at most; the sweep wakes the others.
const WAITING_MAX: usize = 10_000;

/// What one process has seen, by tenant and provider. Forgotten with it, without harm.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    seen: Mutex<BTreeMap<(String, String), Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    failures: u8,
    /// Present during an outage.
    probe_at: Option<Time>,
    /// A wake-up for the next probe is on its way.
    is_probe_sent: bool,
    waiting: BTreeSet<Occurrence>,
}

/// Whether a provider may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// It is failing, and this delivery is the one that asks it how it is.
    Probe,
    /// It is failing. `wake`: this alert is the one to come back then.
    Wait {
        until: Time,
        wake: bool,
    },
}

impl Outages {
    pub(crate) fn gate(&self, provider: &str, occurrence: &Occurrence, now: Time) -> Gate {
        let mut seen = self.lock();
        let Some(one) = seen.get_mut(&key(provider, occurrence)) else { return Gate::Open };
        match one.probe_at {
            None => Gate::Open,
            Some(at) if at <= now => {
                one.probe_at = Some(now + PROBE_EVERY);
                one.is_probe_sent = false;
                Gate::Probe
            }
            Some(at) => one.wait(occurrence, at),
        }
    }

    /// The probe failed: everything waits for the next one.
    pub(crate) fn still_down(&self, provider: &str, occurrence: &Occurrence, now: Time) -> Gate {
        let mut seen = self.lock();
        let one = seen.entry(key(provider, occurrence)).or_default();
        let at = now + PROBE_EVERY;
        one.probe_at = Some(at);
        one.is_probe_sent = false;
        one.wait(occurrence, at)
    }

    /// The provider answered. Whoever waited for that is to be woken.
    pub(crate) fn answered(&self, provider: &str, occurrence: &Occurrence) -> BTreeSet<Occurrence> {
        let removed = self.lock().remove(&key(provider, occurrence));
        removed.map(|one| one.waiting).unwrap_or_default()
    }

    /// The provider did not answer, or answered that it cannot serve anybody.
    pub(crate) fn failed(&self, provider: &str, occurrence: &Occurrence, now: Time) {
        let mut seen = self.lock();
        let one = seen.entry(key(provider, occurrence)).or_default();
        one.failures = one.failures.saturating_add(1);
        if one.failures >= FAILURES && one.probe_at.is_none() {
            one.probe_at = Some(now + PROBE_EVERY);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn wait(&mut self, occurrence: &Occurrence, until: Time) -> Gate {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.insert(occurrence.clone());
        }
        let wake = !self.is_probe_sent;
        self.is_probe_sent = true;
        Gate::Wait { until, wake }
    }
}

fn key(provider: &str, occurrence: &Occurrence) -> (String, String) {
    (occurrence.tenant.clone(), provider.to_owned())
}

#[cfg(test)]
mod tests {
    use nightowl_domain::{AlertId, SeriesHash};

    use super::*;

    fn occurrence(name: &str) -> Occurrence {
        let series = SeriesHash::of("acme", "test", name);
        Occurrence::new("acme", AlertId::new(series, 1, Time::from_seconds(1), 0))
    }

    #[test]
    fn an_outage_is_probed_by_one_and_its_end_wakes_all() {
        let outages = Outages::default();
        let (one, two) = (occurrence("one"), occurrence("two"));
        let at = Time::from_seconds;
        outages.failed("chat", &one, at(0));
        outages.failed("chat", &one, at(1));
        assert_eq!(outages.gate("chat", &one, at(1)), Gate::Open);
        outages.failed("chat", &two, at(2));
        assert_eq!(outages.gate("chat", &one, at(3)), Gate::Wait { until: at(17), wake: true });
        assert_eq!(outages.gate("chat", &two, at(3)), Gate::Wait { until: at(17), wake: false });
        assert_eq!(outages.gate("inbox", &two, at(3)), Gate::Open, "another provider is well");
        assert_eq!(outages.gate("chat", &one, at(17)), Gate::Probe);
        assert_eq!(outages.gate("chat", &two, at(18)), Gate::Wait { until: at(32), wake: true });
        assert_eq!(
            outages.still_down("chat", &one, at(20)),
            Gate::Wait { until: at(35), wake: true }
        );
        assert_eq!(outages.answered("chat", &one), BTreeSet::from([one.clone(), two]));
        assert_eq!(outages.gate("chat", &one, at(36)), Gate::Open);
    }
}
