//! What text loses before anything is escaped.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Kept,
    /// All white space between words is one space.
    Joined,
}

/// Without what moves a cursor or turns the direction of reading; every line end is `\n`. No more
/// than one character beyond `most`, which is enough to see that it is too long.
pub(super) fn clean(text: &str, lines: Lines, most: usize) -> Vec<char> {
    let mut chars: Vec<char> = vec![];
    let mut space = None;
    let text = text.trim_end();
    for (index, c) in text.char_indices() {
        if chars.len() > most {
            return chars;
        }
        match c {
            '\r' if text[index..].starts_with("\r\n") => {}
            c if ends_line(c) => match lines {
                Lines::Kept if chars.is_empty() => {}
                Lines::Kept => chars.push('\n'),
                Lines::Joined => space = Some(' '),
            },
            c if turns_reading(c) => {}
            c if c.is_whitespace() => match lines {
                Lines::Kept if !chars.is_empty() => chars.push(' '),
                Lines::Kept => {}
                Lines::Joined => space = Some(' '),
            },
            c if c.is_control() => {}
            c => {
                let between = space.take().filter(|_| !chars.is_empty());
                chars.extend(between.into_iter().chain([c]));
            }
        }
    }
    chars
}

/// U+2424 is a picture of a line end, which the web client takes for one.
const fn ends_line(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{2424}')
}

const fn turns_reading(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
}
