//! What gets into the queues, and how.

use std::time::Duration;

use nightowl_aws::testing::{FakeAws, Fault};
use nightowl_aws::{Body, Queue, Work};
use nightowl_domain::{AlertId, Event, EventKind, Occurrence, SeriesHash, Time};
use nightowl_engine::Report;
use nightowl_engine::ports::{Clock, Intake, StoreError, Wake, WakeUp};
use nightowl_engine::testing::{VirtualClock, fired};

const NOON: Time = Time::from_seconds(1_763_812_800);

fn aws() -> FakeAws {
    FakeAws::new(VirtualClock::default())
}

fn occurrence(tenant: &str) -> Occurrence {
    let series = SeriesHash::of(tenant, "prometheus", "disk");
    Occurrence::new(tenant, AlertId::new(series, 1, NOON, 0))
}

fn report(tenant: &str, number: usize) -> Report {
    let event = fired(&format!("e{number}"), &format!("key {number}"), "Disk full", NOON);
    Report { tenant: tenant.to_owned(), alert: None, event }
}

/// One whose description does not get any shorter by being packed.
fn bulky(tenant: &str, number: usize, bytes: usize) -> Report {
    let mut report = report(tenant, number);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 + number as u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + (state >> 57) as u8 % 95)
    });
    if let EventKind::Fired { firing, .. } = &mut report.event.kind {
        firing.details.description = noise.take(bytes).collect();
    }
    report
}

fn reports_in(aws: &FakeAws, queue: Queue) -> Vec<(Option<String>, Vec<Report>)> {
    let read = |body: &str| match Body::decode(body).unwrap().work {
        Work::Reports(reports) => reports,
        other => panic!("{other:?}"),
    };
    let waiting = aws.waiting(queue).into_iter();
    waiting.map(|message| (message.group.clone(), read(&message.body))).collect()
}

#[tokio::test]
async fn one_tenants_events_travel_together_and_every_message_names_its_tenant() {
    let aws = aws();
    let sent: Vec<Report> =
        (0..25).map(|n| report(if n % 2 == 0 { "acme" } else { "other" }, n)).collect();
    aws.queues().intake(Queue::Events).take(sent.clone()).await.unwrap();
    let got = reports_in(&aws, Queue::Events);
    assert_eq!(got.len(), 2, "one message for each tenant");
    for (group, reports) in &got {
        assert!(reports.iter().all(|report| Some(&report.tenant) == group.as_ref()));
        let of_tenant = sent.iter().filter(|report| Some(&report.tenant) == group.as_ref());
        assert!(of_tenant.eq(reports), "all of them, in their order");
    }
    assert_eq!(aws.operations().len(), 1, "and one request");
}

#[tokio::test]
async fn a_storm_is_packed_within_what_a_queue_takes() {
    let aws = aws();
    let sent: Vec<Report> = (0..40).map(|n| bulky("acme", n, 30_000)).collect();
    aws.queues().intake(Queue::Events).take(sent.clone()).await.unwrap();
    let waiting = aws.waiting(Queue::Events);
    assert!(waiting.iter().all(|message| message.body.len() <= 64 << 10), "64 KB a message");
    assert!(aws.operations().iter().all(|operation| operation.name == "SendMessageBatch"));
    let mut got: Vec<Event> = Vec::new();
    for (_, reports) in reports_in(&aws, Queue::Events) {
        got.extend(reports.into_iter().map(|report| report.event));
    }
    let ids = |events: &mut dyn Iterator<Item = Event>| {
        let mut ids: Vec<String> = events.map(|event| event.id.into()).collect();
        ids.sort();
        ids
    };
    let mut sent = sent.into_iter().map(|report| report.event);
    assert_eq!(ids(&mut got.into_iter()), ids(&mut sent));
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_anything_is_sent() {
    let aws = aws();
    let sent = vec![report("acme", 1), bulky("acme", 2, 300_000)];
    let error = aws.queues().intake(Queue::Events).take(sent).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("larger")), "{error}");
    assert!(aws.operations().is_empty());
}

#[tokio::test]
async fn entries_that_were_refused_are_sent_once_more_and_only_they() {
    let aws = aws();
    aws.fail("SendMessageBatch", 1, Fault::RefuseEntries(2));
    let sent: Vec<Report> = (0..8).map(|n| bulky("acme", n, 60_000)).collect();
    aws.queues().intake(Queue::Events).take(sent).await.unwrap();
    let got = reports_in(&aws, Queue::Events);
    let ids: std::collections::BTreeSet<_> =
        got.iter().flat_map(|(_, reports)| reports).map(|report| &report.event.id).collect();
    assert_eq!((got.len(), ids.len()), (8, 8), "nothing is missing, nothing is doubled");
}

#[tokio::test]
async fn entries_that_are_refused_again_fail_the_whole() {
    let aws = aws();
    aws.fail("SendMessageBatch", 2, Fault::RefuseEntries(1));
    let sent = vec![report("acme", 1), report("other", 2)];
    let error = aws.queues().intake(Queue::Events).take(sent).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown(_)), "some may be there: {error}");
    assert_eq!(aws.waiting(Queue::Events).len(), 1);
}

#[tokio::test]
async fn a_send_whose_answer_was_lost_is_repeated() {
    let aws = aws();
    aws.fail("SendMessageBatch", 1, Fault::LoseAnswer);
    aws.queues().intake(Queue::Events).take(vec![report("acme", 1)]).await.unwrap();
    assert_eq!(aws.waiting(Queue::Events).len(), 2, "doubled, which folds");
    aws.fail("SendMessage", 2, Fault::LoseAnswer);
    let wake_up = WakeUp { occurrence: occurrence("acme"), at: None, urgent: true };
    let error = aws.queues().wake(wake_up).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown(_)), "{error}");
}

#[tokio::test]
async fn what_is_refused_for_a_reason_is_not_repeated() {
    let aws = aws();
    aws.fail("SendMessage", 9, Fault::Refuse("AccessDenied"));
    let wake_up = WakeUp { occurrence: occurrence("acme"), at: None, urgent: true };
    let error = aws.queues().wake(wake_up.clone()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(code) if code == "AccessDenied"), "{error}");
    assert_eq!(aws.take_operations().len(), 1);
    let aws = self::aws();
    aws.fail("SendMessage", 1, Fault::Refuse("RequestThrottled"));
    aws.queues().wake(wake_up).await.unwrap();
    assert_eq!(aws.take_operations().len(), 2, "a throttled one is");
}

#[tokio::test]
async fn a_wake_up_goes_to_its_queue_and_never_comes_early() {
    let aws = aws();
    let later = |millis: u64| Some(NOON + Duration::from_millis(millis));
    let cases = [
        (None, 0),
        (later(0), 0),
        (later(1), 1),
        (later(1_000), 1),
        (later(1_001), 2),
        (later(900_000), 900),
        (later(3_600_000), 900),
    ];
    for (at, seconds) in cases {
        let wake_up = WakeUp { occurrence: occurrence("acme"), at, urgent: false };
        aws.queues().wake(wake_up).await.unwrap();
        let last = aws.waiting(Queue::Cards).pop().unwrap();
        assert_eq!(last.visible_at, NOON + Duration::from_secs(seconds), "{at:?}");
        assert_eq!(last.group.as_deref(), Some("acme"));
    }
    assert!(aws.waiting(Queue::Urgent).is_empty());
    assert_eq!(aws.clock().now(), NOON, "nothing waited");
}
