//! What a tenant declares, so that references can be followed.

use std::collections::BTreeMap;

use super::Reader;
use crate::problem::quoted;
use crate::suggest;
use crate::tree::{Node, Scalar};

/// Ids of one kind with the lines they were declared on. Wrong declarations count: whoever refers
/// to one has made no second mistake.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// For people: `user`.
    kind: &'static str,
    ids: BTreeMap<String, Declared>,
    /// The list itself could not be read, so that nothing can be said about references to it.
    is_unknown: bool,
}

#[derive(Clone, Debug)]
struct Declared {
    line: usize,
    /// As it stands in the file, so that a variable shows its name.
    source: String,
    /// Not worth suggesting: it is wrong itself.
    is_wrong: bool,
}

impl Names {
    pub(super) const fn new(kind: &'static str) -> Self {
        Self { kind, ids: BTreeMap::new(), is_unknown: false }
    }

    pub(super) const fn set_unknown(&mut self) {
        self.is_unknown = true;
    }

    pub(super) const fn is_unknown(&self) -> bool {
        self.is_unknown
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// For people, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.ids.values().filter(|known| !known.is_wrong).map(|known| known.source.as_str())
    }

    /// An id for people.
    pub(super) fn shown<'s>(&'s self, id: &'s str) -> &'s str {
        self.ids.get(id).map_or(id, |known| known.source.as_str())
    }

    /// A second declaration of the same id is a problem.
    pub(super) fn declare(&mut self, reader: &mut Reader<'_, '_>, id: &Scalar, line: usize) {
        if let Some(first) = self.ids.get(&id.text) {
            let (kind, first) = (self.kind, first.line);
            let found = format!("the {kind} {} again, first on line {first}", quoted(&id.source));
            reader.add(line, found, format!("each {kind} once"));
        } else {
            self.insert(id, line, false);
        }
    }

    /// An id that its problem was said of.
    pub(super) fn declare_wrong(&mut self, id: &Scalar, line: usize) {
        if !self.has(&id.text) {
            self.insert(id, line, true);
        }
    }

    fn insert(&mut self, id: &Scalar, line: usize, is_wrong: bool) {
        let declared = Declared { line, source: id.source.clone(), is_wrong };
        self.ids.insert(id.text.clone(), declared);
    }

    /// An id of this kind as the value of a field. `None`, and a problem, if nothing has it.
    pub(super) fn reference(&self, reader: &mut Reader<'_, '_>, node: &Node) -> Option<String> {
        let scalar = reader.scalar(node, &format!("a {}", self.kind))?;
        if !self.has(&scalar.text) && !self.is_unknown {
            if reader.problems.is_full() {
                return None;
            }
            let kind = self.kind;
            let found = format!("the {kind} {}, which does not exist", quoted(&scalar.source));
            let expected = suggest::one_of(&scalar.source, self.all(), &format!("a {kind}"));
            reader.add(node.line, found, expected);
            return None;
        }
        Some(scalar.text.clone())
    }
}
