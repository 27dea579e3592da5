//! From the tree to the typed configuration. Every reader says what is wrong and goes on.

mod document;
mod fields;
mod integrations;
mod keys;
mod names;
mod policies;
mod providers;
mod replies;
mod schedules;
mod secrets;
mod tenant;
mod users;
mod values;
mod zones;

use crate::problem::Problems;
use crate::tree::Node;

pub(crate) use document::{document, stored};
use fields::Fields;
use names::Names;
pub(crate) use providers::{MATTERMOST, given, is_address, provider_names};
pub(crate) use secrets::STARS;

/// Where secrets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A person wrote them, in the open or as `***`.
    File,
    /// This crate wrote them, sealed or hashed.
    Stored,
}

/// What all readers need.
struct Reader<'p, 'f> {
    problems: &'p mut Problems<'f>,
    origin: Origin,
}

impl Reader<'_, '_> {
    fn add(&mut self, line: usize, found: impl Into<String>, expected: impl Into<String>) {
        self.problems.add(line, found, expected);
    }

    /// Says that `node` is not `expected`, unless its problem was already said.
    fn refuse(&mut self, node: &Node, what: &str, expected: &str) {
        if node.kind != crate::tree::Kind::Unusable {
            let found = format!("{} as {what}", node.kind.name());
            self.add(node.line, found, expected);
        }
    }
}
