//! Old and new code read each other's messages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nightowl_aws::{BadBody, Body, Journey, Work};
use nightowl_domain::{
    Actor, AlertId, Event, EventKind, Firing, Occurrence, Received, SeriesHash, Severity, Time,
};
use nightowl_engine::Report;
use nightowl_engine::testing::{fired, sample_details};
use proptest::prelude::*;

const NOON: Time = Time::from_seconds(1_763_812_800);

fn occurrence() -> Occurrence {
    let series = SeriesHash::of("acme", "prometheus", "disk");
    Occurrence::new("acme", AlertId::new(series, 7, NOON, 2))
}

fn act(kind: EventKind) -> Report {
    let actor = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let received = Received { at: NOON, position: 0 };
    let event = Event { id: "click-1".into(), received, actor, kind };
    Report { tenant: "acme".to_owned(), alert: Some(occurrence().id), event }
}

/// What each golden file says. A file is never changed: another release wrote it.
fn goldens() -> Vec<(&'static str, Body)> {
    let fired = Report {
        tenant: "acme".to_owned(),
        alert: None,
        event: fired("e1", "disk", "Disk full", NOON),
    };
    let clicks = vec![
        act(EventKind::Acked),
        act(EventKind::Escalated { seen: Some((0, 1)) }),
        act(EventKind::Resolved { note: Some("done".to_owned()) }),
        act(EventKind::Snoozed { until: NOON }),
        act(EventKind::Noted { text: "hm".to_owned() }),
    ];
    let notice = Work::Notice {
        tenant: "acme".to_owned(),
        topic: "refused:prometheus".to_owned(),
        text: "A message was refused.".to_owned(),
    };
    let journey = Journey {
        retries: 2,
        redrive: 3,
        dead_since: Some(NOON),
        parked_until: Some(NOON + std::time::Duration::from_secs(3600)),
    };
    let at = NOON + std::time::Duration::from_secs(300);
    let tick = Work::Tick { occurrence: occurrence(), generation: 4, at };
    vec![
        ("fired", Body::new(Work::Reports(vec![fired.clone()]))),
        ("clicks", Body::new(Work::Reports(clicks))),
        ("redriven", Body { work: Work::Reports(vec![fired.clone()]), journey }),
        ("packed", Body::new(Work::Reports(vec![fired; 150]))),
        ("deliver", Body::new(Work::Deliver { occurrence: occurrence(), at: None })),
        ("deliver-later", Body::new(Work::Deliver { occurrence: occurrence(), at: Some(at) })),
        ("tick", Body::new(tick)),
        ("notice", Body::new(notice)),
        ("sweep", Body::new(Work::Sweep)),
    ]
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bodies").join(name)
}

