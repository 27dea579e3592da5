//! Bounds on text.

/// At most `bytes_max` bytes, with "…" at the end if something was cut off (`true`).
pub(crate) fn cut(mut text: String, bytes_max: usize) -> (String, bool) {
    if text.len() <= bytes_max {
        return (text, false);
    }
    let mark = if bytes_max >= '…'.len_utf8() { "…" } else { "" };
    text.truncate(text.floor_char_boundary(bytes_max - mark.len()));
    text.push_str(mark);
    (text, true)
}

/// At most `chars_max` characters, with "…" at the end if something was cut off (`true`).
pub(crate) fn cut_chars(text: String, chars_max: usize) -> (String, bool) {
    match text.char_indices().nth(chars_max) {
        None => (text, false),
        Some(_) => (text.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect(), true),
    }
}

/// White space and control characters become single spaces; none at the ends.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a text takes as JSON: a control character is written as six, a quotation mark as two.
pub(crate) fn weight(text: &str) -> usize {
    text.chars().map(weight_of).sum()
}

const fn weight_of(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        // The last two are written out for queues that refuse them.
        '\0'..='\u{1f}' | '\u{FFFE}' | '\u{FFFF}' => 6,
        _ => c.len_utf8(),
    }
}

/// At most so much [`weight`], with "…" at the end if something was cut off (`true`).
fn cut_weight(mut text: String, weight_max: usize) -> (String, bool) {
    let mark = if weight_max >= '…'.len_utf8() { "…" } else { "" };
    let (mut total, mut end) = (0, 0);
    for (index, c) in text.char_indices() {
        if total + mark.len() <= weight_max {
            end = index;
        }
        total += weight_of(c);
        if total > weight_max {
            text.truncate(end);
            text.push_str(mark);
            return (text, true);
        }
    }
    (text, false)
}

/// What one alert may hold in all, as [`weight`]. Its details are stored apart from it and in parts,
/// so an item holds more; but each alert travels through a queue in one message of 256 KiB, and that
/// holds this much even where nothing of it can be compressed.
pub(crate) struct Budget {
    left: usize,
}

impl Budget {
    pub(crate) const WEIGHT_MAX: usize = 160 * 1024;

    pub(crate) fn new() -> Self {
        Self { left: Self::WEIGHT_MAX }
    }

    /// As much of `text` as its own bound and the budget allow; `true` if that is not all.
    pub(crate) fn take(&mut self, text: String, bytes_max: usize) -> (String, bool) {
        let (text, is_long) = cut(text, bytes_max);
        let (text, is_heavy) = cut_weight(text, self.left);
        self.left = self.left.saturating_sub(weight(&text));
        (text, is_long || is_heavy)
    }

    /// Whether all of `text` fits, and so many bytes more.
    pub(crate) fn has(&self, text: &str, more: usize) -> bool {
        self.left >= weight(text) + more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_splits_a_character() {
        for bytes_max in 0..12 {
            let (text, is_cut) = cut("äöü🦉".to_owned(), bytes_max);
            assert!(text.len() <= bytes_max, "{text:?}");
            assert_eq!(is_cut, bytes_max < 10);
        }
        assert_eq!(cut_chars("äöü".to_owned(), 2), ("ä…".to_owned(), true));
        assert_eq!(cut_chars("äöü".to_owned(), 3), ("äöü".to_owned(), false));
    }

    #[test]
    fn a_budget_counts_what_is_written() {
        for text in ["a", "\"\\", "\u{1}\u{1f}\u{7f}", "\n\r\t\u{8}\u{c}", "äöü🦉…"] {
            let json = serde_json::to_string(text).expect("text is JSON");
            assert_eq!(weight(text), json.len() - 2, "{text:?}");
        }
        for weight_max in 0..40 {
            for text in ["a\u{1}b\u{1}c\u{1}d", "\u{1}\u{2}\u{3}\u{4}\u{5}", "🦉\"🦉\\🦉\n🦉äbc"]
            {
                let (cut, is_cut) = cut_weight(text.to_owned(), weight_max);
                assert!(weight(&cut) <= weight_max, "{cut:?} of {weight_max}");
                assert_eq!(is_cut, weight(text) > weight_max);
                assert!(!is_cut || cut.ends_with('…') || weight_max < 3, "{cut:?} of {weight_max}");
            }
        }
        let mut budget = Budget::new();
        let (kept, is_cut) = budget.take("\u{1}".repeat(Budget::WEIGHT_MAX), usize::MAX);
        assert!(is_cut && kept.len() < Budget::WEIGHT_MAX / 5, "{}", kept.len());
    }

    #[test]
    fn a_title_has_one_line() {
        assert_eq!(one_line("  a\r\n\u{0}b\t c "), "a b c");
        assert_eq!(one_line("\n"), "");
    }
}
