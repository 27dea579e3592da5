//! What several processes are let do that share their lanes.

use std::time::Duration;

use nightowl_domain::{Destination, SendKey, Time};
use nightowl_messaging::{Limits, Rate};

use super::at;
use crate::{Ask, Call, Grant, Lanes, Pacer, SharedPacer, Throttle};

/// Some processes of one tenant.
struct Fleet<L> {
    lanes: L,
    tenant: &'static str,
    limits: Limits,
    throttle: Option<u32>,
    processes: Vec<SharedPacer<L>>,
}

/// A fixed moment, in milliseconds.
fn ms(millis: u64) -> Time {
    at(0) + Duration::from_millis(millis)
}

impl<L: Lanes + Clone> Fleet<L> {
    fn new(lanes: L, tenant: &'static str, count: usize) -> Self {
        let processes = (0..count).map(|_| SharedPacer::new(lanes.clone())).collect();
        Self { lanes, tenant, limits: Limits::default(), throttle: None, processes }
    }

    fn ops() -> Destination {
        Destination::Channel { provider: "chat".to_owned(), channel: "ops".to_owned() }
    }

    async fn ask(&self, process: usize, call: Call, send: &str, now: Time) -> Grant {
        self.ask_as(self.tenant, process, call, send, now).await
    }

    /// What begins with `page` is one.
    async fn ask_as(
        &self,
        tenant: &str,
        process: usize,
        call: Call,
        send: &str,
        now: Time,
    ) -> Grant {
        let (to, key) = (Self::ops(), SendKey::from(send));
        let urgent = send.starts_with("page");
        let throttle = self.throttle.filter(|_| !urgent);
        let ask = Ask {
            tenant,
            to: &to,
            send: &key,
            call,
            urgent,
            folds: !urgent && call == Call::Post,
            limits: &self.limits,
            throttle: throttle
                .map(|cards_per_minute| Throttle { integration: "prometheus", cards_per_minute }),
        };
        self.processes[process].ask(&ask, now).await
    }

    async fn post(&self, process: usize, send: &str, now: Time) -> Grant {
        self.ask(process, Call::Post, send, now).await
    }

    async fn block(&self, process: usize, call: Call, until: Time, now: Time) {
        let (to, send) = (Self::ops(), SendKey::from("refused"));
        let (tenant, limits) = (self.tenant, &self.limits);
        let (to, send, urgent, folds) = (&to, &send, false, false);
        let ask = Ask { tenant, to, send, call, urgent, folds, limits, throttle: None };
        self.processes[process].block(&ask, until, now).await;
    }

    async fn rows(&self) -> usize {
        let group = format!("chat#{}", self.tenant);
        self.lanes.read_lanes(&group).await.expect("lanes can be read").len()
    }

    /// The channel is in use, and everybody can see it. The next slot is at 1 s.
    async fn busy(self) -> Self {
        assert_eq!(self.post(0, "first", ms(0)).await, Grant::Now);
        assert_eq!(self.post(0, "second", ms(100)).await, Grant::Later(ms(1_000)));
        self
    }
}

pub(super) async fn a_quiet_channel_costs_nothing<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "quiet", 2);
    for (second, process) in [(0, 0), (1, 1), (20, 0), (40, 1), (60, 0)] {
        let send = format!("card-{second}");
        assert_eq!(fleet.post(process, &send, at(second)).await, Grant::Now);
        assert_eq!(fleet.post(process, &send, at(second)).await, Grant::Now, "the same slot");
    }
    assert_eq!(fleet.rows().await, 0, "nothing was written");
}

pub(super) async fn processes_share_a_channel<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "shared", 4);
    let mut due: Vec<(Time, usize)> = (0..24).map(|card| (ms(0), card)).collect();
    let mut granted: Vec<Time> = Vec::new();
    while let Some(next) = due.iter().copied().min() {
        due.retain(|one| *one != next);
        let (now, card) = next;
        match fleet.post(card % 4, &format!("card-{card}"), now).await {
            Grant::Now => granted.push(now),
            Grant::Later(until) | Grant::Crowded(until) => {
                assert!(until > now, "it comes later");
                due.push((until, card));
            }
        }
    }
    assert_eq!(granted.len(), 24, "all of them in the end");
    let at_once = granted.iter().filter(|at| **at == ms(0)).count();
    assert!((1..=4).contains(&at_once), "one of each process at most: {granted:?}");
    for pair in granted[at_once - 1..].windows(2) {
        assert!(pair[1].since(pair[0]) >= Duration::from_secs(1), "{granted:?}");
    }
    let last = granted.last().copied().expect("something was granted");
    assert!(last <= at(26), "and no slower than they may: {granted:?}");
}

