//! What is made of each field, readable or not.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::{Firing, LinkKind, Severity, Time};
use nightowl_inbound::{Context, Format, Parsed, Said};
use serde_json::{Value, json};

const RECEIVED: Time = Time::from_seconds(1_795_267_800);

fn parse(format: Format, body: &[u8]) -> Parsed {
    let context = Context { default_severity: Severity::Info, received: RECEIVED };
    format.parse(body, context).unwrap_or_else(|bad| panic!("{bad}"))
}

fn one(format: Format, body: &Value) -> (String, Said) {
    let mut parsed = parse(format, body.to_string().as_bytes());
    assert_eq!((parsed.taken.len(), parsed.refused.len()), (1, 0));
    let taken = parsed.taken.remove(0);
    (taken.dedup_key, taken.said)
}

#[track_caller]
fn firing(format: Format, body: &Value) -> Firing {
    match one(format, body).1 {
        Said::Firing(firing) => firing,
        Said::Clearing { .. } => panic!("it fires"),
    }
}

fn alert(fields: Value) -> Value {
    let mut alert = json!({"status": "firing", "labels": {"alertname": "X"}, "annotations": {}});
    alert.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"status": "firing", "alerts": [alert]})
}

#[test]
fn an_alert_without_a_readable_status_has_its_groups() {
    let said = |group: Value, own: Value, ended: Value| {
        let body = json!({"status": group, "alerts": [
            {"status": own, "endsAt": ended, "labels": {"alertname": "X"}}
        ]});
        matches!(one(Format::Alertmanager, &body).1, Said::Firing(_))
    };
    let ended = json!("2026-11-21T12:00:00Z");
    assert!(said(json!("resolved"), json!("firing"), ended.clone()), "its own word comes first");
    assert!(!said(json!("firing"), json!("Resolved"), json!(null)));
    assert!(!said(json!("resolved"), json!(7), json!(null)));
    assert!(said(json!("firing"), json!(null), ended.clone()));
    assert!(!said(json!(null), json!(null), ended), "what has ended is over");
    assert!(said(json!("whatever"), json!("whatever"), json!(null)), "a ghost beats a lost alert");
    let problems = firing(Format::Alertmanager, &alert(json!({"status": "hot"}))).problems;
    assert_eq!(problems, ["`status`: expected firing or resolved, found \"hot\""]);
}

#[test]
fn moments_that_cannot_be_believed_are_not_used() {
    let starts = |text: Value| {
        let firing = firing(Format::Grafana, &alert(json!({"startsAt": text})));
        (firing.starts_at, firing.problems.len())
    };
    assert_eq!(starts(json!("0001-01-01T00:00:00Z")), (None, 0));
    assert_eq!(starts(json!(null)), (None, 0));
    assert_eq!(starts(json!("")), (None, 0));
    assert_eq!(starts(json!("1969-12-31T23:59:59Z")), (None, 1));
    assert_eq!(starts(json!("soon")), (None, 1));
    assert_eq!(starts(json!(1_795_267_800)), (None, 1));
    let ahead = RECEIVED + Duration::from_secs(3600);
    assert_eq!(starts(json!(ahead.to_string())), (Some(ahead), 0));
    let ahead = ahead + Duration::from_millis(1);
    assert_eq!(starts(json!(ahead.to_string())), (None, 1));
}

#[test]
fn severity_is_the_first_word_that_is_known() {
    let severity = |mut labels: Value| {
        labels["alertname"] = json!("X");
        let firing = firing(Format::Alertmanager, &alert(json!({"labels": labels})));
        (firing.severity, firing.problems.len())
    };
    assert_eq!(severity(json!({"severity": "Critical"})), (Severity::Critical, 0));
    assert_eq!(severity(json!({"severity": "page", "priority": "P4"})), (Severity::Critical, 0));
    assert_eq!(severity(json!({"severity": "hoch", "priority": "P2"})), (Severity::Error, 0));
    assert_eq!(severity(json!({"priority": "P3"})), (Severity::Warning, 0));
    assert_eq!(severity(json!({})), (Severity::Info, 0), "the integration's default");
    assert_eq!(severity(json!({"severity": "hoch"})), (Severity::Info, 1));
    let generic = json!({"title": "x", "severity": "warn", "labels": {"severity": "critical"}});
    assert_eq!(firing(Format::Generic, &generic).severity, Severity::Warning);
}

