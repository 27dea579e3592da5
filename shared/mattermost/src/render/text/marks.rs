//! What each character becomes, by what stands around it.

use super::ZERO_WIDTH;

/// Schemes that clients make links of even without slashes: the ones that they know by themselves,
/// and some that administrators like to add. Any scheme with a slash behind it is broken anyway.
const SCHEMES: &[&str] = &[
    "http",
    "https",
    "ftp",
    "mailto",
    "tel",
    "gemini",
    "sip",
    "sips",
    "sms",
    "callto",
    "skype",
    "xmpp",
    "irc",
    "ssh",
    "slack",
    "mattermost",
    "mmaction",
    "javascript",
    "vbscript",
    "data",
    "file",
];

pub(super) fn as_it_is(chars: &[char], index: usize) -> String {
    chars[index].to_string()
}

pub(super) fn escaped(chars: &[char], index: usize) -> String {
    let c = chars[index];
    let (before, after) = around(chars, index);
    let made = match c {
        '*' | '`' | '[' => format!("\\{c}"),
        // The web client would take `\](` for the end of a link that began earlier.
        ']' => format!("\\]{}", zero_width(matches!(after, Some('(' | '[' | ':')))),
        // Inside a word an underscore is no markup, and names are full of them.
        '_' if is_inside(before, after) => "_".to_owned(),
        '_' => "\\_".to_owned(),
        '~' => format!("\\~{ZERO_WIDTH}"),
        // Before anything that it could escape it must not stand.
        '\\' if after.is_none_or(|c| c.is_ascii_punctuation() || c == '\n') => {
            format!("\\{ZERO_WIDTH}")
        }
        '<' if after == Some(' ') => "<".to_owned(),
        '<' => format!("&lt;{}", zero_width(opens_heart(&chars[index + 1..]))),
        '&' if opens_entity(&chars[index + 1..]) => "&amp;".to_owned(),
        '$' => "&#36;".to_owned(),
        c => defused(chars, index, c),
    };
    match opens_line(chars, index) {
        true => format!("{ZERO_WIDTH}{made}"),
        false => made,
    }
}

pub(super) fn escaped_in_link(chars: &[char], index: usize) -> String {
    match chars[index] {
        '[' => "&#91;".to_owned(),
        ']' => "&#93;".to_owned(),
        _ => escaped(chars, index),
    }
}

pub(super) fn replaced(chars: &[char], index: usize) -> String {
    let c = chars[index];
    let (before, after) = around(chars, index);
    let made = match c {
        '*' => "\u{2217}".to_owned(),
        '`' => "'".to_owned(),
        '_' if is_inside(before, after) => "_".to_owned(),
        '_' => "\u{2d7}".to_owned(),
        '<' => "\u{2039}".to_owned(),
        '>' => "\u{203a}".to_owned(),
        '$' => "\u{ff04}".to_owned(),
        '~' | ']' | '\\' => format!("{c}{ZERO_WIDTH}"),
        '&' => format!("&{}", zero_width(opens_entity(&chars[index + 1..]))),
        c => defused(chars, index, c),
    };
    match opens_line(chars, index) {
        true => format!("{ZERO_WIDTH}{made}"),
        false => made,
    }
}

/// What can be broken by nothing but a zero-width space.
fn defused(chars: &[char], index: usize, c: char) -> String {
    let (before, after) = around(chars, index);
    let (earlier, rest) = (&chars[..index], &chars[index + 1..]);
    match c {
        '@' => format!("@{ZERO_WIDTH}"),
        '#' if after.is_some_and(char::is_alphabetic) => format!("#{ZERO_WIDTH}"),
        ':' if opens_emoji(rest) || opens_address(earlier, after) => format!(":{ZERO_WIDTH}"),
        ':' | ';' if !is_word(before) && after.is_some_and(ends_smiley) => {
            format!("{c}{ZERO_WIDTH}")
        }
        // The last of the smileys: `x-d`.
        'x' | 'X' if !is_word(before) && opens_x_d(rest) => format!("{c}{ZERO_WIDTH}"),
        '.' if ends_www(earlier) => format!("{ZERO_WIDTH}."),
        '/' if ends_domain(earlier) => format!("{ZERO_WIDTH}/"),
        c => c.to_string(),
    }
}

