//! Reads Markdown as the clients do: by a parser that is not ours, and then by what they look for
//! in the text that is left.

use pulldown_cmark::{Event, Options, Parser, Tag};

/// What a piece of Markdown does besides saying something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) links: Vec<String>,
    pub(crate) mentions: Vec<String>,
    /// Kinds of what is not plain text, in order.
    pub(crate) marks: Vec<String>,
}

pub(crate) fn read(markdown: &str) -> Read {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut read = Read::default();
    let mut text = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Paragraph) => text.push('\n'),
            Event::Start(Tag::Link { dest_url, .. }) => read.links.push(dest_url.into_string()),
            Event::Start(tag) => read.marks.push(format!("{tag:?}")),
            Event::Text(plain) => text.push_str(&plain),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::End(_) => {}
            other => read.marks.push(format!("{other:?}")),
        }
    }
    let chars: Vec<char> = text.chars().collect();
    for index in 0..chars.len() {
        look(&chars, index, &mut read);
    }
    read
}

fn look(chars: &[char], index: usize, read: &mut Read) {
    if !"@~#:;<./".contains(chars[index]) {
        return;
    }
    let before = index.checked_sub(1).map(|before| chars[before]);
    let rest: String = chars[index + 1..].iter().take(100).collect();
    let next = rest.chars().next();
    let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
    let after_word = before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let mark = match chars[index] {
        '@' if !name.is_empty() => {
            read.mentions.push(name);
            return;
        }
        '~' if !name.is_empty() => "channel",
        '#' if next.is_some_and(char::is_alphabetic) => "hashtag",
        ':' if is_emoji(&rest) => "emoji",
        ':' | ';' if !after_word && smiles(&rest) => "smiley",
        '<' if rest.starts_with('3') || rest.starts_with("/3") => "heart",
        ':' if rest.starts_with('/') => "address",
        ':' if opens_address(chars, index, next) => "address",
        '.' if ends_with(&chars[..index], "www") => "address",
        '/' if ends_domain(&chars[..index]) => "domain",
        _ => return,
    };
    read.marks.push(mark.to_owned());
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-".contains(c)
}

fn is_emoji(rest: &str) -> bool {
    let Some((name, _)) = rest.split_once(':') else {
        return false;
    };
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c));
    let is_time = name.len() < 3 && name.chars().all(|c| c.is_ascii_digit());
    !name.is_empty() && is_name && !is_time
}

fn smiles(rest: &str) -> bool {
    let rest = rest.strip_prefix('-').unwrap_or(rest).to_ascii_lowercase();
    rest.starts_with([')', '(', ']', '[', '@', '/', '|', '$', 'o', 'd', 'p', 's', 'x'])
}

fn opens_address(chars: &[char], index: usize, next: Option<char>) -> bool {
    let known = ["http", "https", "ftp", "mailto", "tel"];
    next.is_some_and(|c| c.is_alphanumeric() || c == '%')
        && known.iter().any(|scheme| ends_with(&chars[..index], scheme))
}

fn ends_with(chars: &[char], word: &str) -> bool {
    let tail: String = chars[chars.len().saturating_sub(word.len())..].iter().collect();
    tail.eq_ignore_ascii_case(word)
}

/// `.com` and its like, behind a name.
fn ends_domain(chars: &[char]) -> bool {
    let letters = chars.iter().rev().take_while(|c| c.is_alphabetic()).count();
    let rest = &chars[..chars.len() - letters];
    let is_name = |c: &char| c.is_alphanumeric() || "-.".contains(*c);
    (2..=4).contains(&letters)
        && rest.last() == Some(&'.')
        && rest[..rest.len() - 1].last().is_some_and(is_name)
}