pub(super) async fn a_page_goes_before_cards<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "before", 2).busy().await;
    for card in 0..20 {
        let grant = fleet.post(0, &format!("card-{card}"), ms(200)).await;
        assert_eq!(grant, Grant::Later(at(2 + card)), "one after the other");
    }
    assert_eq!(fleet.post(1, "page", ms(300)).await, Grant::Now, "it waits for none of them");
    let second = fleet.post(1, "second", ms(1_000)).await;
    assert_eq!(second, Grant::Later(ms(2_000)), "and they pay for it");
}

pub(super) async fn a_page_has_its_slot<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "slot", 3).busy().await;
    assert_eq!(fleet.post(0, "page-1", ms(200)).await, Grant::Now);
    assert_eq!(fleet.post(1, "page-2", ms(300)).await, Grant::Later(ms(1_200)));
    assert_eq!(fleet.post(2, "page-3", ms(300)).await, Grant::Later(ms(2_200)));
    for process in 0..3 {
        let again = fleet.post(process, "page-2", ms(400)).await;
        assert_eq!(again, Grant::Later(ms(1_200)), "the same, whoever asks");
    }
    let card = fleet.post(2, "card", ms(1_100)).await;
    assert!(matches!(card, Grant::Later(until) if until > ms(3_000)), "not between: {card:?}");
    assert_eq!(fleet.post(2, "page-2", ms(1_300)).await, Grant::Now);
    assert_eq!(fleet.post(0, "page-3", ms(2_200)).await, Grant::Now);
}

pub(super) async fn a_slot_that_nobody_comes_for_lapses<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "lapse", 2).busy().await;
    assert_eq!(fleet.post(0, "page-1", ms(200)).await, Grant::Now);
    assert_eq!(fleet.post(0, "page-2", ms(300)).await, Grant::Later(ms(1_200)));
    // A process dies with its grant, and nobody ever asks for the other slot.
    assert_eq!(fleet.post(1, "card", at(5)).await, Grant::Now, "it holds nobody up");
    assert_eq!(fleet.post(1, "page-3", at(70)).await, Grant::Now);
    assert_eq!(fleet.post(1, "page-4", at(70)).await, Grant::Later(at(71)));
    let late = fleet.post(0, "page-2", at(70)).await;
    assert_eq!(late, Grant::Later(at(72)), "the old slot is gone, and a new one is found");
}

pub(super) async fn a_refusal_is_everybodys<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "refused", 3);
    assert_eq!(fleet.post(0, "card", ms(0)).await, Grant::Now);
    assert_eq!(fleet.post(1, "other", ms(0)).await, Grant::Now, "the channel looks quiet");
    fleet.block(0, Call::Post, at(30), ms(100)).await;
    for process in 0..3 {
        let (page, card) = (format!("page-{process}"), format!("card-{process}"));
        let grant = fleet.post(process, &page, ms(1_200)).await;
        assert_eq!(grant, Grant::Later(at(30 + process as u64)), "pages one after the other");
        let grant = fleet.post(process, &card, ms(1_300)).await;
        assert!(matches!(grant, Grant::Later(until) if until > at(30)), "{grant:?}");
    }
    fleet.block(2, Call::Post, at(60), at(30)).await;
    let again = fleet.post(0, "page-1", at(31)).await;
    assert_eq!(again, Grant::Later(at(60)), "a slot before the end of it is void");
    fleet.block(1, Call::Post, at(40), at(31)).await;
    let again = fleet.post(0, "page-1", at(45)).await;
    assert_eq!(again, Grant::Later(at(60)), "a shorter wish does not end a longer one");
    assert_eq!(fleet.post(1, "page-1", at(60)).await, Grant::Now);
    assert_eq!(fleet.post(0, "page-2", at(60)).await, Grant::Later(at(61)));
}

