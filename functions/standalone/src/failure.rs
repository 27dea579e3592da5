//! Why a command could not be done, in one line for the person who typed it.

use std::fmt;

#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    done: String,
}

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), done: String::new() }
    }

    /// The same, of a command that did a part and has this to say of it.
    pub(crate) fn after(self, done: String) -> Self {
        Self { done, ..self }
    }

    /// What belongs on the standard output all the same.
    pub(crate) fn done(&self) -> &str {
        &self.done
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
