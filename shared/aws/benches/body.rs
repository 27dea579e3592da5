//! What a queue message costs to write and to read.

use divan::Bencher;
use nightowl_aws::{Body, Work};
use nightowl_domain::{Details, EventKind, Received, Time};
use nightowl_engine::Report;
use nightowl_engine::testing::{fired, sample_alert};

fn main() {
    divan::main();
}

const NOON: Time = Time::from_seconds(1_763_812_800);
const COUNTS: [usize; 3] = [1, 100, 1_000];

/// So many firings of one body.
fn reports(count: usize) -> Body {
    let report = |number: usize| {
        let mut event = fired(&format!("event-{number}"), &format!("disk-{number}"), "full", NOON);
        event.received = Received { at: NOON, position: u32::try_from(number).unwrap_or(0) };
        if let EventKind::Fired { firing, .. } = &mut event.kind {
            firing.details = Details { description: "x".repeat(200), ..firing.details.clone() };
        }
        Report { tenant: "acme".to_owned(), alert: None, event }
    };
    Body::new(Work::Reports((0..count).map(report).collect()))
}

fn wake_up() -> Body {
    let occurrence = sample_alert("acme", "disk", 1, NOON).occurrence();
    Body::new(Work::Deliver { occurrence, at: Some(NOON) })
}

fn read(bencher: Bencher<'_, '_>, body: &Body) {
    let text = body.encode().unwrap_or_else(|error| panic!("it can be written: {error}"));
    bencher.bench(|| Body::decode(divan::black_box(&text)));
}

#[divan::bench(args = COUNTS)]
fn reports_are_written(bencher: Bencher<'_, '_>, count: usize) {
    let body = reports(count);
    bencher.bench(|| divan::black_box(&body).encode());
}

#[divan::bench(args = COUNTS)]
fn reports_are_read(bencher: Bencher<'_, '_>, count: usize) {
    read(bencher, &reports(count));
}

#[divan::bench]
fn a_wake_up_is_written(bencher: Bencher<'_, '_>) {
    let body = wake_up();
    bencher.bench(|| divan::black_box(&body).encode());
}

#[divan::bench]
fn a_wake_up_is_read(bencher: Bencher<'_, '_>) {
    read(bencher, &wake_up());
}