#[test]
fn titles_fall_back_from_the_best_to_the_least() {
    let title = |labels: Value, annotations: Value| {
        let mut body =
            alert(json!({"labels": labels, "annotations": annotations, "fingerprint": "f"}));
        body["title"] = json!("[FIRING:1] group");
        firing(Format::Grafana, &body).title
    };
    let labels = json!({"alertname": "Name"});
    let all = json!({"summary": " Sum\nmary ", "title": "Title", "description": "Words"});
    assert_eq!(title(labels.clone(), all), "Sum mary");
    assert_eq!(title(labels.clone(), json!({"summary": " ", "title": "Title"})), "Title");
    assert_eq!(title(labels, json!({"description": "Words"})), "Name");
    assert_eq!(title(json!({}), json!({"description": "Words"})), "Words");
    assert_eq!(title(json!({}), json!({})), "[FIRING:1] group");
    let nameless = json!({"alerts": [{"status": "firing", "fingerprint": "f00"}]});
    let nameless = firing(Format::Alertmanager, &nameless);
    assert_eq!(nameless.title, "Alert f00");
    assert_eq!(nameless.problems.len(), 1, "{:?}", nameless.problems);
}

#[test]
fn labels_are_whole_whatever_they_are() {
    let body = r#"{"title":"x","labels":{"n":12345678901234567890123,"f":1.50,"b":false,
        "o":{"a": [1]},"z":null,"s":" kept "},"extra":{"deep":1},"none":null}"#;
    let parsed = parse(Format::Generic, body.as_bytes());
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    let labels: Vec<_> =
        firing.details.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        labels,
        ["b=false", "f=1.50", "n=12345678901234567890123", "o={\"a\": [1]}", "s= kept ", "z="]
    );
    assert_eq!(firing.details.annotations["extra"], "{\"deep\":1}");
    assert_eq!(firing.details.annotations.len(), 1);
    assert!(firing.problems.is_empty(), "{:?}", firing.problems);
}

#[test]
fn what_is_too_long_is_cut_and_said() {
    let long = "ü".repeat(50_000);
    let body = json!({"title": long, "description": long, "dedup_key": long,
        "labels": {"long": long, "last": "kept"}, "note": long, (long.as_str()): "no name"});
    let (key, said) = one(Format::Generic, &body);
    let Said::Firing(firing) = said else { panic!("it fires") };
    assert_eq!(key.chars().count(), 256);
    assert_eq!((firing.title.chars().count(), firing.title.ends_with('…')), (300, true));
    assert_eq!(firing.details.labels["last"], "kept");
    assert_eq!(firing.details.labels["long"].len(), 4095);
    assert!(firing.details.description.ends_with('…'));
    assert!(firing.details.annotations["note"].ends_with('…'));
    assert_eq!(firing.problems.len(), 5, "{:#?}", firing.problems);
}

#[test]
fn without_a_key_the_same_title_and_labels_are_one_series() {
    let key = |body: Value| one(Format::Generic, &body).0;
    let first = key(json!({"title": "x", "labels": {"a": "b", "c": "d"}, "severity": "info"}));
    let over = key(json!({"status": "ok", "labels": {"c": "d", "a": "b"}, "title": " x "}));
    assert_eq!(first, over);
    assert_ne!(first, key(json!({"title": "x", "labels": {"a": "b"}})));
    assert_ne!(first, key(json!({"title": "y", "labels": {"a": "b", "c": "d"}})));
    assert_eq!(key(json!({"title": "x", "dedup_key": 17})), "17");
}

#[test]
fn alerts_without_labels_are_not_merged() {
    let key = |summary: &str| {
        let body = json!({"alerts": [{"annotations": {"summary": summary}}]});
        one(Format::Alertmanager, &body).0
    };
    assert_ne!(key("one"), key("other"));
    assert_eq!(key("one"), key("one"));
}

#[test]
fn a_body_that_is_not_all_text_is_taken_and_says_so() {
    let parsed = parse(Format::Generic, b"{\"title\":\"caf\xE9\"}");
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    assert_eq!(firing.title, "caf\u{FFFD}");
    assert!(firing.problems[0].contains("byte 13"), "{:?}", firing.problems);
    let body = b"{\"alerts\":[{\"labels\":{\"alertname\":\"\xFF\"}}]}";
    let parsed = parse(Format::Alertmanager, body);
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    assert!(firing.problems.iter().any(|line| line.contains("UTF-8")), "{:?}", firing.problems);
}

#[test]
fn of_a_field_that_stands_there_twice_the_last_counts() {
    let body = br#"{"title":"a","title":"b","labels":{"x":"1","x":"2"}}"#;
    let parsed = parse(Format::Generic, body);
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    assert_eq!((firing.title.as_str(), firing.details.labels["x"].as_str()), ("b", "2"));
    assert_eq!(firing.problems.len(), 2, "{:?}", firing.problems);
}