fn read(folder_name: &str, name: &str) -> String {
    let path = folder(folder_name).join(format!("{name}.json"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names(folder_name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(folder_name)).unwrap();
    let path = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path();
    entries.map(|entry| path(entry).file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn what_the_first_release_wrote_is_read() {
    for (name, body) in goldens() {
        assert_eq!(Body::decode(&read("v1", name)), Ok(body), "{name}");
    }
    let known = goldens().into_iter().map(|(name, _)| name.to_owned());
    assert_eq!(names("v1"), known.collect(), "no file that no test reads");
}

/// The first release has to read what this one writes, and reads what it wrote itself.
#[test]
fn what_this_release_writes_is_what_the_first_wrote() {
    for (name, body) in goldens().into_iter().filter(|(name, _)| *name != "packed") {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(json(&body.encode().unwrap()), json(&read("v1", name)), "{name}");
    }
}

#[test]
fn what_a_later_release_adds_is_left_out() {
    let (_, tick) = goldens().into_iter().find(|(name, _)| *name == "tick").unwrap();
    assert_eq!(Body::decode(&read("later", "tick-with-more")), Ok(tick));
    let (_, fired) = goldens().into_iter().find(|(name, _)| *name == "fired").unwrap();
    assert_eq!(Body::decode(&read("later", "fired-with-more")), Ok(fired));
}

#[test]
fn a_newer_format_and_an_unknown_kind_go_back() {
    let newer = Body::decode(&read("later", "format-2"));
    assert_eq!(newer, Err(BadBody::Newer { found: 2 }));
    let kind = Body::decode(&read("later", "unknown-kind"));
    assert!(matches!(&kind, Err(BadBody::Unreadable(_))), "{kind:?}");
    let names = names("later");
    assert_eq!(names.len(), 4, "no file that no test reads: {names:?}");
}

#[test]
fn an_error_quotes_nothing() {
    for text in ["s3cret", r#"{"v":1,"kind":"s3cret"}"#, r#"{"v":"s3cret"}"#] {
        let error = Body::decode(text).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

fn text() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        '\0',
        '\u{1}',
        '\u{8}',
        '\u{b}',
        '\u{1f}',
        '\u{7f}',
        '\u{85}',
        '\u{FFFE}',
        '\u{FFFF}',
        '\u{FEFF}',
        '\u{1FFFF}',
        '"',
        '\\',
        '<',
        'ü',
        '🦉',
    ]);
    let character = prop_oneof![any::<char>(), hostile];
    prop::collection::vec(character, 0..40).prop_map(String::from_iter)
}

fn report() -> impl Strategy<Value = Report> {
    (text(), text(), any::<i64>(), any::<u32>()).prop_map(|(title, key, millis, position)| {
        let firing = Firing {
            title,
            severity: Severity::Error,
            starts_at: Some(Time::from_millis(millis)),
            details: sample_details(),
            problems: vec![key.clone()],
        };
        let kind = EventKind::Fired { integration: "i".to_owned(), dedup_key: key.clone(), firing };
        let received = Received { at: Time::from_millis(millis), position };
        let event = Event { id: key.as_str().into(), received, actor: Actor::Source, kind };
        Report { tenant: "acme".to_owned(), alert: None, event }
    })
}

fn work() -> impl Strategy<Value = Work> {
    let at = any::<i64>().prop_map(Time::from_millis);
    prop_oneof![
        prop::collection::vec(report(), 0..4).prop_map(Work::Reports),
        prop::option::of(at.clone()).prop_map(|at| Work::Deliver { occurrence: occurrence(), at }),
        (any::<u64>(), at).prop_map(|(generation, at)| Work::Tick {
            occurrence: occurrence(),
            generation,
            at
        }),
        (text(), text(), text()).prop_map(|(tenant, topic, text)| Work::Notice {
            tenant,
            topic,
            text
        }),
        Just(Work::Sweep),
    ]
}

fn is_taken_by_sqs(text: &str) -> bool {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}')
            || matches!(c, '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    };
    text.chars().all(allowed)
}

proptest! {
    #[test]
    fn every_body_is_read_as_it_was_written(
        work in work(), retries: u32, redrive: u32, dead: Option<i64>, parked: Option<i64>,
    ) {
        let (dead_since, parked_until) =
            (dead.map(Time::from_millis), parked.map(Time::from_millis));
        let journey = Journey { retries, redrive, dead_since, parked_until };
        let body = Body { work, journey };
        let text = body.encode().unwrap();
        prop_assert!(is_taken_by_sqs(&text));
        prop_assert_eq!(Body::decode(&text), Ok(body));
    }
}

#[test]
fn two_hundred_kilobytes_of_text_are_packed() {
    let mut report = act(EventKind::Noted { text: "\u{FFFE} owl\u{1} 🦉".repeat(16_000) });
    report.event.actor = Actor::Source;
    let body = Body::new(Work::Reports(vec![report]));
    let text = body.encode().unwrap();
    assert!(text.len() < 10_000 && is_taken_by_sqs(&text), "{}", text.len());
    assert_eq!(Body::decode(&text), Ok(body));
}
