//! Secrets and keys. None of them is ever shown, whatever is wrong with it.

use super::{Fields, Origin, Reader};
use crate::document::{Given, GivenForm, Key, Sealed};
use crate::hash;
use crate::tree::{Kind, Node};
use nightowl_messaging::Secret;

/// What stands for a secret that was read back, and keeps the one that is stored.
pub(crate) const STARS: &str = "***";

/// A shorter key can be guessed.
const KEY_MIN: usize = 16;
const SECRET_MAX: usize = 2000;

impl Reader<'_, '_> {
    pub(super) fn secret(&mut self, node: &Node, what: &str) -> Option<Given> {
        let form = match self.origin {
            Origin::File => {
                let text = self.secret_text(node, what)?;
                if text == STARS { GivenForm::Kept } else { GivenForm::Open(Secret::new(text)) }
            }
            Origin::Stored => GivenForm::Sealed(self.sealed(node)?),
        };
        Some(Given { line: node.line, form })
    }

    /// A key that senders or callers present.
    pub(super) fn key(&mut self, node: &Node, what: &str) -> Option<Key> {
        let line = node.line;
        if self.origin == Origin::Stored {
            let fields = Fields::open(self, node, "a stored key", &["sha256"])?;
            let hash = fields.need(self, "sha256")?;
            let hash = self.scalar(hash, "a hash")?.text.clone();
            return Some(Key { line, hash: Some(hash) });
        }
        let text = self.secret_text(node, what)?;
        if text == STARS {
            return Some(Key { line, hash: None });
        }
        let length = text.chars().count();
        if length < KEY_MIN {
            let found = format!("{what} of {length} characters");
            self.add(line, found, format!("at least {KEY_MIN}"));
            return None;
        }
        // It becomes one segment of a path.
        let is_letter =
            |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '?' | '#' | '%' | '\\');
        if !text.chars().all(is_letter) {
            let found = format!("{what} with a character that an address cannot carry");
            self.add(line, found, "letters, digits and - _ . ~ only");
            return None;
        }
        Some(Key { line, hash: Some(hash::of_key(text)) })
    }

    fn secret_text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = match &node.kind {
            Kind::Scalar(scalar) => scalar.text.as_str(),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unusable => {
                self.refuse(node, what, "a text");
                return None;
            }
        };
        if text.is_empty() {
            self.add(node.line, format!("an empty text as {what}"), "a value");
            return None;
        }
        if text.trim() != text || text.chars().any(char::is_control) {
            let found = format!("{what} with white space around it or in several lines");
            self.add(node.line, found, "the value alone");
            return None;
        }
        if text.len() > SECRET_MAX {
            let found = format!("{what} of {} bytes", text.len());
            self.add(node.line, found, format!("at most {SECRET_MAX}"));
            return None;
        }
        Some(text)
    }

    fn sealed(&mut self, node: &Node) -> Option<Sealed> {
        let fields = Fields::open(self, node, "a stored secret", &["sealed", "fingerprint"])?;
        let sealed = fields.need(self, "sealed")?;
        let fingerprint = fields.need(self, "fingerprint")?;
        Some(Sealed {
            sealed: self.scalar(sealed, "a sealed text")?.text.clone(),
            fingerprint: self.scalar(fingerprint, "a fingerprint")?.text.clone(),
        })
    }
}
