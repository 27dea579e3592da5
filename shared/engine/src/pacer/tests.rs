//! One process: in memory, and where its store fails.

use super::*;
use crate::testing::run;
use nightowl_domain::SendKey;
use nightowl_messaging::Limits;

fn at(millis: i64) -> Time {
    Time::from_millis(millis)
}

fn ask<L: Lanes>(pacer: &SharedPacer<L>, send: &str, now: i64) -> Grant {
    let to = Destination::Channel { provider: "chat".to_owned(), channel: "ops".to_owned() };
    let (key, limits) = (SendKey::from(send), Limits::default());
    let ask = Ask {
        tenant: "acme",
        to: &to,
        send: &key,
        call: Call::Post,
        urgent: send.starts_with("page"),
        folds: send.starts_with("card"),
        limits: &limits,
        throttle: None,
    };
    run(pacer.ask(&ask, at(now)))
}

/// A store that answers nothing.
#[derive(Default)]
struct Broken;

impl Lanes for Broken {
    async fn read_lanes(&self, _: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        Err(StoreError::Unavailable("not now".to_owned()))
    }

    async fn swap_lane(&self, _: &LaneName, _: &LaneRow) -> Result<Swapped, StoreError> {
        Err(StoreError::Unknown("no answer came".to_owned()))
    }
}

/// A store at which others are always quicker.
#[derive(Default)]
struct Contended;

impl Lanes for Contended {
    async fn read_lanes(&self, _: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        Ok(Vec::new())
    }

    async fn swap_lane(&self, _: &LaneName, _: &LaneRow) -> Result<Swapped, StoreError> {
        Ok(Swapped::Lost(None))
    }
}

#[test]
fn posts_are_a_second_apart_and_a_page_waits_for_pages_only() {
    let pacer = Spacing::default();
    assert_eq!(ask(&pacer, "card", 0), Grant::Now);
    assert_eq!(ask(&pacer, "card", 0), Grant::Now, "the same key, the same slot");
    assert_eq!(ask(&pacer, "other", 100), Grant::Later(at(1_000)));
    assert_eq!(ask(&pacer, "page", 200), Grant::Now);
    assert_eq!(ask(&pacer, "page-2", 300), Grant::Later(at(1_200)));
    assert_eq!(ask(&pacer, "other", 1_000), Grant::Later(at(3_000)));
    assert_eq!(ask(&pacer, "page-2", 1_200), Grant::Now);
    assert_eq!(ask(&pacer, "other", 3_000), Grant::Now);
}

#[test]
fn who_stays_away_holds_nobody_up() {
    let pacer = Spacing::default();
    assert_eq!(ask(&pacer, "first", 0), Grant::Now);
    assert_eq!(ask(&pacer, "gone", 0), Grant::Later(at(1_000)));
    assert_eq!(ask(&pacer, "next", 0), Grant::Later(at(2_000)));
    assert_eq!(ask(&pacer, "next", 2_000), Grant::Now);
}

#[test]
fn a_page_goes_though_the_store_does_not_answer() {
    let pacer = SharedPacer::<Broken>::default();
    for page in ["page-1", "page-2", "page-3"] {
        assert_eq!(ask(&pacer, page, 0), Grant::Now);
    }
    assert_eq!(ask(&pacer, "card", 100), Grant::Later(at(2_100)), "a card can wait a little");
    let limits = Limits::default();
    let to = Destination::Channel { provider: "chat".to_owned(), channel: "db".to_owned() };
    let send = SendKey::from("refused");
    let ask = Ask {
        tenant: "acme",
        to: &to,
        send: &send,
        call: Call::Post,
        urgent: false,
        folds: false,
        limits: &limits,
        throttle: None,
    };
    run(pacer.block(&ask, at(9_000), at(0)));
    let grant = run(pacer.ask(&ask, at(1_000)));
    assert!(matches!(grant, Grant::Later(_)), "what it was told itself it keeps to: {grant:?}");
}

#[test]
fn a_page_goes_though_others_are_always_quicker() {
    let pacer = SharedPacer::<Contended>::default();
    for page in ["page-1", "page-2", "page-3"] {
        assert_eq!(ask(&pacer, page, 0), Grant::Now);
    }
    assert_eq!(ask(&pacer, "card", 100), Grant::Later(at(2_100)));
}