#[test]
fn links_have_the_kind_that_their_name_says() {
    let body = alert(json!({
        "annotations": {"runbook": "see the wiki", "runbook_url": "https://r/", "logs_url": "http://l/",
            "dashboard": "//no-scheme/", "evil_url": "javascript:alert(1)"},
        "panelURL": "https://p/", "generatorURL": "/graph", "imageURL": "https://i/"}));
    let details = firing(Format::Grafana, &body).details;
    let links: Vec<_> = details
        .links
        .iter()
        .map(|link| (link.kind, link.text.as_str(), link.url.as_str()))
        .collect();
    assert_eq!(
        links,
        [
            (LinkKind::Runbook, "Runbook", "https://r/"),
            (LinkKind::Panel, "Panel", "https://p/"),
            (LinkKind::Image, "Image", "https://i/"),
            (LinkKind::Other, "logs_url", "http://l/"),
        ]
    );
    assert_eq!(details.annotations["runbook"], "see the wiki");
    assert_eq!(details.annotations["generatorURL"], "/graph", "what is no address stays text");
    assert!(!details.annotations.contains_key("panelURL"));
}

#[test]
fn an_empty_list_is_nothing() {
    let context = Context { default_severity: Severity::Info, received: RECEIVED };
    for (format, body) in [
        (Format::Alertmanager, r#"{"alerts":[]}"#),
        (Format::Alertmanager, r#"{"alerts":{}}"#),
        (Format::Alertmanager, r#"{"alerts":null}"#),
        (Format::Alertmanager, r#"[{"labels":{"a":"b"}}]"#),
        (Format::Alertmanager, r#"{"alerts":[{"labels":{}}]}"#),
        (Format::Generic, "[]"),
        (Format::Generic, r#"{"title":" "}"#),
        (Format::Generic, r#"{"title":"x"} {"title":"y"}"#),
        (Format::Generic, "\"title\""),
    ] {
        let bad = format.parse(body.as_bytes(), context).expect_err(body);
        assert!(bad.place.is_some(), "{body}: {bad}");
    }
}

#[test]
fn long_labels_take_nothing_from_what_is_read_first() {
    let labels: BTreeMap<String, String> =
        (0..60).map(|n| (format!("label{n:02}"), "x".repeat(1_000))).collect();
    let body = alert(json!({
        "labels": labels,
        "annotations": {"description": "the disk is full", "runbook_url": "https://r/"}}));
    let said = firing(Format::Alertmanager, &body);
    assert_eq!(said.details.labels, labels, "all of them, whole");
    assert_eq!(said.details.description, "the disk is full");
    assert_eq!(said.details.links[0].kind, LinkKind::Runbook);
    assert_eq!(said.details.annotations.len(), 2);
    assert_eq!(said.problems, Vec::<String>::new());
}

#[test]
fn what_finds_no_room_is_named() {
    let labels: BTreeMap<String, String> =
        (0..256).map(|n| (format!("label{n:03}"), "x".repeat(4_000))).collect();
    let links: Vec<String> = (0..25).map(|n| format!("https://r/{n}")).collect();
    let body = json!({
        "title": "t", "description": "d".repeat(20_000), "labels": labels, "links": links,
        "annotations": {"team": "storage", "runbook_url": format!("https://r/{}", "x".repeat(3_000))}});
    let said = firing(Format::Generic, &body);
    let details = &said.details;
    assert!(details.description.starts_with("ddd") && details.description.len() > 16_000);
    assert_eq!(details.links.len(), 20);
    assert!(details.labels.len() > 30, "{}", details.labels.len());
    for expected in [
        "the description is too long and was cut",
        "the address of `Runbook` is too long for a link",
        "5 links beyond the first 20 were left out",
        "2 annotations are too many or too long and were left out: `runbook_url`, `team`",
    ] {
        let named = said.problems.iter().any(|line| line.contains(expected));
        assert!(named, "{expected}: {:?}", said.problems);
    }
    let many: Vec<String> = (0..70).map(|n| format!("https://r/{n}")).collect();
    let said = firing(Format::Generic, &json!({"title": "t", "links": many}));
    for expected in ["6 entries after the first 64", "44 links beyond the first 20"] {
        assert!(said.problems.iter().any(|line| line.contains(expected)), "{:?}", said.problems);
    }
}

#[test]
fn labels_that_find_no_room_are_named() {
    let labels: BTreeMap<String, String> =
        (0..256).map(|n| (format!("label{n:03}"), "x".repeat(4_000))).collect();
    let said = firing(Format::Generic, &json!({"title": "t", "labels": labels}));
    let details = &said.details;
    let left_out = 256 - details.labels.len();
    let named = said.problems.iter().any(|line| {
        line.starts_with(&format!("{left_out} labels are too many")) && line.contains("`label0")
    });
    assert!(named, "{:?}", said.problems);
}
