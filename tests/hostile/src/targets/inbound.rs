//! The formats of monitoring tools.

#[cfg(feature = "aws")]
mod message;

use nightowl_domain::{Alert, Details, Firing, Severity, Time};
use nightowl_inbound::{Context, Format, Parsed, Said};

use super::Verdict;

/// A moment after all those in the samples.
const RECEIVED: Time = Time::from_seconds(1_795_267_800);
const ENTRIES_MAX: usize = 256;
const LINKS_MAX: usize = 20;
/// Labels, annotations, description and links together, as JSON writes them.
const DETAILS_BYTES_MAX: usize = 160 * 1024;

pub fn alertmanager(body: &[u8]) -> Verdict {
    check(Format::Alertmanager, body)
}

pub fn grafana(body: &[u8]) -> Verdict {
    check(Format::Grafana, body)
}

pub fn generic(body: &[u8]) -> Verdict {
    check(Format::Generic, body)
}

fn check(format: Format, body: &[u8]) -> Verdict {
    let context = Context { default_severity: Severity::Warning, received: RECEIVED };
    match format.parse(body, context) {
        Ok(parsed) => {
            check_parsed(&parsed);
            #[cfg(feature = "aws")]
            message::check(parsed);
            Verdict::Parsed
        }
        Err(bad) => {
            assert!(!bad.expected.is_empty() && !bad.found.is_empty(), "an error says nothing");
            assert!(bad.place.is_some(), "an error names no place: {bad}");
            let words = bad.to_string();
            assert!(words.len() < 2_000, "an error quotes the body: {} bytes", words.len());
            Verdict::Refused
        }
    }
}

fn check_parsed(parsed: &Parsed) {
    assert!(!parsed.taken.is_empty(), "a body with nothing usable must be an error");
    assert!(parsed.taken.len() <= 10_000, "{} alerts", parsed.taken.len());
    let positions: Vec<u32> = parsed.taken.iter().map(|taken| taken.index).collect();
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "each position once, in order");
    assert!(parsed.refused.len() <= 101, "{} refused", parsed.refused.len());
    for refused in &parsed.refused {
        assert!(!positions.contains(&refused.index), "taken and refused");
        assert!(!refused.reason.is_empty() && refused.reason.len() < 2_000);
    }
    for note in &parsed.notes {
        assert!(note.len() < 2_000, "a note of {} bytes", note.len());
    }
    for taken in &parsed.taken {
        let chars = taken.dedup_key.chars().count();
        assert!((1..=Alert::DEDUP_KEY_MAX).contains(&chars), "a key of {chars} characters");
        match &taken.said {
            Said::Firing(firing) => check_firing(firing),
            Said::Clearing { starts_at, ends_at, problems } => {
                check_times([*starts_at, *ends_at]);
                check_problems(problems);
            }
        }
    }
}

fn check_firing(firing: &Firing) {
    let chars = firing.title.chars().count();
    assert!((1..=Alert::TITLE_MAX).contains(&chars), "a title of {chars} characters");
    assert!(!firing.title.chars().any(char::is_control), "a title has one line");
    check_times([firing.starts_at, None]);
    check_problems(&firing.problems);
    let Details { description, labels, annotations, links } = &firing.details;
    assert!(labels.len() <= ENTRIES_MAX && annotations.len() <= ENTRIES_MAX);
    assert!(links.len() <= LINKS_MAX, "{} links", links.len());
    let texts = labels.iter().chain(annotations);
    let mut bytes: usize = texts.map(|(name, value)| escaped(name) + escaped(value)).sum();
    bytes += links.iter().map(|link| escaped(&link.url) + escaped(&link.text)).sum::<usize>();
    bytes += escaped(description);
    assert!(bytes <= DETAILS_BYTES_MAX, "{bytes} bytes of details");
    for link in links {
        let url = link.url.to_ascii_lowercase();
        assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
        assert!(!url.contains(['<', '>', '"', ' ', '\n']), "{url}");
    }
    // What is as long as it may be and ends like this was cut, and that is said.
    let is_cut = |bound: usize| move |text: &&String| text.len() > bound - 8 && text.ends_with('…');
    let cut = labels
        .values()
        .filter(is_cut(4 << 10))
        .chain(annotations.values().filter(is_cut(16 << 10)));
    assert!(cut.count() == 0 || !firing.problems.is_empty(), "cut in silence");
}

fn check_times(times: [Option<Time>; 2]) {
    for time in times.into_iter().flatten() {
        assert!(time.millis() >= 0, "a moment before 1970");
        assert!(time.millis() <= RECEIVED.millis() + 3_600_000, "a moment that is far ahead");
    }
}

fn check_problems(problems: &[String]) {
    assert!(problems.len() <= 64, "{} problems", problems.len());
    assert!(problems.iter().all(|line| line.len() <= 320 && !line.is_empty()));
}

fn escaped(text: &str) -> usize {
    serde_json::to_string(text).map_or(0, |json| json.len().saturating_sub(2))
}
