//! Mappings and lists.

use super::Reader;
use crate::problem::quoted;
use crate::suggest;
use crate::tree::{Entry, Kind, Node};

/// A mapping all of whose field names are known.
pub(super) struct Fields<'n> {
    /// For people: `a user`.
    pub(super) what: &'static str,
    pub(super) line: usize,
    entries: Vec<(&'n str, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// `None`, and a problem, if it is no mapping. Unknown fields are problems; a misspelt one is
    /// read as what it was meant to be, so that one slip is one line.
    pub(super) fn open(
        reader: &mut Reader<'_, '_>,
        node: &'n Node,
        what: &'static str,
        known: &[&'static str],
    ) -> Option<Self> {
        let Kind::Map(list) = &node.kind else {
            let expected = format!("a mapping with {}", known.join(", "));
            reader.refuse(node, what, &expected);
            return None;
        };
        let is_there = |name: &str| list.iter().any(|entry| entry.key == name);
        let mut entries = Vec::with_capacity(list.len());
        for Entry { key, line, value } in list {
            if known.contains(&key.as_str()) {
                entries.push((key.as_str(), value));
                continue;
            }
            let found = format!("the unknown field {} in {what}", quoted(key));
            reader.add(*line, found, suggest::one_of(key, known.iter().copied(), "a field"));
            if let Some(meant) = suggest::closest(key, known).filter(|meant| !is_there(meant)) {
                entries.push((meant, value));
            }
        }
        Some(Self { what, line: node.line, entries })
    }

    /// `None` if it is not there.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| *key == name).map(|(_, node)| *node)
    }

    /// `None`, and a problem, if it is not there.
    pub(super) fn need(&self, reader: &mut Reader<'_, '_>, name: &str) -> Option<&'n Node> {
        let node = self.get(name);
        if node.is_none() {
            reader.add(self.line, format!("{} without {name}", self.what), format!("{name}: …"));
        }
        node
    }
}

impl Reader<'_, '_> {
    /// The items of a list; none, and a problem, if it is no list.
    pub(super) fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Kind::List(items) = &node.kind {
            return items;
        }
        self.refuse(node, what, "a list ([] for none)");
        &[]
    }

    /// As [`Reader::items`]; an empty list is a problem too.
    pub(super) fn some_items<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        expected: &str,
    ) -> &'n [Node] {
        if let Kind::List(items) = &node.kind {
            if items.is_empty() {
                self.add(node.line, format!("an empty list as {what}"), expected);
            }
            return items;
        }
        self.refuse(node, what, expected);
        &[]
    }
}
