//! What was accepted reaches its alert, over the real database.

use std::path::Path;
use std::sync::Arc;

use nightowl_domain::{Alert, SeriesHash, Time};
use nightowl_engine::ports::{Clock, Intake, Ports, Report, Store};
use nightowl_engine::testing::fired;
use nightowl_process::SystemClock;
use nightowl_store::{Backlog, Bounds, LaptopIntake, Taken};
use tokio::sync::{mpsc, watch};

use super::{Desk, work_off};
use crate::app::App;
use crate::data::Data;

struct Home {
    app: App,
    taken: Option<mpsc::UnboundedReceiver<Taken>>,
}

async fn open(folder: &Path) -> Home {
    nightowl_process::install_tls();
    let data = Data::open(folder).expect("a folder");
    let (app, taken) = App::open(data, None).await.expect("an app");
    app.apply(&app.demo().expect("a demo")).await.expect("it is in force");
    Home { app, taken: Some(taken) }
}

fn report(event: &str, key: &str, at: Time) -> Report {
    Report { tenant: "demo".to_owned(), alert: None, event: fired(event, key, "Disk full", at) }
}

impl Home {
    async fn take(&self, reports: Vec<Report>) {
        let engine = self.app.engine();
        engine.ports().intake().take(reports).await.expect("it is accepted");
    }

    /// Until nothing waits any more.
    async fn work_off(&mut self) {
        let taken = self.taken.take().expect("it is worked off once");
        self.work(self.app.desk(), taken).await;
    }

    async fn work(&self, desk: Desk, taken: mpsc::UnboundedReceiver<Taken>) {
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(work_off(desk, taken, stopped));
        while self.app.waiting().await.expect("an answer") > 0 {
            tokio::task::yield_now().await;
        }
        stop.send(true).expect("it listens");
        worker.await.expect("it ends");
    }

    async fn newest(&self, key: &str) -> Alert {
        let series = SeriesHash::of("demo", "prometheus", key);
        let found = self.app.engine().ports().store().newest("demo", series).await;
        found.expect("an answer").expect("there is an alert")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_alerts_of_one_body_are_all_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut home = open(folder.path()).await;
    let at = SystemClock.now();
    let body = (0..1000).map(|number| report(&format!("e{number}"), &format!("k{number}"), at));
    home.take(body.collect()).await;
    home.work_off().await;
    for number in [0, 1, 500, 999] {
        assert_eq!(home.newest(&format!("k{number}")).await.count, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_series_is_folded_and_every_firing_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut home = open(folder.path()).await;
    let now = SystemClock.now().millis();
    for body in 0..20 {
        let one =
            |number| report(&format!("e{body}-{number}"), "hot", Time::from_millis(now + body));
        home.take((0..50).map(one).collect()).await;
    }
    home.work_off().await;
    let alert = home.newest("hot").await;
    assert_eq!(alert.count, 1000);
    assert!(alert.version <= 60, "{} writes for a thousand firings", alert.version);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_before_the_end_of_a_process_is_worked_off_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = open(folder.path()).await;
    home.take(vec![report("e1", "k1", SystemClock.now())]).await;
    home.take(vec![report("e2", "k2", SystemClock.now())]).await;
    // Nobody had begun with it.
    drop(home);
    let mut home = open(folder.path()).await;
    assert_eq!(home.app.waiting().await.expect("an answer"), 2);
    home.work_off().await;
    assert_eq!(home.newest("k1").await.count, 1);
    assert_eq!(home.newest("k2").await.count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_not_fit_into_memory_is_read_from_the_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = open(folder.path()).await;
    let store = home.app.desk().store;
    let backlog = Arc::new(Backlog::new(Bounds { in_memory: 4_000, in_all: 1 << 20 }));
    let (hand_over, taken) = mpsc::unbounded_channel();
    let nudge = move |taken| drop(hand_over.send(taken));
    let intake = LaptopIntake::new(store.clone(), Arc::clone(&backlog), nudge);
    let now = SystemClock.now().millis();
    for number in 0..100 {
        let at = Time::from_millis(now + number);
        let body = report(&format!("e{number}"), &format!("k{}", number % 10), at);
        intake.take(vec![body]).await.expect("it is accepted");
    }
    let desk = Desk { engine: home.app.engine(), store, backlog };
    home.work(desk, taken).await;
    for number in 0..10 {
        assert_eq!(home.newest(&format!("k{number}")).await.count, 10);
    }
}
