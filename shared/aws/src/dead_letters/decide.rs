//! What becomes of a dead letter.

use std::time::Duration;

use nightowl_domain::Time;

use crate::{Body, Journey, Work};

/// Chances that a message gets one after the other.
const REDRIVES_MAX: u32 = 3;
/// Then one in this time,
const AGAIN_EVERY: Duration = Duration::from_secs(3600);
/// until it has been dead for so long. A series remembers what was applied to it for longer.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(14 * 24 * 3600);
/// SQS hides a message for no longer than 12 hours from when it was received, which was a moment
/// ago by now.
pub(super) const STAY_LONG: Duration = Duration::from_secs(11 * 3600 + 1800);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Sent to its queue like this, then deleted here.
    Redrive(Body),
    /// It stays where it is, out of the way for so long.
    Stay(Duration),
}

pub(super) fn decide(body: Body, now: Time) -> Decision {
    let Journey { redrive, dead_since, parked_until, .. } = body.journey;
    let dead_since = dead_since.unwrap_or(now);
    let again = |redrive: u32, parked_until| {
        let journey = Journey { retries: 0, redrive, dead_since: Some(dead_since), parked_until };
        Decision::Redrive(Body { work: body.work.clone(), journey })
    };
    if redrive < REDRIVES_MAX {
        // The message itself says how long it stays if it comes back from its last chance, because
        // nothing in a dead-letter queue can be changed.
        let is_last = redrive + 1 == REDRIVES_MAX;
        return again(redrive + 1, is_last.then_some(now + AGAIN_EVERY));
    }
    if !is_truth(&body.work) || now.since(dead_since) > GIVEN_UP_AFTER {
        return Decision::Stay(STAY_LONG);
    }
    match parked_until {
        Some(until) if now < until => Decision::Stay(until.since(now).min(STAY_LONG)),
        Some(_) | None => again(redrive, Some(now + AGAIN_EVERY)),
    }
}

/// What was accepted is nowhere else; a wake-up is sent anew by the sweep as long as it is owed.
const fn is_truth(work: &Work) -> bool {
    match work {
        Work::Reports(_) => true,
        Work::Deliver { .. } | Work::Tick { .. } | Work::Notice { .. } | Work::Sweep => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_800_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn redriven(body: Body, now: Time) -> Body {
        match decide(body, now) {
            Decision::Redrive(body) => body,
            Decision::Stay(span) => panic!("it stays for {span:?}"),
        }
    }

    #[test]
    fn three_chances_then_one_an_hour_for_14_days() {
        let mut body = Body::new(Work::Reports(Vec::new()));
        for chance in 1..=3 {
            body = redriven(body, NOW);
            assert_eq!(body.journey.redrive, chance);
            assert_eq!(body.journey.dead_since, Some(NOW));
        }
        let mut now = NOW;
        let mut tries = 0;
        loop {
            match decide(body.clone(), now) {
                Decision::Redrive(again) => {
                    tries += 1;
                    body = again;
                }
                Decision::Stay(STAY_LONG) => break,
                Decision::Stay(span) => {
                    assert_eq!(span, HOUR);
                    now = now + span;
                }
            }
        }
        assert_eq!(tries, 14 * 24);
        assert_eq!(body.journey.redrive, 3);
    }

    #[test]
    fn nothing_stays_for_longer_than_sqs_allows() {
        let received_ago = Duration::from_secs(120);
        assert!(STAY_LONG + received_ago < HOUR * 12);
    }

    #[test]
    fn what_the_sweep_sends_anew_is_not_tried_for_ever() {
        let notice = Work::Notice { tenant: "acme".into(), topic: "t".into(), text: "x".into() };
        let mut body = Body::new(notice);
        for _ in 0..3 {
            body = redriven(body, NOW);
        }
        assert_eq!(decide(body, NOW + HOUR * 2), Decision::Stay(STAY_LONG));
    }
}
