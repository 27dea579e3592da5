//! What a message asks for is done, or comes again later.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use nightowl_aws::testing::{FakeAws, Fault};
use nightowl_aws::{Body, Failed, Journey, Queue, Work, consume, consume_reports};
use nightowl_domain::{AlertId, Occurrence, SeriesHash, Time};
use nightowl_engine::ports::Clock;
use nightowl_engine::testing::{Spring, TestPorts, fired, sample_tenant};
use nightowl_engine::{Engine, Report};

struct Stage {
    aws: FakeAws,
    ports: TestPorts,
    engine: Engine<TestPorts>,
}

fn stage() -> Stage {
    let ports = TestPorts::default();
    ports.config.set(sample_tenant());
    Stage { aws: FakeAws::new(ports.clock.clone()), engine: Engine::new(ports.clone()), ports }
}

fn occurrence() -> Occurrence {
    let series = SeriesHash::of("acme", "prometheus", "disk");
    Occurrence::new("acme", AlertId::new(series, 1, Time::from_seconds(1), 0))
}

fn report(tenant: &str, stage: &Stage) -> Body {
    let event = fired("e1", "disk", "Disk full", stage.ports.clock.now());
    Body::new(Work::Reports(vec![Report { tenant: tenant.to_owned(), alert: None, event }]))
}

fn deliver(at: Option<Time>) -> Body {
    Body::new(Work::Deliver { occurrence: occurrence(), at })
}

fn tick(at: Time) -> Body {
    Body::new(Work::Tick { occurrence: occurrence(), generation: 1, at })
}

impl Stage {
    async fn consume(&self, from: Queue, body: Body) -> Result<(), Failed> {
        consume(&self.engine, &self.aws.queues(), from, body, false).await
    }

    fn only(&self, queue: Queue) -> (Body, Duration) {
        let waiting = self.aws.waiting(queue);
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        let wait = waiting[0].visible_at.since(self.ports.clock.now());
        (Body::decode(&waiting[0].body).unwrap(), wait)
    }
}

#[tokio::test]
async fn what_comes_before_its_time_is_sent_on_for_the_rest_of_it() {
    for (wait, held_back) in [(601, 601), (3600, 900)] {
        let stage = stage();
        let at = stage.ports.clock.now() + Duration::from_secs(wait);
        for (queue, body) in [(Queue::Urgent, tick(at)), (Queue::Cards, deliver(Some(at)))] {
            stage.consume(queue, body.clone()).await.unwrap();
            assert_eq!(stage.only(queue), (body, Duration::from_secs(held_back)));
        }
    }
}

#[tokio::test]
async fn what_comes_a_moment_early_waits_for_its_time() {
    let stage = stage();
    let at = stage.ports.clock.now() + Duration::from_millis(800);
    stage.consume(Queue::Cards, deliver(Some(at))).await.unwrap();
    assert_eq!(stage.ports.clock.now(), at);
    assert!(stage.aws.waiting(Queue::Cards).is_empty());
}

#[tokio::test]
async fn trouble_with_the_store_sends_it_again_later_and_later() {
    let stage = stage();
    let mut body = report("acme", &stage);
    for seconds in [5, 10, 20, 40, 60, 60] {
        stage.ports.trap.arm(0, Spring::Fail);
        stage.consume(Queue::Events, body.clone()).await.unwrap();
        let (again, wait) = stage.only(Queue::Events);
        assert_eq!(again.journey.retries, body.journey.retries + 1);
        assert_eq!((&again.work, wait), (&body.work, Duration::from_secs(seconds)));
        assert!(again.journey.came_before());
        stage.ports.clock.advance(wait);
        let event = stage.aws.receive(Queue::Events, 1);
        stage.aws.settle(&event, &SqsBatchResponse::default());
        body = again;
    }
    stage.consume(Queue::Events, body).await.unwrap();
    assert_eq!(stage.ports.store.alerts().len(), 1, "and then it is done");
    assert!(stage.aws.waiting(Queue::Events).is_empty());
}

#[tokio::test]
async fn if_it_cannot_be_sent_again_it_goes_back() {
    let stage = stage();
    stage.ports.trap.arm(0, Spring::Fail);
    stage.aws.fail("SendMessage", 2, Fault::Unreachable);
    let body = report("acme", &stage);
    let failed = stage.consume(Queue::Events, body).await;
    assert!(matches!(failed, Err(Failed::GoBack(_))), "{failed:?}");
}

