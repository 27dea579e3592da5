//! What is wrong with a file, one line each.

use std::fmt;

/// One mistake. Neither text holds the value of a secret or of an expanded variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// As the caller named it.
    pub file: String,
    /// From 1.
    pub line: usize,
    pub found: String,
    pub expected: String,
}

/// `FILE:LINE: found …; expected …`, on one line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, found, expected } = self;
        write!(f, "{file}:{line}: found {found}; expected {expected}")
    }
}

/// Collects the mistakes of one file.
#[derive(Debug)]
pub(crate) struct Problems<'f> {
    file: &'f str,
    list: Vec<Problem>,
}

impl<'f> Problems<'f> {
    /// Beyond this, a file is not the kind that anybody mends line by line.
    const MAX: usize = 100;

    pub(crate) const fn new(file: &'f str) -> Self {
        Self { file, list: Vec::new() }
    }

    pub(crate) fn add(
        &mut self,
        line: usize,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        if !self.is_full() {
            self.list.push(Problem {
                file: self.file.to_owned(),
                line,
                found: found.into(),
                expected: expected.into(),
            });
        }
    }

    /// Nothing more is taken, so whoever would look long for a suggestion need not.
    pub(crate) const fn is_full(&self) -> bool {
        self.list.len() >= Self::MAX
    }

    /// In the order of the file.
    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| problem.line);
        self.list
    }
}

/// A value of the file between quotes: shortened, and with nothing that could break the line.
pub(crate) fn quoted(text: &str) -> String {
    const MAX: usize = 60;
    let mut shown: String = text.chars().take(MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
