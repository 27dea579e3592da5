//! `thread_replies`: which turns of an alert are told as replies under its card.

use std::collections::BTreeSet;

use nightowl_domain::Turn;

use super::Reader;
use crate::problem::quoted;
use crate::suggest;
use crate::tree::{Kind, Node};

const ALL: &str = "all";
const NONE: &str = "none";

/// A list of turns, or one word for all of them or none.
pub(super) fn turns(reader: &mut Reader<'_, '_>, node: &Node) -> BTreeSet<Turn> {
    let mut turns = BTreeSet::new();
    match &node.kind {
        Kind::Scalar(scalar) => {
            let words = [ALL, NONE];
            match scalar.text.as_str() {
                ALL => turns.extend(Turn::ALL),
                NONE => {}
                _ => {
                    let expected = suggest::one_of(&scalar.source, words, "a word");
                    let found = format!("{} as thread_replies", quoted(&scalar.source));
                    reader.add(
                        node.line,
                        found,
                        format!("{expected}, or a list of {}", names().join(", ")),
                    );
                }
            }
        }
        Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unusable => {
            for item in reader.items(node, "thread_replies") {
                turns.extend(turn(reader, item, &turns));
            }
        }
    }
    turns
}

fn turn(reader: &mut Reader<'_, '_>, node: &Node, known: &BTreeSet<Turn>) -> Option<Turn> {
    let turn = reader.choice(node, "a turn of thread_replies", &names(), Turn::parse)?;
    if known.contains(&turn) {
        let found = format!("{} again in thread_replies", turn.name());
        reader.add(node.line, found, "each turn once");
    }
    Some(turn)
}

fn names() -> [&'static str; 5] {
    Turn::ALL.map(Turn::name)
}