#[tokio::test]
async fn a_wake_up_is_left_to_the_sweep_in_the_end_and_an_event_never() {
    let stage = stage();
    let journey = Journey { retries: 10, ..Journey::default() };
    for (body, left) in [(deliver(None), 0), (report("acme", &stage), 1)] {
        stage.ports.trap.arm(0, Spring::Fail);
        let body = Body { journey, ..body };
        stage.consume(Queue::Urgent, body).await.unwrap();
        assert_eq!(stage.aws.waiting(Queue::Urgent).len(), left);
    }
}

#[tokio::test]
async fn an_event_of_a_tenant_that_is_gone_is_done_with() {
    let stage = stage();
    let body = report("gone", &stage);
    assert_eq!(stage.consume(Queue::Events, body).await, Ok(()));
    assert!(stage.aws.waiting(Queue::Events).is_empty());
}

#[tokio::test]
async fn the_worker_refuses_what_it_cannot_do() {
    let stage = stage();
    for body in [deliver(None), tick(stage.ports.clock.now()), Body::new(Work::Sweep)] {
        let failed =
            consume_reports(&stage.engine, &stage.aws.queues(), Queue::Events, body, false).await;
        assert!(matches!(failed, Err(Failed::GoBack(_))), "{failed:?}");
    }
    let sweep = stage.consume(Queue::Urgent, Body::new(Work::Sweep)).await;
    assert!(matches!(sweep, Err(Failed::GoBack(_))), "only a schedule sweeps");
}

#[tokio::test]
async fn what_came_before_sends_all_wake_ups_again() {
    let stage = stage();
    let body = report("acme", &stage);
    stage.consume(Queue::Events, body.clone()).await.unwrap();
    let first = stage.ports.wake.len();
    assert!(first > 0);
    stage.ports.wake.clear();
    stage.consume(Queue::Events, body.clone()).await.unwrap();
    assert_eq!(stage.ports.wake.len(), 0, "nothing new");
    let journey = Journey { redrive: 1, ..Journey::default() };
    stage.consume(Queue::Events, Body { journey, ..body }).await.unwrap();
    assert_eq!(stage.ports.wake.len(), first, "they may have been lost");
}

#[tokio::test]
async fn one_event_that_can_never_be_stored_goes_its_own_way() {
    let stage = stage();
    let event = |number: usize| {
        let (id, key) = (format!("e{number}"), format!("disk-{number}"));
        fired(&id, &key, "Disk full", stage.ports.clock.now())
    };
    let report = |number| Report { tenant: "acme".to_owned(), alert: None, event: event(number) };
    let reports: Vec<Report> = (0..100).map(report).collect();
    stage.ports.store.refuse(SeriesHash::of("acme", "prometheus", "disk-42"));
    stage.consume(Queue::Events, Body::new(Work::Reports(reports.clone()))).await.unwrap();
    assert_eq!(stage.ports.store.alerts().len(), 99);
    let (apart, wait) = stage.only(Queue::Events);
    assert_eq!(apart.work, Work::Reports(vec![reports[42].clone()]), "and none of the others");
    assert_eq!((apart.journey.retries, wait), (1, Duration::ZERO));
    // Alone it goes back, and is not sent again.
    for _ in 0..5 {
        let failed = stage.consume(Queue::Events, apart.clone()).await;
        assert!(matches!(failed, Err(Failed::GoBack(_))), "{failed:?}");
    }
    assert_eq!(stage.aws.waiting(Queue::Events).len(), 1);
}

#[tokio::test]
async fn only_what_failed_comes_again() {
    let stage = stage();
    let now = stage.ports.clock.now();
    let report = |id: &str, key: &str| Report {
        tenant: "acme".to_owned(),
        alert: None,
        event: fired(id, key, "Disk full", now),
    };
    stage
        .consume(Queue::Events, Body::new(Work::Reports(vec![report("e0", "cpu")])))
        .await
        .unwrap();
    // The first call is that of one of the two series.
    stage.ports.trap.arm(0, Spring::Fail);
    let both = Work::Reports(vec![report("e1", "disk"), report("e2", "cpu")]);
    stage.consume(Queue::Events, Body::new(both)).await.unwrap();
    let (again, wait) = stage.only(Queue::Events);
    let Work::Reports(left) = &again.work else { panic!("{again:?}") };
    assert_eq!((left.len(), wait), (1, Duration::from_secs(5)));
}
