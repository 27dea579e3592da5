//! Every sample in `events/` is read, and reads as the line below it says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use nightowl_domain::{LinkKind, Severity, Time};
use nightowl_inbound::{Context, Format, Said};

/// What a body says, in short: a line for each alert, each problem and each refused member.
fn read(format: Format, body: &[u8]) -> String {
    let received = Time::parse("2026-11-21T13:00:00Z").unwrap();
    let context = Context { default_severity: Severity::Warning, received };
    let parsed = match format.parse(body, context) {
        Ok(parsed) => parsed,
        Err(bad) => {
            return format!("bad body: {bad} [{}]\n", bad.field.as_deref().unwrap_or("-"));
        }
    };
    let mut lines = String::new();
    let moment = |time: Option<Time>| time.map_or("-".to_owned(), |time| time.to_string());
    for taken in parsed.taken {
        let (index, key) = (taken.index, taken.dedup_key);
        match taken.said {
            Said::Firing(firing) => {
                let details = firing.details;
                let kinds: Vec<_> = details.links.iter().map(|link| link.kind.name()).collect();
                writeln!(
                    lines,
                    "{index} firing {key} {} {:?} since {} {:?} labels {} annotations {} links {}",
                    firing.severity.name(),
                    firing.title,
                    moment(firing.starts_at),
                    details.description.lines().last().unwrap_or_default(),
                    details.labels.len(),
                    details.annotations.keys().cloned().collect::<Vec<_>>().join(","),
                    kinds.join(","),
                )
                .unwrap();
                for problem in firing.problems {
                    writeln!(lines, "  {problem}").unwrap();
                }
            }
            Said::Clearing { starts_at, ends_at, problems } => {
                let (from, to) = (moment(starts_at), moment(ends_at));
                writeln!(lines, "{index} clearing {key} {from} to {to}").unwrap();
                for problem in problems {
                    writeln!(lines, "  {problem}").unwrap();
                }
            }
        }
    }
    for refused in parsed.refused {
        writeln!(lines, "refused {}: {}", refused.index, refused.reason).unwrap();
    }
    lines
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

#[test]
fn every_sample_reads_as_expected() {
    let expectations = include_str!("events.txt");
    let mut expected = BTreeSet::new();
    let mut wrong = String::new();
    for section in expectations.split("=== ").skip(1) {
        let (head, lines) = section.split_once('\n').expect("a section has a line of its own");
        let (file, format) = head.split_once(' ').expect("a file and a format");
        expected.insert(file.to_owned());
        let format = Format::by_name(format).expect("a known format");
        let Ok(body) = fs::read(folder().join(file)) else {
            writeln!(wrong, "{file}: expected, and not there").unwrap();
            continue;
        };
        let found = read(format, &body);
        if found.trim() != lines.trim() {
            writeln!(wrong, "=== {head}\n{found}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "these samples read otherwise:\n{wrong}");
    let files = fs::read_dir(folder()).expect("the samples are there");
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let orphans: Vec<_> =
        files.filter(|file| file != "README.md" && !expected.contains(file)).collect();
    assert!(orphans.is_empty(), "samples that no expectation names: {orphans:?}");
}

/// Twins of one cluster must meet in one series, whatever else differs.
#[test]
fn twins_have_one_dedup_key() {
    let key = |file: &str| {
        let body = fs::read(folder().join(file)).unwrap();
        let received = Time::parse("2026-11-21T13:00:00Z").unwrap();
        let context = Context { default_severity: Severity::Warning, received };
        let parsed = Format::Alertmanager.parse(&body, context).unwrap();
        parsed.taken[0].dedup_key.clone()
    };
    assert_eq!(key("alertmanager-firing.json"), key("alertmanager-twin.json"));
    assert_eq!(key("alertmanager-firing.json"), key("alertmanager-resolved.json"));
}

#[test]
fn details_are_whole() {
    let body = fs::read(folder().join("alertmanager-firing.json")).unwrap();
    let received = Time::parse("2026-11-21T13:00:00Z").unwrap();
    let context = Context { default_severity: Severity::Info, received };
    let parsed = Format::Alertmanager.parse(&body, context).unwrap();
    let Said::Firing(firing) = &parsed.taken[0].said else { panic!("it fires") };
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let alert = &value["alerts"][0];
    let (labels, annotations) = (&firing.details.labels, &firing.details.annotations);
    assert_eq!(serde_json::to_value(labels).unwrap(), alert["labels"]);
    assert_eq!(serde_json::to_value(annotations).unwrap(), alert["annotations"]);
    assert_eq!(firing.details.description, alert["annotations"]["description"]);
    let runbook = firing.details.link(LinkKind::Runbook).unwrap();
    assert_eq!(runbook.url, "https://runbooks.example.com/disk-full");
    let source = firing.details.link(LinkKind::Source).unwrap();
    assert_eq!(source.url, alert["generatorURL"]);
}
