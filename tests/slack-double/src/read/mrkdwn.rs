//! Slack's own markup.

use super::{Markup, Reading};

const ZERO_WIDTH: char = '\u{200b}';

/// `verbatim`: addresses do not become links by themselves.
pub fn read_text(text: &str, verbatim: bool) -> Reading {
    let mut reading = Reading::default();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inside, behind)) = after.split_once('>') else {
            break;
        };
        plain.push_str(before);
        plain.push_str(&angle(inside, &mut reading));
        rest = behind;
    }
    plain.push_str(rest);
    reading.markup.extend(runs(&plain));
    reading.markup.extend(quotes(&plain));
    reading.markup.extend(emoji(&plain));
    if !verbatim {
        reading.links.extend(addresses(&plain));
    }
    reading.text = decoded(&plain);
    reading
}

/// `<…>`: a mention, a date or a link. Answers what is shown of it.
fn angle(inside: &str, reading: &mut Reading) -> String {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inside, None),
    };
    let shown = label.unwrap_or(target).to_owned();
    if let Some(date) = target.strip_prefix("!date^") {
        let mut parts = date.split('^').skip(2);
        reading.links.extend(parts.next().map(decoded));
        reading.markup.push(Markup { kind: "date", text: shown.clone() });
        return shown;
    }
    match target.chars().next() {
        Some('@' | '#' | '!') => reading.mentions.push(target.to_owned()),
        _ => reading.links.push(decoded(target)),
    }
    shown
}

/// Bold, italic, struck and code, whichever way a zero-width space is taken.
fn runs(text: &str) -> Vec<Markup> {
    let as_space = runs_with(text, |c| c == ZERO_WIDTH || c.is_whitespace());
    let as_letter = runs_with(text, char::is_whitespace);
    if as_space.len() > as_letter.len() { as_space } else { as_letter }
}

fn runs_with(text: &str, is_space: impl Fn(char) -> bool) -> Vec<Markup> {
    let chars: Vec<char> = text.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || (c == ZERO_WIDTH && !is_space(c));
    let mut found = vec![];
    let mut index = 0;
    while index < chars.len() {
        let Some(kind) = kind_of(chars[index]) else {
            index += 1;
            continue;
        };
        let opens = index.checked_sub(1).is_none_or(|before| !is_word(chars[before]));
        let end = closing(&chars, index, &is_space, &is_word);
        match end {
            Some(end) if opens => {
                let inside = &chars[index + 1..end];
                found.push(Markup { kind, text: inside.iter().collect() });
                index = end + 1;
            }
            _ => index += 1,
        }
    }
    found
}

const fn kind_of(marker: char) -> Option<&'static str> {
    match marker {
        '*' => Some("bold"),
        '_' => Some("italic"),
        '~' => Some("strike"),
        '`' => Some("code"),
        _ => None,
    }
}

/// The same marker later on the line, with something between, no space at either inner side, and
/// no letter behind.
fn closing(
    chars: &[char],
    open: usize,
    is_space: &impl Fn(char) -> bool,
    is_word: &impl Fn(char) -> bool,
) -> Option<usize> {
    let marker = chars[open];
    if chars.get(open + 1).is_none_or(|c| is_space(*c)) {
        return None;
    }
    let line = (open + 1..chars.len()).take_while(|index| chars[*index] != '\n');
    line.skip(1).find(|index| {
        let behind = chars.get(index + 1).copied();
        chars[*index] == marker && !is_space(chars[index - 1]) && !behind.is_some_and(is_word)
    })
}

/// Lines that begin with `>`, escaped or not.
fn quotes(text: &str) -> Vec<Markup> {
    let lines = text.lines();
    let quoted = lines.filter(|line| {
        let line = line.trim_start_matches([' ', '\t']);
        line.starts_with("&gt;") || line.starts_with('>')
    });
    let made = quoted.map(|line| Markup { kind: "quote", text: line.to_owned() });
    made.collect()
}

/// `:name:`, whether there is such an emoji or not; a bare number is none, but for 100 and 1234.
pub(super) fn emoji(text: &str) -> Vec<Markup> {
    let mut found = vec![];
    let parts: Vec<&str> = text.split(':').collect();
    for name in parts.iter().skip(1).take(parts.len().saturating_sub(2)) {
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_+-'".contains(c));
        let is_number =
            name.chars().all(|c| c.is_ascii_digit()) && !matches!(*name, "100" | "1234");
        if is_name && !is_number {
            found.push(Markup { kind: "emoji", text: (*name).to_owned() });
        }
    }
    found
}

/// What Slack makes a link of without being asked.
fn addresses(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "<>()\"".contains(c));
    let linked = words.filter(|word| {
        let scheme = word.split_once("://").map(|(scheme, _)| scheme);
        let scheme = scheme.and_then(|s| s.rsplit(|c: char| !c.is_ascii_alphanumeric()).next());
        scheme.is_some_and(|scheme| !scheme.is_empty())
            || word.to_ascii_lowercase().starts_with("www.")
    });
    linked.map(decoded).collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        read_text(text, true).markup.iter().map(|m| m.kind).collect()
    }

    #[test]
    fn markup_is_found() {
        assert_eq!(kinds("*a* _b_ ~c~ `d`"), ["bold", "italic", "strike", "code"]);
        assert_eq!(kinds("x\n&gt; quoted"), ["quote"]);
        assert_eq!(kinds(":fire: 12:05:33 :100:"), ["emoji", "emoji"]);
        assert_eq!(kinds("a_b_c 2*3*4 * a *"), Vec::<&str>::new());
        assert_eq!(kinds("\u{200b}*a*\u{200b}"), ["bold"], "as a space");
        assert_eq!(kinds("*\u{200b}a\u{200b}*"), ["bold"], "as a letter");
    }

    #[test]
    fn mentions_and_links_are_told_apart() {
        let reading = read_text("<@U1> <!channel> <#C1|c> <https://a/?x&amp;y|t> https://b", true);
        assert_eq!(reading.mentions, ["@U1", "!channel", "#C1"]);
        assert_eq!(reading.links, ["https://a/?x&y"]);
        assert_eq!(reading.text, "@U1 !channel c t https://b");
        let reading = read_text("see https://b/ or www.c", false);
        assert_eq!(reading.links, ["https://b/", "www.c"]);
        assert_eq!(read_text("&lt;!channel&gt;", false).text, "<!channel>");
        assert_eq!(read_text("&amp;lt;", false).text, "&lt;");
    }
}