pub(super) async fn a_refused_edit_stops_edits_alone<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "edits", 2);
    fleet.block(0, Call::Edit, at(30), ms(0)).await;
    for process in 0..2 {
        let edit = fleet.ask(process, Call::Edit, "card", at(2)).await;
        assert_eq!(edit, Grant::Later(at(30)));
        let page = format!("page-{process}");
        assert_eq!(fleet.post(process, &page, at(2)).await, Grant::Now);
        assert_eq!(fleet.ask(process, Call::Find, &page, at(2)).await, Grant::Now);
    }
    assert_eq!(fleet.ask(1, Call::Edit, "card", at(30)).await, Grant::Now);
}

pub(super) async fn one_limit_for_all_calls<L: Lanes + Clone>(lanes: L) {
    let mut fleet = Fleet::new(lanes, "all", 2);
    let all = Some(Rate::new(Duration::from_millis(500), 4));
    fleet.limits = Limits { channel: None, all, ..Limits::default() };
    for number in 0..4 {
        let edit = fleet.ask(0, Call::Edit, &format!("card-{number}"), ms(0)).await;
        assert_eq!(edit, Grant::Now, "a burst is taken");
    }
    assert_eq!(fleet.ask(1, Call::Post, "card-5", ms(0)).await, Grant::Later(ms(500)));
    assert_eq!(fleet.ask(1, Call::Post, "card-5", ms(500)).await, Grant::Now);
    fleet.block(1, Call::Post, at(9), ms(600)).await;
    for call in [Call::Post, Call::Edit, Call::Find] {
        let grant = fleet.ask(0, call, "card-6", at(2)).await;
        assert_eq!(grant, Grant::Later(at(9)), "whatever it is: {call:?}");
    }
}

pub(super) async fn a_crowd_is_told_so<L: Lanes + Clone>(lanes: L) {
    let fleet = Fleet::new(lanes, "crowd", 2).busy().await;
    for card in 0..29 {
        let grant = fleet.post(0, &format!("card-{card}"), ms(200)).await;
        assert_eq!(grant, Grant::Later(at(2 + card)));
    }
    for process in 0..2 {
        let grant = fleet.post(process, "one more", ms(1_300)).await;
        assert!(matches!(grant, Grant::Crowded(until) if until > at(60)), "{grant:?}");
        assert_eq!(fleet.post(process, "page", ms(1_300)).await, Grant::Now);
    }
    let known = fleet.post(1, "card-0", ms(1_400)).await;
    assert!(matches!(known, Grant::Later(_)), "who stands in line stays there: {known:?}");
}

pub(super) async fn a_throttle_holds_cards_only<L: Lanes + Clone>(lanes: L) {
    let mut fleet = Fleet::new(lanes, "throttle", 2);
    fleet.throttle = Some(2);
    assert_eq!(fleet.post(0, "card-1", at(0)).await, Grant::Now);
    assert_eq!(fleet.post(0, "card-2", at(5)).await, Grant::Now);
    assert_eq!(fleet.post(0, "card-2", at(9)).await, Grant::Now, "it counts once");
    for process in 0..2 {
        let third = fleet.post(process, "card-3", at(12)).await;
        assert_eq!(third, Grant::Crowded(at(30)));
        let page = format!("page-{process}");
        let grant = fleet.post(process, &page, at(12 + 2 * process as u64)).await;
        assert_eq!(grant, Grant::Now, "a page is no card");
    }
    assert_eq!(fleet.post(1, "card-3", at(30)).await, Grant::Now);
}

pub(super) async fn accounts_are_apart<L: Lanes + Clone>(lanes: L) {
    let mut fleet = Fleet::new(lanes, "apart", 2);
    fleet.block(0, Call::Post, at(30), ms(0)).await;
    let other = fleet.ask_as("apart-2", 1, Call::Post, "page", at(2)).await;
    assert_eq!(other, Grant::Now, "another tenant's channel is another");
    fleet.limits.account = Some("team".to_owned());
    fleet.block(0, Call::Post, at(40), at(2)).await;
    let shared = fleet.ask_as("apart-3", 1, Call::Post, "page", at(4)).await;
    assert_eq!(shared, Grant::Later(at(40)), "unless they share one account");
}
