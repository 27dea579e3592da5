//! Storms over one channel, with workers whose clocks differ.

use std::pin::pin;
use std::task::{Context, Waker};

use futures::future::join_all;
use nightowl_engine::ports::Clock;
use nightowl_engine::testing::lanes_conformance;
use nightowl_messaging::Limits;

use super::*;
use crate::chance::Chance;
use crate::message::Item;
use crate::rates::Rates;
use crate::world::{Shared, WorkerState};

const PAGES: usize = 40;
const CARDS: usize = 100;
const WORKERS: usize = 4;

fn world(seed: u64, rates: Rates) -> Shared {
    let mut world = World::new(Chance::new(seed), rates, false);
    for _ in 0..WORKERS {
        let skew = world.chance.between(-3_000, 3_000);
        world.workers.push(WorkerState { skew, ..WorkerState::default() });
    }
    Shared::new(world)
}

fn run<T>(shared: &Shared, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
        match shared.with(World::pop) {
            Some(Item::Resume { waker, .. }) => waker.iter().for_each(Waker::wake_by_ref),
            other => panic!("it waits for its own calls, not for {other:?}"),
        }
    }
}

/// Asks until it may, each time of any worker. `dies`: how often a worker dies with the grant.
async fn insist(shared: &Shared, pacers: &[SimPacer], send: &str, dies: f64) -> i64 {
    let to = Destination::Channel { provider: "chat".to_owned(), channel: "ops".to_owned() };
    let (key, limits) = (SendKey::from(send), Limits::default());
    let (call, urgent) = (Call::Post, send.starts_with("page"));
    let (to, send, limits, folds) = (&to, &key, &limits, !urgent);
    let ask = Ask { tenant: "t0", to, send, call, urgent, folds, limits, throttle: None };
    let began = shared.with(|world| world.now);
    loop {
        let worker = shared.with(|world| world.chance.below(WORKERS));
        let pacer = &pacers[worker];
        match pacer.ask(&ask, pacer.handle.now()).await {
            Grant::Now if shared.with(|world| world.chance.hit(dies)) => {
                shared.pause(30_000).await;
            }
            Grant::Now => return shared.with(|world| world.now) - began,
            Grant::Later(until) | Grant::Crowded(until) => {
                let wait = until.millis() - pacer.handle.now().millis();
                shared.pause(wait.max(1)).await;
            }
        }
    }
}

/// How long pages and cards waited that all asked within ten seconds.
fn storm(shared: &Shared, dies: f64) -> (Vec<i64>, Vec<i64>) {
    let handle = |worker| Handle { shared: *shared, worker };
    let pacers: Vec<SimPacer> = (0..WORKERS).map(|worker| SimPacer::new(&handle(worker))).collect();
    // What they did not know of each other before is no part of this.
    shared.with(|world| world.now += 60_000);
    let (pacers, shared) = (&pacers, shared);
    let names = (0..CARDS).map(|card| format!("card-{card}"));
    let names: Vec<String> = names.chain((0..PAGES).map(|page| format!("page-{page}"))).collect();
    let all = names.iter().map(|send| async move {
        let after = shared.with(|world| world.chance.between(0, 10_000));
        shared.pause(after).await;
        insist(shared, pacers, send, dies).await
    });
    let mut waits = run(shared, join_all(all));
    let mut pages = waits.split_off(CARDS);
    waits.sort_unstable();
    pages.sort_unstable();
    (pages, waits)
}

#[test]
fn the_rows_of_lanes_keep_their_promises_while_nothing_fails() {
    let shared = world(1, Rates::default());
    let lanes = SimLanes(Handle { shared, worker: 0 });
    run(&shared, lanes_conformance(async || lanes.clone()));
}

#[test]
fn a_storm_is_let_through_as_fast_as_the_channel_takes_it_pages_first() {
    for seed in 1..=10 {
        let shared = world(seed, Rates::default());
        let began = shared.with(|world| world.now + 60_000);
        let (pages, cards) = storm(&shared, 0.0);
        let (took, most, wrong) = shared
            .with(|world| (world.now - began, world.figures.posts_most, world.violations.clone()));
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
        let slots = i64::try_from(PAGES + CARDS).expect("a few") * 1_000;
        assert!(took >= slots - 20_000, "seed {seed}: {took} ms is too fast");
        assert!(took <= 6 * slots, "seed {seed}: {took} ms is too slow");
        assert!(most >= 10, "seed {seed}: there was no storm: {most}");
        // Clocks that are three seconds slow come three seconds late.
        let (last, middle) = (pages[PAGES - 1], cards[CARDS / 2]);
        assert!(last <= 45_000, "seed {seed}: a page waited {last} ms");
        assert!(last < middle, "seed {seed}: a page waited {last} ms, half of the cards {middle}");
    }
}

#[test]
fn a_storm_ends_though_the_store_fails_and_workers_die_with_their_slots() {
    for seed in 1..=10 {
        let rates = Rates {
            store_unavailable: 0.1,
            store_lost: 0.1,
            store_lost_undone: 0.05,
            slow: 0.1,
            ..Rates::default()
        };
        let shared = world(seed, rates);
        let (pages, cards) = storm(&shared, 0.1);
        let wrong = shared.with(|world| world.violations.clone());
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
        let (middle, later) = (pages[PAGES / 2], cards[CARDS / 2]);
        assert!(middle < later, "seed {seed}: pages waited {middle} ms, cards {later}");
        let last = pages[PAGES - 1];
        assert!(last <= 150_000, "seed {seed}: a page waited {last} ms");
    }
}
