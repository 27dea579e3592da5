//! Whatever comes, nothing panics, and nothing is accepted or left out in silence.

use nightowl_domain::{Alert, Severity, Time};
use nightowl_inbound::{Context, Format, Parsed, Said};
use proptest::collection::vec;
use proptest::prelude::*;

const CONTEXT: Context =
    Context { default_severity: Severity::Warning, received: Time::from_seconds(1_795_000_000) };

/// Bodies of each format, to be damaged.
const SEEDS: [&str; 4] = [
    include_str!("../../../events/alertmanager-group-mixed.json"),
    include_str!("../../../events/alertmanager-hostile-text.json"),
    include_str!("../../../events/grafana-group-mixed.json"),
    include_str!("../../../events/generic-full.json"),
];

/// Fragments that readers of JSON stumble over.
fn fragment() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "0",
        "-1e999999",
        "1e-9",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "\"2026-13-45\"",
        "\"firing\"",
        "\"resolved\"",
        "\"https://a/\"",
        "\"javascript:x\"",
        "\"\u{202e}\u{0}\"",
        "{\"a\":1,\"a\":2}",
    ]);
    prop_oneof![
        fixed.prop_map(str::to_owned),
        any::<f64>().prop_map(|number| number.to_string()),
        ".{0,40}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ]
}

/// JSON that looks like an alert, with any value in any place.
fn alert_like() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "alerts",
        "status",
        "labels",
        "annotations",
        "startsAt",
        "endsAt",
        "fingerprint",
        "title",
        "severity",
        "dedup_key",
        "links",
        "description",
        "values",
        "valueString",
        "truncatedAlerts",
        "generatorURL",
        "alertname",
        "summary",
        "runbook_url",
        "url",
        "",
        "message",
    ]);
    fragment().prop_recursive(5, 64, 8, move |inner| {
        let field = (name.clone(), inner.clone())
            .prop_map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).unwrap()));
        prop_oneof![
            3 => vec(field, 0..8).prop_map(|fields| format!("{{{}}}", fields.join(","))),
            1 => vec(inner, 0..8).prop_map(|members| format!("[{}]", members.join(","))),
        ]
    })
}

/// A real body with some bytes changed, removed, doubled or inserted.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let cut = (any::<prop::sample::Index>(), 0_u8..4, any::<u8>());
    (0..SEEDS.len(), vec(cut, 1..6)).prop_map(|(seed, cuts)| {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (at, what, byte) in cuts {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.insert(at, bytes[at]),
            }
        }
        bytes
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => vec(any::<u8>(), 0..200),
        4 => alert_like().prop_map(String::into_bytes),
        2 => alert_like().prop_map(|alert| format!("{{\"alerts\":[{alert}]}}").into_bytes()),
        3 => damaged(),
    ]
}

