//! Ticks: by a delayed message if they are soon, else by a schedule.

use std::time::Duration;

use nightowl_aws::testing::{FakeAws, Fault};
use nightowl_aws::{Body, Queue, Timers, Work};
use nightowl_domain::{AlertId, Occurrence, SeriesHash, Time};
use nightowl_engine::ports::Timer;
use nightowl_engine::testing::VirtualClock;

const NOON: Time = Time::from_seconds(1_763_812_800);
const MINUTE: Duration = Duration::from_secs(60);

fn occurrence() -> Occurrence {
    let series = SeriesHash::of("acme", "prometheus", "disk");
    Occurrence::new("acme", AlertId::new(series, 7, NOON, 0))
}

fn tick(at: Time) -> Body {
    Body::new(Work::Tick { occurrence: occurrence(), generation: 3, at })
}

#[tokio::test]
async fn up_to_a_quarter_of_an_hour_is_a_delayed_message() {
    for wait in [Duration::ZERO, Duration::from_secs(14 * 60 + 59), MINUTE * 15] {
        let aws = FakeAws::new(VirtualClock::default());
        aws.timers().arm(&occurrence(), 3, NOON + wait).await.unwrap();
        let waiting = aws.waiting(Queue::Urgent);
        assert_eq!(waiting.len(), 1, "{wait:?}");
        assert_eq!(waiting[0].visible_at, NOON + wait);
        assert_eq!(Body::decode(&waiting[0].body), Ok(tick(NOON + wait)));
        assert!(aws.schedules_set().is_empty());
    }
}

#[tokio::test]
async fn longer_is_a_schedule_that_fires_ten_minutes_early() {
    let days = Duration::from_secs(3 * 24 * 3600);
    for wait in [Duration::from_millis(900_001), Duration::from_secs(901), days] {
        let aws = FakeAws::new(VirtualClock::default());
        let at = NOON + wait;
        aws.timers().arm(&occurrence(), 3, at).await.unwrap();
        assert!(aws.waiting(Queue::Urgent).is_empty(), "{wait:?}");
        let set = aws.schedules_set();
        assert_eq!(set.len(), 1);
        let early = at - MINUTE * 10;
        assert_eq!(set[0].at, Time::from_seconds(early.millis() / 1000), "to the second");
        assert_eq!(Body::decode(&set[0].input.to_string()), Ok(tick(at)));
        assert!(set[0].name.contains(&occurrence().id.to_string()), "{}", set[0].name);
    }
}

#[tokio::test]
async fn arming_twice_is_arming_once() {
    let aws = FakeAws::new(VirtualClock::default());
    let at = NOON + MINUTE * 60;
    aws.fail("CreateSchedule", 1, Fault::LoseAnswer);
    aws.timers().arm(&occurrence(), 3, at).await.unwrap();
    aws.timers().arm(&occurrence(), 3, at).await.unwrap();
    assert_eq!(aws.schedules_set().len(), 1);
    aws.timers().arm(&occurrence(), 4, at).await.unwrap();
    assert_eq!(aws.schedules_set().len(), 2, "another plan is another schedule");
}

#[tokio::test]
async fn a_schedule_that_cannot_be_made_is_an_error_that_says_so() {
    let aws = FakeAws::new(VirtualClock::default());
    aws.fail("CreateSchedule", 9, Fault::Refuse("ServiceQuotaExceededException"));
    let error = aws.timers().arm(&occurrence(), 3, NOON + MINUTE * 60).await.unwrap_err();
    assert!(error.to_string().contains("ServiceQuotaExceededException"), "{error}");
}

#[tokio::test]
async fn without_schedules_a_long_wait_is_a_chain_of_messages() {
    let aws = FakeAws::new(VirtualClock::default());
    let at = NOON + MINUTE * 60;
    Timers::new(aws.queues(), None).arm(&occurrence(), 3, at).await.unwrap();
    let waiting = aws.waiting(Queue::Urgent);
    assert_eq!(waiting[0].visible_at, NOON + MINUTE * 15);
    assert_eq!(Body::decode(&waiting[0].body), Ok(tick(at)), "the body says how long it is");
}
