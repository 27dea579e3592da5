//! What Mattermost finds in text that Markdown has left plain.

use super::Markup;

/// The rendered text, with what each character is part of.
#[derive(Default)]
pub(super) struct Page {
    chars: Vec<char>,
    /// Code, or an `@` that was an entity: nothing is found in it.
    quiet: Vec<bool>,
    /// A link's own text: no link is found in it.
    linked: Vec<bool>,
}

impl Page {
    pub(super) fn push(&mut self, c: char, is_quiet: bool, is_linked: bool) {
        self.chars.push(c);
        self.quiet.push(is_quiet);
        self.linked.push(is_linked);
    }

    pub(super) fn new_line(&mut self) {
        if self.chars.last().is_some_and(|c| *c != '\n') {
            self.push('\n', false, false);
        }
    }

    pub(super) fn length(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    pub(super) fn text_from(&self, begin: usize) -> String {
        self.chars[begin.min(self.chars.len())..].iter().collect()
    }
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) mentions: Vec<String>,
    pub(super) links: Vec<String>,
    pub(super) markup: Vec<Markup>,
}

/// Takes the place of quiet characters: it is part of no word.
const NOTHING: char = '\u{0}';

pub(super) fn scan(page: &Page) -> Found {
    let quiet = page.chars.iter().zip(&page.quiet);
    let mut chars: Vec<char> = quiet.map(|(c, quiet)| if *quiet { NOTHING } else { *c }).collect();
    let mut found = Found::default();
    for (begin, end) in addresses(&chars) {
        // The text of a link leads where the link does.
        if !page.linked[begin] {
            found.links.push(chars[begin..end].iter().collect());
        }
        chars[begin..end].fill(NOTHING);
    }
    found.mentions = mentions(&chars);
    found.markup = emoji_in(&chars);
    found.markup.extend(words_after(&chars, '#', "hashtag", is_hashtag));
    found.markup.extend(words_after(&chars, '~', "channel", is_channel));
    found
}

/// Bare addresses: `scheme://…`, `www.…`, `mailto:…`, `tel:…`, and e-mail addresses.
fn addresses(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = vec![];
    let mut index = 0;
    while index < chars.len() {
        match address_at(chars, index) {
            Some(end) => {
                found.push((index, end));
                index = end;
            }
            None => index += 1,
        }
    }
    found
}

const fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '<' | '>' | '"' | NOTHING | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

fn starts_with(chars: &[char], word: &str) -> bool {
    let mut rest = chars.iter();
    word.chars().all(|c| rest.next().is_some_and(|given| given.to_ascii_lowercase() == c))
}

/// Where an address that begins here ends.
fn address_at(chars: &[char], begin: usize) -> Option<usize> {
    let before = begin.checked_sub(1).map(|index| chars[index]);
    let at_word = before.is_none_or(|c| !c.is_ascii_alphanumeric());
    if !at_word {
        return None;
    }
    let rest = &chars[begin..];
    let word = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || "+.-".contains(**c)).count();
    let bare = |skip: usize| rest.get(skip).is_some_and(|c| c.is_alphanumeric());
    let has_scheme = word >= 2 && starts_with(&rest[word..], "://") && bare(word + 3);
    let known = ["mailto:", "tel:"].iter().find(|scheme| starts_with(rest, scheme));
    let is_known = known.is_some_and(|scheme| bare(scheme.len()));
    let is_web = starts_with(rest, "www.") && bare(4);
    if has_scheme || is_known || is_web {
        let length = rest.iter().take_while(|c| !ends_address(**c)).count();
        let trailing = |c: &&char| ".,:;!?)'*_~".contains(**c);
        let trimmed = rest[..length].iter().rev().take_while(trailing).count();
        return Some(begin + length - trimmed);
    }
    email_at(rest).map(|length| begin + length)
}

fn email_at(rest: &[char]) -> Option<usize> {
    if !rest.first().is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    let is_local = |c: &&char| c.is_ascii_alphanumeric() || "._+-".contains(**c);
    let local = rest.iter().take_while(is_local).count();
    if local == 0 || rest.get(local) != Some(&'@') {
        return None;
    }
    let is_host = |c: &&char| c.is_ascii_alphanumeric() || ".-".contains(**c);
    let host: String = rest[local + 1..].iter().take_while(is_host).collect();
    let host = host.trim_end_matches(['.', '-']);
    let (name, top) = host.rsplit_once('.')?;
    let is_top = top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
    (!name.is_empty() && is_top).then_some(local + 1 + host.len())
}

/// `@name` where no letter or digit stands before it.
fn mentions(chars: &[char]) -> Vec<String> {
    let mut found = vec![];
    for (index, _) in chars.iter().enumerate().filter(|(_, c)| **c == '@') {
        let before = index.checked_sub(1).map(|index| chars[index]);
        if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        let is_name = |c: &&char| c.is_ascii_alphanumeric() || "._-".contains(**c);
        let name: String = chars[index + 1..].iter().take_while(is_name).collect();
        let name = name.trim_end_matches(['.', '_', '-']);
        if !name.is_empty() {
            found.push(format!("@{}", name.to_ascii_lowercase()));
        }
    }
    found
}

/// `:name:`, whether there is such an emoji or not; a bare number is none but for 100 and 1234.
pub(super) fn emoji(text: &str) -> Vec<Markup> {
    emoji_in(&text.chars().collect::<Vec<_>>())
}

fn emoji_in(chars: &[char]) -> Vec<Markup> {
    let mut found = vec![];
    let mut index = 0;
    while index < chars.len() {
        if chars[index] != ':' {
            index += 1;
            continue;
        }
        let is_name = |c: &&char| c.is_ascii_alphanumeric() || "_+-".contains(**c);
        let name: String = chars[index + 1..].iter().take_while(is_name).collect();
        let end = index + 1 + name.chars().count();
        let is_number = name.chars().all(|c| c.is_ascii_digit());
        let is_emoji = !name.is_empty()
            && chars.get(end) == Some(&':')
            && (!is_number || matches!(name.as_str(), "100" | "1234"));
        if is_emoji {
            found.push(Markup { kind: "emoji".to_owned(), text: name });
            index = end;
        }
        index += 1;
    }
    found
}

/// Words after a mark, where no letter stands before the mark.
fn words_after(chars: &[char], mark: char, kind: &str, good: fn(&str) -> bool) -> Vec<Markup> {
    let mut found = vec![];
    for (index, _) in chars.iter().enumerate().filter(|(_, c)| **c == mark) {
        let before = index.checked_sub(1).map(|index| chars[index]);
        let is_word = |c: char| c.is_alphanumeric() || "._-".contains(c);
        if before.is_some_and(is_word) {
            continue;
        }
        let word: String = chars[index + 1..].iter().take_while(|c| is_word(**c)).collect();
        let word = word.trim_end_matches(['.', '_', '-']);
        if good(word) {
            found.push(Markup { kind: kind.to_owned(), text: word.to_owned() });
        }
    }
    found
}

/// Three characters at least, the first a letter.
fn is_hashtag(word: &str) -> bool {
    word.chars().count() >= 3 && word.starts_with(char::is_alphabetic)
}

/// What a channel's name in an address may be, whether there is such a channel or not.
fn is_channel(word: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !word.is_empty() && word.chars().all(good)
}