fn around(chars: &[char], index: usize) -> (Option<char>, Option<char>) {
    let before = index.checked_sub(1).map(|before| chars[before]);
    (before, chars.get(index + 1).copied())
}

const fn zero_width(is_wanted: bool) -> &'static str {
    if is_wanted { "\u{200b}" } else { "" }
}

/// As the clients' patterns have it: letters of other alphabets are none.
fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_inside(before: Option<char>, after: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    is_letter(before) && is_letter(after)
}

/// At the start of a line: a heading, a quotation, an item, an underline of a heading, a row of a
/// table, or the blanks that make code.
fn opens_line(chars: &[char], index: usize) -> bool {
    let is_start = index.checked_sub(1).is_none_or(|before| chars[before] == '\n');
    if !is_start {
        return false;
    }
    let digits = chars[index..].iter().take_while(|c| c.is_ascii_digit()).count();
    let is_number = digits > 0 && matches!(chars.get(index + digits), Some('.' | ')'));
    let is_alignment = chars[index..].starts_with(&[':', '-']);
    is_number || is_alignment || "#>-+=| ".contains(chars[index])
}

/// `#64;`, `amp;`.
fn opens_entity(rest: &[char]) -> bool {
    let rest = rest.strip_prefix(&['#']).unwrap_or(rest);
    let name = rest.iter().take_while(|c| is_word(Some(**c))).count();
    name > 0 && rest.get(name) == Some(&';')
}

/// `<3` and `</3`.
fn opens_heart(rest: &[char]) -> bool {
    rest.starts_with(&['3']) || rest.starts_with(&['/', '3'])
}

/// `fire:` of `:fire:`. A time of day (`:05:`) is none, except the few names that are numbers.
fn opens_emoji(rest: &[char]) -> bool {
    const LONGEST_NAME: usize = 100;
    let name: Vec<char> = rest
        .iter()
        .copied()
        .take(LONGEST_NAME)
        .take_while(|c| c.is_alphanumeric() || "_+-".contains(*c))
        .collect();
    let is_number = name.iter().all(char::is_ascii_digit) && name.len() < 3;
    !name.is_empty() && !is_number && rest.get(name.len()) == Some(&':')
}

/// What stands behind the eyes of a smiley.
const fn ends_smiley(c: char) -> bool {
    matches!(c, ')' | '(' | '-' | '[' | ']' | '@' | '/' | '\'' | '`' | '’' | '|' | '$' | '\\')
        || matches!(c.to_ascii_lowercase(), 'o' | 'd' | 'p' | 's' | 'x')
}

fn opens_x_d(rest: &[char]) -> bool {
    matches!(rest, ['-', 'd' | 'D', next @ ..] if !is_word(next.first().copied()))
}

/// The colon of `http:` and its like.
fn opens_address(earlier: &[char], after: Option<char>) -> bool {
    match after {
        Some('/') => true,
        Some(c) if c.is_alphanumeric() || c == '%' => SCHEMES.iter().any(|s| ends_with(earlier, s)),
        Some(_) | None => false,
    }
}

fn ends_with(earlier: &[char], word: &str) -> bool {
    let mut back = earlier.iter().rev();
    let is_same = |c: char| back.next().is_some_and(|given| given.eq_ignore_ascii_case(&c));
    word.chars().rev().all(is_same)
}

/// `www` or `www2`, which a dot would make an address.
fn ends_www(earlier: &[char]) -> bool {
    let digits = earlier.iter().rev().take(3).take_while(|c| c.is_ascii_digit()).count();
    (0..=digits).any(|digits| ends_with(&earlier[..earlier.len() - digits], "www"))
}

/// `example.org`, which a slash would make an address: the last name has two to four letters.
fn ends_domain(earlier: &[char]) -> bool {
    let letters = earlier.iter().rev().take(5).take_while(|c| c.is_alphabetic()).count();
    let mut rest = earlier[..earlier.len() - letters].iter().rev();
    let is_name = |c: &char| c.is_alphanumeric() || "-.".contains(*c);
    (2..=4).contains(&letters) && rest.next() == Some(&'.') && rest.next().is_some_and(is_name)
}
