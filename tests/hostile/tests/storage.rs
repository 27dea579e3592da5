//! What a sender may send fits into what stores it: split over messages where it is much, and cut
//! where one alert alone is too large.

#[path = "../src/worlds/inbound.rs"]
#[allow(dead_code, reason = "the forgeries use the rest of it")]
mod inbound;

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use inbound::{ALERTMANAGER, GENERIC, World};
use nightowl_aws::testing::FakeAws;
use nightowl_aws::{Body as Message, Queue, Work};
use nightowl_domain::{EventKind, Firing};
use nightowl_engine::Report;
use nightowl_test_hostile::chance::Chance;
use serde_json::{Value, json};
use tower::ServiceExt;

/// What SQS took of a message for most of its life; it takes more by now, and counts by 64 KB.
const MESSAGE_BYTES_MAX: usize = 256 << 10;

/// What a router over the queue answers, and what is in the queue then.
async fn post(key: &str, body: &Value) -> (StatusCode, Value, Vec<Report>) {
    let (world, aws) = World::on_aws();
    let request = Request::post(format!("/api/v1/webhook/{key}"));
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let response = world.router().oneshot(request).await.expect("it answers");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("it is whole").to_bytes();
    (status, serde_json::from_slice(&bytes).expect("it is JSON"), reports(&aws))
}

fn reports(aws: &FakeAws) -> Vec<Report> {
    let mut all = Vec::new();
    for message in aws.waiting(Queue::Events) {
        assert!(message.body.len() <= MESSAGE_BYTES_MAX, "{} bytes", message.body.len());
        match Message::decode(&message.body).expect("it can be read").work {
            Work::Reports(reports) => all.extend(reports),
            other => panic!("{other:?}"),
        }
    }
    all
}

fn firing(report: &Report) -> &Firing {
    match &report.event.kind {
        EventKind::Fired { firing, .. } => firing,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_group_of_a_thousand_alerts_is_split_and_not_refused() {
    let mut chance = Chance::new(1);
    let mut alert = |number: usize| {
        let noise: String = (0..2_000).map(|_| char::from(b'a' + chance.byte() % 26)).collect();
        json!({"status": "firing", "labels": {"alertname": format!("a{number}")},
            "annotations": {"summary": format!("number {number}"), "description": noise}})
    };
    let alerts: Vec<Value> = (0..1_000).map(&mut alert).collect();
    let (status, answer, reports) = post(ALERTMANAGER, &json!({"alerts": alerts})).await;
    assert_eq!((status, &answer["events"]), (StatusCode::ACCEPTED, &json!(1_000)));
    let titles: BTreeSet<&str> = reports.iter().map(|report| &*firing(report).title).collect();
    let ids: BTreeSet<_> = reports.iter().map(|report| &report.event.id).collect();
    assert_eq!((reports.len(), titles.len(), ids.len()), (1_000, 1_000, 1_000));
}

/// In JSON each of them is six bytes.
#[tokio::test]
async fn control_characters_are_cut_by_what_they_become() {
    let control: String = ('\u{1}'..='\u{1f}').cycle().take(200 << 10).collect();
    let many: Vec<(String, String)> = control
        .as_bytes()
        .chunks(4 << 10)
        .enumerate()
        .map(|(number, part)| (format!("a{number}"), String::from_utf8_lossy(part).into_owned()))
        .collect();
    let annotations: Value = many.into_iter().map(|(name, text)| (name, json!(text))).collect();
    let body = json!({"title": "t", "description": control, "annotations": annotations});
    let (status, answer, reports) = post(GENERIC, &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let firing = firing(&reports[0]);
    let problems = firing.problems.join("\n");
    assert!(problems.contains("description is too long"), "{problems}");
    assert!(problems.contains("annotations are too many or too long"), "{problems}");
    assert!(firing.details.description.len() > 8 << 10, "what fits is kept");
}

/// Nothing compresses less than this, whatever the alphabet.
#[tokio::test]
async fn noise_fits_as_well() {
    let alphabets: [(u32, u32); 5] =
        [(0x20, 0x7E), (0x80, 0x7FF), (0x800, 0xD7FF), (0x10000, 0x10FFFF), (1, 0x10FFFF)];
    for (first, last) in alphabets {
        let mut chance = Chance::new(u64::from(first));
        let mut noise = |chars: usize| -> String {
            let span = usize::try_from(last - first).expect("it is small") + 1;
            let draw =
                |_| u32::try_from(chance.below(span)).ok().and_then(|n| char::from_u32(first + n));
            (0..chars).filter_map(draw).collect()
        };
        let map = |noise: &mut dyn FnMut(usize) -> String| -> Value {
            (0..256).map(|number| (format!("{number}{}", noise(40)), json!(noise(2_200)))).collect()
        };
        let body = json!({
            "title": noise(400), "description": noise(20_000), "dedup_key": noise(300),
            "labels": map(&mut noise), "annotations": map(&mut noise),
        });
        let (status, answer, reports) = post(GENERIC, &body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{first:x}: {answer}");
        assert!(!firing(&reports[0]).problems.is_empty(), "what was cut is named");
    }
}
