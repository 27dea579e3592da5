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

/// What one alert may hold in all. Its details are stored apart from it and in parts, so this bounds
/// what a page, an answer and a timeline have to carry, not what an item can hold.
pub(crate) struct Budget {
    bytes_left: usize,
}

impl Budget {
    pub(crate) const BYTES_MAX: usize = 200 * 1024;

    pub(crate) fn new() -> Self {
        Self { bytes_left: Self::BYTES_MAX }
    }

    /// As much of `text` as its own bound and the budget allow; `true` if that is not all.
    pub(crate) fn take(&mut self, text: String, bytes_max: usize) -> (String, bool) {
        let (text, is_cut) = cut(text, bytes_max.min(self.bytes_left));
        self.bytes_left -= text.len();
        (text, is_cut)
    }

    pub(crate) fn has(&self, bytes: usize) -> bool {
        self.bytes_left >= bytes
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
    fn a_title_has_one_line() {
        assert_eq!(one_line("  a\r\n\u{0}b\t c "), "a b c");
        assert_eq!(one_line("\n"), "");
    }
}
