//! Markdown as Mattermost renders it: CommonMark with tables, without HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::scan::{self, Page};
use super::{Markup, Reading};
use crate::seed::Version;

/// Stands for a `<` that begins no autolink. The parser takes it for punctuation, as it would the
/// bracket, but never for HTML, which Mattermost does not have.
const BRACKETS: [char; 3] = ['\u{203d}', '\u{2042}', '\u{2051}'];
/// Stands for an `@` that was written as an entity: it is shown, and notifies nobody.
const AT: char = '\u{f8fe}';

pub(super) fn render(text: &str, version: Version) -> Reading {
    let bracket = BRACKETS.into_iter().find(|c| !text.contains(*c)).unwrap_or('\u{203d}');
    let mut source = without_html(&text.replace("\r\n", "\n").replace('\r', "\n"), bracket);
    if !version.is_old() {
        source = with_quiet_entities(&source);
    }
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder {
        page: Page::default(),
        reading: Reading::default(),
        open: vec![],
        bracket,
        source: &source,
    };
    for (event, range) in Parser::new_ext(&source, options).into_offset_iter() {
        builder.take(event, range.start);
    }
    builder.finish()
}

/// Puts the stand-in for every `<` that is HTML's and not an autolink's.
fn without_html(text: &str, bracket: char) -> String {
    let mut made = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        let is_target = text[..index].ends_with("](");
        let keep = c != '<' || is_target || is_autolink(&text[index + 1..]);
        made.push(if keep { c } else { bracket });
    }
    made
}

/// `scheme:…>` or `a@b>`.
fn is_autolink(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('>') else {
        return false;
    };
    if inside.contains(|c: char| c.is_whitespace() || c == '<' || c.is_control()) {
        return false;
    }
    let is_scheme = |scheme: &str| {
        scheme.len() >= 2
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
    };
    let is_address = inside.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !name.contains([':', '/'])
    });
    inside.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) || is_address
}

/// `&#64;` and its like become an `@` that nobody hears.
fn with_quiet_entities(text: &str) -> String {
    let mut made = text.to_owned();
    for entity in ["&#64;", "&#064;", "&#0064;", "&commat;", "&#x40;", "&#X40;", "&#x0040;"] {
        made = made.replace(entity, &AT.to_string());
    }
    made
}

/// An element that is open: what it is, where its text begins.
struct Open {
    kind: Option<&'static str>,
    begin: usize,
    /// A link's or an image's.
    target: Option<String>,
}

struct Builder<'s> {
    page: Page,
    reading: Reading,
    open: Vec<Open>,
    bracket: char,
    source: &'s str,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.begin(tag, at),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                let is_code = self.is_code();
                self.push(&text, is_code);
            }
            Event::Code(text) => {
                self.mark("code", &text.replace(self.bracket, "<"));
                self.push(&text, true);
            }
            // HTML is off by the stand-in; what still comes is text.
            Event::Html(text) | Event::InlineHtml(text) => self.push(&text, false),
            Event::SoftBreak | Event::HardBreak => self.push("\n", false),
            Event::Rule => self.mark("rule", "---"),
            Event::TaskListMarker(done) => self.mark("task", if done { "x" } else { " " }),
            // These are not switched on.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.push(&text, false);
            }
        }
    }

    fn is_code(&self) -> bool {
        self.open.iter().any(|open| open.kind == Some("code_block"))
    }

    fn in_link(&self) -> bool {
        self.open.iter().any(|open| open.target.is_some())
    }

    fn push(&mut self, text: &str, is_code: bool) {
        let in_link = self.in_link();
        for c in text.chars() {
            match c {
                AT => self.page.push('@', true, in_link),
                c if c == self.bracket => self.page.push('<', is_code, in_link),
                c => self.page.push(c, is_code, in_link),
            }
        }
    }

    fn mark(&mut self, kind: &str, text: &str) {
        self.reading.markup.push(Markup { kind: kind.to_owned(), text: text.to_owned() });
    }

    fn begin(&mut self, tag: Tag<'_>, at: usize) {
        let (kind, target) = match tag {
            Tag::Heading { .. } => (Some("heading"), None),
            Tag::BlockQuote(_) => (Some("quote"), None),
            Tag::CodeBlock(_) => (Some("code_block"), None),
            Tag::Item => (Some("list"), None),
            Tag::Table(_) => (Some("table"), None),
            Tag::Emphasis => (Some("italic"), None),
            Tag::Strong => (Some("bold"), None),
            Tag::Strikethrough => {
                // One tilde is a tilde.
                let is_double = self.source[at..].starts_with("~~");
                if !is_double {
                    self.push("~", false);
                }
                (Some(if is_double { "strike" } else { "~" }), None)
            }
            Tag::Link { dest_url, .. } => (None, Some(self.address(&dest_url))),
            Tag::Image { dest_url, .. } => (Some("image"), Some(self.address(&dest_url))),
            _ => (None, None),
        };
        if matches!(kind, Some("heading" | "quote" | "code_block" | "list" | "table")) {
            self.page.new_line();
        }
        self.open.push(Open { kind, begin: self.page.length(), target });
    }

    fn end(&mut self, tag: TagEnd) {
        let Some(open) = self.open.pop() else {
            return;
        };
        if let Some(target) = open.target {
            self.reading.links.push(target);
        }
        match open.kind {
            Some("~") => self.push("~", false),
            Some(kind) => {
                let text = self.page.text_from(open.begin);
                self.mark(kind, text.trim_end_matches('\n'));
            }
            None => {}
        }
        match tag {
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::HtmlBlock => self.page.new_line(),
            TagEnd::TableCell => self.page.push(' ', false, false),
            _ => {}
        }
    }

    fn address(&self, target: &str) -> String {
        target.replace(self.bracket, "<").replace(AT, "@")
    }

    fn finish(self) -> Reading {
        let mut reading = self.reading;
        let found = scan::scan(&self.page);
        reading.mentions = found.mentions;
        reading.links.extend(found.links);
        reading.markup.extend(found.markup);
        reading.text = self.page.text().trim_end_matches('\n').to_owned();
        reading
    }
}
