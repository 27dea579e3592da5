//! Dead letters get other chances, and none is lost.

use std::time::Duration;

use nightowl_aws::testing::{FakeAws, Fault};
use nightowl_aws::{Body, DeadLetters, Queue, QueueUrls, Redriven, Work};
use nightowl_domain::Time;
use nightowl_engine::Report;
use nightowl_engine::ports::Clock;
use nightowl_engine::testing::{VirtualClock, fired};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn reports() -> Body {
    let event = fired("e1", "disk", "Disk full", Time::from_seconds(1_763_812_800));
    let report = Report { tenant: "acme".to_owned(), alert: None, event };
    Body::new(Work::Reports(vec![report]))
}

/// Receives it until the queue has had enough of it.
fn fail_for_ever(aws: &FakeAws, queue: Queue) {
    let before = aws.dead(queue).len();
    for _ in 0..10 {
        aws.receive(queue, 10);
        if aws.dead(queue).len() > before {
            return;
        }
        aws.clock().advance(Duration::from_secs(30));
    }
    panic!("it never died: {:?}", aws.waiting(queue));
}

#[tokio::test]
async fn three_chances_and_then_it_is_parked_and_tried_hourly_for_14_days() {
    let aws = FakeAws::new(VirtualClock::default());
    let dead = QueueUrls { events: aws.dead_urls().events, ..QueueUrls::default() };
    let dead_letters = DeadLetters::new(aws.queues(), dead);
    aws.queues().send(Queue::Events, &reports(), None).await.unwrap();
    for chance in 1..=3 {
        fail_for_ever(&aws, Queue::Events);
        let done = dead_letters.pass().await;
        assert_eq!(done, Redriven { looked: true, redriven: 1, ..Redriven::default() });
        let body = Body::decode(&aws.waiting(Queue::Events)[0].body).unwrap();
        assert_eq!((body.journey.redrive, body.work), (chance, reports().work));
        assert!(aws.dead(Queue::Events).is_empty());
    }
    fail_for_ever(&aws, Queue::Events);
    let died_at = aws.clock().now();
    let mut tries = 0;
    while aws.clock().now().since(died_at) < DAY * 16 {
        let done = dead_letters.pass().await;
        assert_eq!(done.redriven + done.parked, 1, "it is always somewhere: {done:?}");
        if done.redriven == 1 {
            tries += 1;
            fail_for_ever(&aws, Queue::Events);
        }
        aws.clock().advance(Duration::from_secs(1800));
    }
    assert!((14 * 14..=14 * 24).contains(&tries), "about one an hour, for 14 days: {tries}");
}

#[tokio::test]
async fn what_is_parked_still_exists_and_is_out_of_the_way() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.put_raw(Queue::Urgent, "poison");
    fail_for_ever(&aws, Queue::Urgent);
    let dead_letters = aws.dead_letters();
    let first = dead_letters.pass().await;
    assert_eq!((first.parked, first.unreadable, first.redriven), (1, 1, 0));
    aws.take_operations();
    aws.clock().advance(HOUR);
    assert_eq!(dead_letters.pass().await.parked, 1, "it is counted while it is hidden");
    let asked = aws.take_operations();
    assert!(asked.iter().all(|operation| operation.name == "GetQueueAttributes"), "{asked:?}");
    assert_eq!(aws.dead(Queue::Urgent)[0].body, "poison");
}

#[tokio::test]
async fn a_message_is_hidden_for_12_hours_in_total_and_no_longer() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.put_raw(Queue::Urgent, "a");
    let (sqs, url) = (aws.sqs(), aws.queue_urls().urgent.unwrap());
    let got = sqs.receive_message().queue_url(&url).send().await.unwrap();
    let receipt = got.messages()[0].receipt_handle().unwrap().to_owned();
    aws.clock().advance(Duration::from_secs(1));
    let hide = |seconds| {
        let request = sqs.change_message_visibility().queue_url(&url).receipt_handle(&receipt);
        request.visibility_timeout(seconds).send()
    };
    assert!(hide(43_200).await.is_err());
    assert!(hide(43_199).await.is_ok());
}

#[tokio::test]
async fn wake_ups_are_parked_for_good_after_three_chances() {
    let aws = FakeAws::new(VirtualClock::default());
    let work = Work::Notice {
        tenant: "acme".to_owned(),
        topic: "t".to_owned(),
        text: "It is so.".to_owned(),
    };
    aws.queues().send(Queue::Urgent, &Body::new(work), None).await.unwrap();
    for _ in 0..3 {
        fail_for_ever(&aws, Queue::Urgent);
        assert_eq!(aws.dead_letters().pass().await.redriven, 1);
    }
    fail_for_ever(&aws, Queue::Urgent);
    for _ in 0..48 {
        assert_eq!(aws.dead_letters().pass().await.redriven, 0);
        aws.clock().advance(HOUR);
    }
}

#[tokio::test]
async fn nothing_is_deleted_that_was_not_sent_again() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.queues().send(Queue::Events, &reports(), None).await.unwrap();
    fail_for_ever(&aws, Queue::Events);
    aws.fail("SendMessage", 1, Fault::Refuse("AccessDenied"));
    assert_eq!(aws.dead_letters().pass().await.failed, 1);
    assert_eq!(aws.dead(Queue::Events).len(), 1);
    // It comes into sight again, and its deletion is lost: it is there twice, which folds.
    aws.clock().advance(HOUR);
    aws.fail("DeleteMessage", 1, Fault::Unreachable);
    assert_eq!(aws.dead_letters().pass().await.redriven, 1);
    assert_eq!((aws.waiting(Queue::Events).len(), aws.dead(Queue::Events).len()), (1, 1));
}

#[tokio::test]
async fn one_pass_is_bounded_and_the_next_goes_on() {
    let aws = FakeAws::new(VirtualClock::default());
    for _ in 0..60 {
        aws.queues().send(Queue::Events, &reports(), None).await.unwrap();
    }
    for _ in 0..6 {
        for _ in 0..6 {
            aws.receive(Queue::Events, 10);
        }
        aws.clock().advance(Duration::from_secs(30));
    }
    assert_eq!(aws.dead(Queue::Events).len(), 60);
    assert_eq!(aws.dead_letters().pass().await.redriven, 50);
    assert_eq!(aws.dead_letters().pass().await.redriven, 10);
}

#[tokio::test]
async fn an_idle_account_is_asked_in_each_fifth_minute_only() {
    let aws = FakeAws::new(VirtualClock::default());
    for _ in 0..10 {
        aws.dead_letters().redrive().await;
        aws.clock().advance(Duration::from_secs(60));
    }
    assert_eq!(aws.operations().len(), 2 * 3, "one request for each of three queues, twice");
}

#[tokio::test]
async fn a_queue_that_cannot_be_asked_does_not_hold_up_the_others() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.put_raw(Queue::Cards, "poison");
    fail_for_ever(&aws, Queue::Cards);
    aws.fail("GetQueueAttributes", 1, Fault::Unreachable);
    let done = aws.dead_letters().pass().await;
    assert_eq!((done.failed, done.parked), (1, 1));
}
