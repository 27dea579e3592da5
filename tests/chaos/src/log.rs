//! What the process wrote about itself, over all its lives.

use std::path::Path;

use nightowl_domain::Time;
use serde_json::Value;

use crate::Failure;
use crate::records::{Claim, Doubt, Millis, What};

/// Counters of a second post of one delivery.
const DOUBTS: [&str; 3] = ["page.maybe_duplicate", "page.reposted", "page.late_post"];
/// Bad lines that are shown.
const BAD_MAX: usize = 20;

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) claims: Vec<Claim>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) bad_lines: Vec<String>,
}

/// `secrets` must stand in no line.
pub(crate) fn read(path: &Path, secrets: &[String]) -> Result<Log, Failure> {
    let mut log = Log::default();
    // A kill may end a line anywhere, also within a character.
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    for line in text.lines() {
        let is_bad =
            secrets.iter().any(|secret| line.contains(secret)) || line.contains("panicked");
        if is_bad && log.bad_lines.len() < BAD_MAX {
            log.bad_lines.push(line.to_owned());
        }
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        log.claims.extend(claim(&line));
        log.doubts.extend(doubt(&line));
    }
    Ok(log)
}

fn claim(line: &Value) -> Option<Claim> {
    if line["message"] != "claimed" {
        return None;
    }
    let text = |field: &str| line[field].as_str().map(str::to_owned);
    let moment = |field: &str| line[field].as_str().and_then(Time::parse).map(Time::millis);
    Some(Claim {
        delivery: text("delivery")?,
        alert: line["span"]["alert"].as_str().unwrap_or_default().to_owned(),
        what: match line["what"].as_str()? {
            "card" => What::Card,
            "page" => What::Page,
            "digest" => What::Digest,
            _ => What::Notice,
        },
        posts: matches!(line["mode"].as_str()?, "Post" | "PostAnyway" | "FindThenPost"),
        since: moment("since")?,
        until: moment("until")?,
    })
}

fn doubt(line: &Value) -> Option<Doubt> {
    let counter = line["counter"].as_str().filter(|counter| DOUBTS.contains(counter))?;
    let delivery = line["delivery"].as_str()?.to_owned();
    Some(Doubt { delivery, counter: counter.to_owned() })
}

/// The lines that name one of these, each with its moment.
pub(crate) fn lines_about(path: &Path, ids: &[String]) -> Vec<(Millis, String)> {
    let text = std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.unwrap_or_default();
    let about = text.lines().filter(|line| ids.iter().any(|id| line.contains(id.as_str())));
    about.filter_map(|line| Some((moment(line)?, brief(line)))).collect()
}

fn moment(line: &str) -> Option<Millis> {
    let line: Value = serde_json::from_str(line).ok()?;
    line["timestamp"].as_str().and_then(Time::parse).map(Time::millis)
}

/// Without what is the same in all lines.
fn brief(line: &str) -> String {
    let Ok(Value::Object(mut line)) = serde_json::from_str(line) else { return line.to_owned() };
    for field in ["timestamp", "target", "span", "level"] {
        line.remove(field);
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_doubts_and_bugs_are_read_and_half_a_line_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let text = r#"{"timestamp":"2026-01-01T00:00:01.000001Z","level":"DEBUG","delivery":"d1","what":"page","mode":"Post","since":"2026-01-01T00:00:01.000Z","until":"2026-01-01T00:00:16.000Z","message":"claimed","target":"t","span":{"alert":"a1","name":"deliver"}}
{"timestamp":"2026-01-01T00:00:02Z","level":"WARN","counter":"page.reposted","delivery":"d1","span":{"alert":"a1"}}
{"timestamp":"2026-01-01T00:00:03Z","level":"WARN","counter":"page.posted","delivery":"d1"}
{"timestamp":"2026-01-01T00:00:03Z","message":"a bug: something panicked"}
{"timestamp":"2026-01-01T00:00:03Z","message":"the key is s3cret"}
{"timestamp":"2026-01-01T00:0"#;
        std::fs::write(&path, text).expect("written");
        let log = read(&path, &["s3cret".to_owned()]).expect("read");
        assert_eq!(log.claims.len(), 1);
        let claim = &log.claims[0];
        assert_eq!((claim.what, claim.posts, claim.alert.as_str()), (What::Page, true, "a1"));
        assert_eq!(claim.until - claim.since, 15_000);
        let doubts: Vec<&str> = log.doubts.iter().map(|doubt| doubt.counter.as_str()).collect();
        assert_eq!(doubts, ["page.reposted"]);
        assert_eq!(log.bad_lines.len(), 2);
        assert_eq!(lines_about(&path, &["a1".to_owned()]).len(), 2);
    }
}
