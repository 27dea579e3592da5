//! The whole file, and one tenant as it was stored.

use super::keys::{self, KeysSeen};
use super::{Fields, Names, Origin, Reader, tenant};
use crate::document::{Document, Section};
use crate::problem::Problems;
use crate::tree::Node;

/// What a file holds; to be trusted only if `problems` is empty afterwards.
pub(crate) fn document(file: &str, root: &Node, problems: &mut Problems<'_>) -> Document {
    let mut reader = Reader { problems, origin: Origin::File };
    let reader = &mut reader;
    let mut document = Document {
        file: file.to_owned(),
        operators: tenant::operators(),
        operators_line: None,
        sections: Vec::new(),
    };
    let Some(fields) = Fields::open(reader, root, "the file", &["api_keys", "tenants"]) else {
        return document;
    };
    let mut seen = KeysSeen::default();
    document.operators_line = fields.get("api_keys").map(|node| node.line);
    document.operators.api_keys = keys::api_keys(reader, fields.get("api_keys"), &mut seen);
    let mut slugs = Names::new("tenant");
    if let Some(node) = fields.need(reader, "tenants") {
        for node in reader.items(node, "tenants") {
            let section = tenant::tenant(reader, node, &mut slugs, &mut seen);
            document.sections.extend(section);
        }
    }
    document
}

/// What this crate stored of one tenant, or of the operators.
pub(crate) fn stored(root: &Node, problems: &mut Problems<'_>) -> Option<Section> {
    let mut reader = Reader { problems, origin: Origin::Stored };
    let (mut slugs, mut seen) = (Names::new("tenant"), KeysSeen::default());
    tenant::tenant(&mut reader, root, &mut slugs, &mut seen)
}
