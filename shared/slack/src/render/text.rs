//! Untrusted text as Slack text: escaped, defused, and cut to a length that Slack takes.
//!
//! Slack knows no escape for `* _ ~` and backticks, so zero-width spaces keep them from being
//! read as markup. Lengths are UTF-16 units of the escaped text: the strictest of the countings
//! that Slack is said to use.

const ZERO_WIDTH: char = '\u{200b}';
const CUT: &str = "…";

/// For a `mrkdwn` object with `verbatim`: several lines, at most `units` long.
pub(crate) fn mrkdwn(text: &str, units: usize) -> String {
    cut(pieces(clean(text, Lines::Kept, units), Links::AsTheyAre), units)
}

/// The same on one line.
pub(crate) fn line(text: &str, units: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, units), Links::AsTheyAre), units)
}

/// For the top-level `text`, where Slack makes links of addresses by itself.
pub(crate) fn fallback(text: &str, units: usize) -> String {
    cut(pieces(clean(text, Lines::Kept, units), Links::Broken), units)
}

/// The same on one line.
pub(crate) fn fallback_line(text: &str, units: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, units), Links::Broken), units)
}

/// For a `plain_text` object, on one line: nothing is markup there, so nothing is escaped.
pub(crate) fn plain(text: &str, units: usize) -> String {
    let chars = clean(text, Lines::Joined, units);
    cut(chars.into_iter().map(String::from), units)
}

/// The same with its lines.
pub(crate) fn plain_lines(text: &str, units: usize) -> String {
    let chars = clean(text, Lines::Kept, units);
    cut(chars.into_iter().map(String::from), units)
}

/// The length that limits are kept in.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Kept,
    /// All white space between words is one space.
    Joined,
}

/// Without what moves a cursor or turns the direction of reading; every line end is `\n`. No more
/// than one character beyond `units`, which is enough to see that it is too long.
fn clean(text: &str, lines: Lines, units: usize) -> Vec<char> {
    let mut chars: Vec<char> = vec![];
    let mut space = None;
    let text = text.trim_end();
    for (index, c) in text.char_indices() {
        if chars.len() > units {
            return chars;
        }
        match c {
            '\r' if text[index..].starts_with("\r\n") => {}
            '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => match lines {
                Lines::Kept if chars.is_empty() => {}
                Lines::Kept => chars.push('\n'),
                Lines::Joined => space = Some(' '),
            },
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' => {}
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    AsTheyAre,
    /// Zero-width spaces keep addresses from becoming links.
    Broken,
}

/// One piece for each character, so that a cut never splits an entity.
fn pieces(chars: Vec<char>, links: Links) -> impl Iterator<Item = String> {
    (0..chars.len()).map(move |index| piece(&chars, index, links))
}

fn piece(chars: &[char], index: usize, links: Links) -> String {
    let c = chars[index];
    let before = index.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(index + 1).copied();
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        // Slack reads an escaped `>` at the start of a line as a quotation.
        '>' if opens_line(chars, index) => format!("{ZERO_WIDTH}&gt;"),
        '>' => "&gt;".to_owned(),
        // Inside a word an underscore is no markup, and names are full of them.
        '_' if is_word(before) && is_word(after) => "_".to_owned(),
        '*' | '_' | '~' | '`' => format!("{ZERO_WIDTH}{c}{ZERO_WIDTH}"),
        ':' if opens_emoji(&chars[index + 1..]) => format!(":{ZERO_WIDTH}"),
        ':' if links == Links::Broken && opens_address(&chars[index + 1..]) => {
            format!(":{ZERO_WIDTH}")
        }
        '.' if links == Links::Broken && ends_www(&chars[..index]) => format!("{ZERO_WIDTH}."),
        c => c.to_string(),
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

fn opens_line(chars: &[char], index: usize) -> bool {
    let line = chars[..index].iter().rev().take_while(|c| **c != '\n');
    line.copied().all(|c| c.is_whitespace() || c == '>')
}

/// `fire:` of `:fire:`. A time of day (`:05:`) is none, except the few names that are numbers.
fn opens_emoji(rest: &[char]) -> bool {
    const LONGEST_NAME: usize = 100;
    let name: Vec<char> = rest
        .iter()
        .copied()
        .take(LONGEST_NAME)
        .take_while(|c| c.is_alphanumeric() || "_+-'".contains(*c))
        .collect();
    let is_number = name.iter().all(char::is_ascii_digit) && name.len() < 3;
    !name.is_empty() && !is_number && rest.get(name.len()) == Some(&':')
}

fn opens_address(rest: &[char]) -> bool {
    rest.starts_with(&['/', '/'])
}

fn ends_www(before: &[char]) -> bool {
    let tail: String = before.iter().rev().take(3).collect();
    tail.eq_ignore_ascii_case("www")
}

/// As many whole pieces as fit, with an ellipsis if any did not.
fn cut(pieces: impl Iterator<Item = String>, max: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    // Where an ellipsis still fits behind.
    let mut last_good = 0;
    for piece in pieces {
        length += units(&piece);
        if length > max {
            text.truncate(last_good);
            text.push_str(CUT);
            return text;
        }
        text.push_str(&piece);
        if length < max {
            last_good = text.len();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_characters_are_escaped() {
        let text = mrkdwn("<!channel> & <@U1|x> \"q\"", 100);
        assert_eq!(text, "&lt;!channel&gt; &amp; &lt;@U1|x&gt; \"q\"");
    }

    #[test]
    fn names_stay_as_they_can_be_copied() {
        for text in ["node_exporter_up", "host:9100", "12:05:33", "http://a/b", "a-b.c"] {
            assert_eq!(mrkdwn(text, 100), text);
        }
        assert_eq!(fallback("http://a", 100), "http:\u{200b}//a");
        assert_eq!(fallback("www.a", 100), "www\u{200b}.a");
    }

    #[test]
    fn markup_is_defused() {
        assert_eq!(mrkdwn("*a*", 100), "\u{200b}*\u{200b}a\u{200b}*\u{200b}");
        assert_eq!(mrkdwn("_a", 100), "\u{200b}_\u{200b}a");
        assert_eq!(mrkdwn("x\n > a", 100), "x\n \u{200b}&gt; a");
        assert_eq!(mrkdwn(":fire:", 100), ":\u{200b}fire:");
        assert_eq!(mrkdwn(":100:", 100), ":\u{200b}100:");
    }

    #[test]
    fn a_cut_keeps_the_limit_and_whole_pieces() {
        for max in 1..40 {
            for text in ["&&&&&&&&&&", "🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉", "**********", "abc"]
            {
                let cut = mrkdwn(text, max);
                assert!(units(&cut) <= max.max(1), "{max} {cut:?}");
                assert!(!cut.contains("&…") && !cut.contains("&am…"), "{cut:?}");
            }
        }
        assert_eq!(mrkdwn("abc", 3), "abc");
        assert_eq!(mrkdwn("abcd", 3), "ab…");
    }

    #[test]
    fn what_turns_reading_is_gone() {
        assert_eq!(plain("a\u{202e}b\u{0}c\r\nd\u{2028}e", 100), "abc d e");
        assert_eq!(mrkdwn("\n\r\n a\r\nb\rc \n\n", 100), "a\nb\nc");
        assert_eq!(line("\n a \t b\n\nc ", 100), "a b c");
        assert_eq!(line("abc   xyz", 3), "ab…");
    }
}
