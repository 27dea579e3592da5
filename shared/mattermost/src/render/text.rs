//! Untrusted text as Mattermost's Markdown: escaped, defused, and cut to a size.
//!
//! Three programs read what we write, and each in its own way: the web client (a fork of marked),
//! the mobile client (a fork of commonmark.js) and the server (mentions, notifications, e-mail). So
//! a mark is escaped in the way that all of them take:
//!
//! - a backslash before `* _ ~ [ ]` and backticks, which all of them honour;
//! - an entity for `<`, `$` and what looks like an entity, because a backslash would be shown;
//! - a zero-width space where no escape helps: behind every `@` and `~`, in addresses, before what
//!   begins a heading, a list, a quotation or a table, and in emoji and smileys.
//!
//! Whatever needs nothing of this stays as it was, so that names can be copied.

mod clean;
mod marks;

use clean::{Lines, clean};

pub(super) const ZERO_WIDTH: char = '\u{200b}';
const CUT: &str = "…";

/// Several lines of Markdown, of at most so much [`weight`].
pub(crate) fn lines(text: &str, room: usize) -> String {
    cut(pieces(clean(text, Lines::Kept, room), marks::escaped), room, weight)
}

/// The same on one line.
pub(crate) fn line(text: &str, room: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, room), marks::escaped), room, weight)
}

/// The same for the words of a link: brackets are entities, because the web client counts brackets
/// there whether they are escaped or not.
pub(crate) fn label(text: &str, room: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, room), marks::escaped_in_link), room, weight)
}

/// For places that some clients show as Markdown and others as it is: what could be markup becomes
/// a sign that looks like it. One line of at most so many bytes.
pub(crate) fn either(text: &str, bytes: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, bytes), marks::replaced), bytes, str::len)
}

/// For places where nothing is markup. One line of at most so many bytes.
pub(crate) fn plain(text: &str, bytes: usize) -> String {
    cut(pieces(clean(text, Lines::Joined, bytes), marks::as_it_is), bytes, str::len)
}

/// The same on several lines.
pub(crate) fn plain_lines(text: &str, bytes: usize) -> String {
    cut(pieces(clean(text, Lines::Kept, bytes), marks::as_it_is), bytes, str::len)
}

/// Bytes of the text in JSON as a Go server writes it, which counts them for the limit of props.
pub(crate) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '<' | '>' | '&' => 6,
            '"' | '\\' | '\n' => 2,
            c => c.len_utf8(),
        })
        .sum()
}

/// One piece for each character, so that a cut never splits an escape.
fn pieces(chars: Vec<char>, piece: fn(&[char], usize) -> String) -> impl Iterator<Item = String> {
    (0..chars.len()).map(move |index| piece(&chars, index))
}

/// As many whole pieces as fit, with an ellipsis if any did not.
fn cut(pieces: impl Iterator<Item = String>, max: usize, size: fn(&str) -> usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    // Where an ellipsis still fits behind.
    let mut last_good = 0;
    for piece in pieces {
        length += size(&piece);
        if length > max {
            text.truncate(last_good);
            text.push_str(if size(CUT) <= max { CUT } else { "" });
            return text;
        }
        text.push_str(&piece);
        if length + size(CUT) <= max {
            last_good = text.len();
        }
    }
    text
}

#[cfg(test)]
mod tests;