fn check(parsed: &Parsed) {
    assert!(!parsed.taken.is_empty(), "a body with nothing usable must be an error");
    let positions: Vec<u32> = parsed.taken.iter().map(|taken| taken.index).collect();
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "each position once, in order");
    for refused in &parsed.refused {
        assert!(!positions.contains(&refused.index) && !refused.reason.is_empty());
    }
    for taken in &parsed.taken {
        assert!(!taken.dedup_key.is_empty() && taken.dedup_key.chars().count() <= 256);
        let Said::Firing(firing) = &taken.said else { continue };
        assert!(!firing.title.is_empty() && firing.title.chars().count() <= Alert::TITLE_MAX);
        assert!(!firing.title.contains(['\n', '\r', '\0']));
        assert!(firing.starts_at.is_none_or(|at| at.millis() >= 0));
        assert!(firing.problems.iter().all(|line| line.len() <= 320));
        let details = &firing.details;
        let texts = details.labels.iter().chain(&details.annotations);
        let bytes: usize = texts.map(|(name, value)| name.len() + value.len()).sum();
        let links: usize = details.links.iter().map(|link| link.url.len() + link.text.len()).sum();
        assert!(bytes + links + details.description.len() <= 160 * 1024);
        for link in &details.links {
            let url = link.url.to_ascii_lowercase();
            assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_body_breaks_a_format(body in body()) {
        for format in Format::ALL {
            match format.parse(&body, CONTEXT) {
                Ok(parsed) => check(&parsed),
                Err(bad) => {
                    prop_assert!(!bad.expected.is_empty() && !bad.found.is_empty());
                    prop_assert!(bad.place.is_some(), "{bad}");
                    prop_assert!(bad.place.unwrap().byte as usize <= body.len() * 3);
                    prop_assert!(bad.to_string().len() < 2_000, "an error quotes the body: {bad}");
                }
            }
        }
    }

    /// What is said twice is the same series and the same words.
    #[test]
    fn a_body_reads_the_same_twice(alert in alert_like()) {
        for format in Format::ALL {
            let once = format.parse(alert.as_bytes(), CONTEXT);
            prop_assert_eq!(once, format.parse(alert.as_bytes(), CONTEXT));
        }
    }
}

#[test]
fn the_largest_bodies_are_read() {
    let limit = 5 * 1024 * 1024;
    let many = format!("[{}1]", "{\"title\":\"a\"},".repeat(limit / 14 - 1));
    let parsed = Format::Generic.parse(many.as_bytes(), CONTEXT).unwrap();
    assert_eq!((parsed.taken.len(), parsed.refused.len()), (10_000, 1));
    assert!(
        parsed.refused[0].reason.contains(&format!("{} more", limit / 14 - 10_000)),
        "{}",
        parsed.refused[0].reason
    );

    let unusable = format!("[{}1]", "1,".repeat(limit / 2 - 2));
    let bad = Format::Generic.parse(unusable.as_bytes(), CONTEXT).unwrap_err();
    assert!(bad.refused.len() <= 100, "{}", bad.refused.len());

    let long = format!("{{\"title\":\"{}\"}}", "ä".repeat(limit / 2 - 20));
    let parsed = Format::Generic.parse(long.as_bytes(), CONTEXT).unwrap();
    check(&parsed);

    let deep =
        format!("{{\"title\":\"a\",\"x\":{}{}}}", "[".repeat(limit / 2), "]".repeat(limit / 2));
    check(&Format::Generic.parse(deep.as_bytes(), CONTEXT).unwrap());

    let labels: String = (0..300_000).map(|index| format!("\"l{index}\":\"x\",")).collect();
    let wide = format!("{{\"title\":\"a\",\"labels\":{{{labels}\"z\":1}}}}");
    let parsed = Format::Generic.parse(wide.as_bytes(), CONTEXT).unwrap();
    check(&parsed);
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    assert!(firing.problems.iter().any(|line| line.contains("left out")), "{:?}", firing.problems);
}

#[test]
fn what_a_group_says_is_not_multiplied_by_its_alerts() {
    let alerts: Vec<String> = (0..100).map(|n| format!("{{\"fingerprint\":\"{n}\"}}")).collect();
    let long = "x ".repeat(500_000);
    let fields: Vec<String> = (0..5_000).map(|n| format!("\"field{n}\":\"some text\"")).collect();
    let body = |alerts: &[String]| {
        format!(
            "{{\"status\":\"firing\",\"alerts\":[{}],\"message\":\"{long}\",\"more\":\"{long}\",{}}}",
            alerts.join(","),
            fields.join(",")
        )
    };
    let parsed = Format::Grafana.parse(body(&alerts).as_bytes(), CONTEXT).expect("usable");
    assert_eq!(parsed.taken.len(), alerts.len());
    for taken in &parsed.taken {
        let Said::Firing(firing) = &taken.said else { panic!("it fires") };
        let kept = firing.details.annotations.iter().map(|(name, value)| name.len() + value.len());
        assert!(
            (100..=4_096).contains(&kept.sum::<usize>()),
            "{}",
            firing.details.annotations.len()
        );
        assert_eq!(firing.details.description, "");
        assert!(firing.title.starts_with("x x x"));
    }
    assert!(parsed.notes.iter().any(|note| note.contains("fields of the group")));

    let parsed = Format::Grafana.parse(body(&alerts[..1]).as_bytes(), CONTEXT).expect("usable");
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    assert!(firing.details.description.len() > 10_000, "of one alert it is kept");
}
