//! This machine's clock, and the alerts' marks.

use std::time::{SystemTime, UNIX_EPOCH};

use nightowl_domain::Time;

use crate::records::{Label, Millis};

const MARK: &str = "chaos-";
const DIGITS: usize = 6;

pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// As logs and bodies write moments.
pub(crate) fn shown(at: Millis) -> String {
    Time::from_millis(at).to_string()
}

pub(crate) fn label(number: usize) -> Label {
    format!("{MARK}{number:0DIGITS$}")
}

/// The number of a mark.
pub(crate) fn number(label: &str) -> Option<usize> {
    label.strip_prefix(MARK)?.parse().ok()
}

/// The first mark in a text.
pub(crate) fn label_in(text: &str) -> Option<Label> {
    labels_in(text).next()
}

/// All marks in a text, in their order.
pub(crate) fn labels_in(text: &str) -> impl Iterator<Item = Label> {
    text.match_indices(MARK).filter_map(|(at, _)| {
        let label = text.get(at..at + MARK.len() + DIGITS)?;
        number(label).map(|_| label.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_what_people_read() {
        let text = format!("🔴 *{}* and {}, but not chaos-12 or chaos-", label(7), label(123_456));
        let found: Vec<Label> = labels_in(&text).collect();
        assert_eq!(found, ["chaos-000007", "chaos-123456"]);
        assert_eq!(number(&found[0]), Some(7));
        assert_eq!(label_in("nothing"), None);
    }
}
