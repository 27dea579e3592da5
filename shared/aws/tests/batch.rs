//! One record at fault fails alone.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use nightowl_aws::testing::FakeAws;
use nightowl_aws::{Body, Failed, Queue, Work, batch};
use nightowl_engine::testing::VirtualClock;

fn notice(topic: &str) -> String {
    let work = Work::Notice {
        tenant: "acme".to_owned(),
        topic: topic.to_owned(),
        text: "It is so.".to_owned(),
    };
    Body::new(work).encode().unwrap()
}

fn received(bodies: &[&str]) -> SqsEvent {
    let aws = FakeAws::new(VirtualClock::default());
    for body in bodies {
        aws.put_raw(Queue::Urgent, body);
    }
    aws.receive(Queue::Urgent, 10)
}

fn failures(response: &SqsBatchResponse) -> Vec<&str> {
    response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

/// Fails what is about `bad`, panics at `bug`.
async fn handle(body: Body, _redelivered: bool) -> Result<(), Failed> {
    tokio::task::yield_now().await;
    match body.work {
        Work::Notice { topic, .. } if topic == "bad" => Err(Failed::GoBack("bad".to_owned())),
        Work::Notice { topic, .. } if topic == "bug" => panic!("a bug"),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn nine_good_records_and_one_of_each_kind_of_bad() {
    let good = notice("good");
    for bad in ["no JSON", "{}", r#"{"v":9,"kind":"from the future"}"#, &notice("bad")] {
        let mut bodies = vec![good.as_str(); 10];
        bodies[6] = bad;
        let event = received(&bodies);
        assert_eq!(event.records.len(), 10);
        let id = event.records[6].message_id.clone().unwrap();
        let response = batch(event, handle).await;
        assert_eq!(failures(&response), [id.as_str()], "{bad}");
    }
}

#[tokio::test]
async fn a_panic_fails_its_own_record() {
    let (good, bug) = (notice("good"), notice("bug"));
    let event = received(&[&good, &bug, &good, &bug]);
    let ids: Vec<String> = event.records.iter().filter_map(|r| r.message_id.clone()).collect();
    let response = batch(event, handle).await;
    let mut failed = failures(&response);
    failed.sort_unstable();
    assert_eq!(failed, [&ids[1], &ids[3]]);
}

#[tokio::test]
async fn what_panics_before_it_waits_fails_alone_too() {
    let (good, bug) = (notice("good"), notice("bug"));
    let event = received(&[&good, &bug]);
    let at_once = |body: Body, _| {
        assert_ne!(body.work.kind(), "reports");
        let is_bug = matches!(body.work, Work::Notice { topic, .. } if topic == "bug");
        assert!(!is_bug, "a bug");
        std::future::ready(Ok(()))
    };
    assert_eq!(failures(&batch(event, at_once).await).len(), 1);
}

#[tokio::test]
async fn a_record_without_an_id_brings_the_whole_batch_back() {
    let mut event = received(&[&notice("bad")]);
    event.records[0].message_id = None;
    assert_eq!(failures(&batch(event, handle).await), [""]);
}

#[tokio::test]
async fn the_second_time_is_told_apart() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.put_raw(Queue::Urgent, &notice("good"));
    for expected in [false, true] {
        let event = aws.receive(Queue::Urgent, 1);
        let seen = std::sync::Mutex::new(Vec::new());
        batch(event, |_, redelivered| {
            seen.lock().unwrap().push(redelivered);
            std::future::ready(Ok(()))
        })
        .await;
        assert_eq!(seen.into_inner().unwrap(), [expected]);
        aws.clock().advance(std::time::Duration::from_secs(30));
    }
}

#[tokio::test]
async fn the_answer_is_written_as_lambda_reads_it() {
    let none = batch(SqsEvent::default(), handle).await;
    assert_eq!(serde_json::to_string(&none).unwrap(), r#"{"batchItemFailures":[]}"#);
    let event = received(&[&notice("bad")]);
    let one = serde_json::to_string(&batch(event, handle).await).unwrap();
    assert_eq!(one, r#"{"batchItemFailures":[{"itemIdentifier":"message-1"}]}"#);
}
