//! The export that `nightowl migrate` reads.

#[path = "../../../../functions/standalone/src/migrate/export.rs"]
mod export;

use export::{Export, Row};
use serde_json::Value;

use super::Verdict;

const VALUE_BYTES_MAX: usize = 128;

/// The reader's own source, since a binary has no library to take it from.
pub fn migrate_export(input: &[u8]) -> Verdict {
    let mut export = match Export::open(input) {
        Ok(export) => export,
        Err(words) => {
            assert!(!words.is_empty() && words.len() < 2_000, "an error quotes the file");
            return Verdict::Refused;
        }
    };
    let mut rows = 0;
    let mut last = 0;
    loop {
        match export.next() {
            Ok(None) => break,
            Ok(Some(Ok(row))) => {
                check(&row, &mut last);
                rows += 1;
            }
            Ok(Some(Err((line, words)))) => {
                assert!(line >= 1 && !words.is_empty() && words.len() < 500, "{words}");
            }
            Err(words) => {
                assert!(!words.is_empty());
                return Verdict::Refused;
            }
        }
    }
    Verdict::of(rows > 0)
}

fn check(row: &Row, last: &mut u64) {
    assert!(row.line > *last, "line {} after {last}", row.line);
    *last = row.line;
    assert!(row.tenant.as_ref().is_none_or(|tenant| !tenant.is_empty()));
    let values = serde_json::to_value(row).expect("a row is sent as JSON");
    for value in values.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
        assert!((1..=VALUE_BYTES_MAX).contains(&value.len()), "{} bytes", value.len());
        assert!(!value.contains('\n'));
    }
    assert!(values["line"].as_u64().is_some_and(|line| line > 0) || values == Value::Null);
}
