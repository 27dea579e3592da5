//! What could not be read, in words for the timeline.

use crate::json::Json;
use crate::text;

/// Bounded: a hostile body must not make a timeline of thousands of lines.
#[derive(Default)]
pub(crate) struct Problems {
    lines: Vec<String>,
    more: usize,
}

impl Problems {
    const LINES_MAX: usize = 16;
    const LINE_BYTES_MAX: usize = 300;

    pub(crate) fn add(&mut self, line: impl Into<String>) {
        if self.lines.len() < Self::LINES_MAX {
            self.lines.push(text::cut(line.into(), Self::LINE_BYTES_MAX).0);
        } else {
            self.more += 1;
        }
    }

    /// `field` was expected to be something else.
    pub(crate) fn unexpected(&mut self, field: &str, expected: &str, found: Json<'_>) {
        self.add(format!("`{}`: expected {expected}, found {}", name(field), describe(found)));
    }

    pub(crate) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more fields", self.more));
        }
        self.lines
    }
}

/// A field's name, short and on one line: it may be the sender's own.
pub(crate) fn name(field: &str) -> String {
    text::cut(text::one_line(field), 60).0
}

/// What stands there, shortly: `"yesterday"`, `the number 12`, `an object`.
pub(crate) fn describe(json: Json<'_>) -> String {
    use crate::json::Kind;
    match json.kind() {
        Kind::Text => quote(&json.text().0),
        Kind::Number => format!("the number {}", text::cut(json.text().0, 40).0),
        Kind::Bool => json.text().0,
        Kind::Null | Kind::List | Kind::Object => json.kind().words().to_owned(),
    }
}

/// A short excerpt in quotation marks.
pub(crate) fn quote(text: &str) -> String {
    format!("{:?}", text::cut(text::one_line(text), 60).0)
}
