//! The file as a tree in which everything knows its line.
//!
//! A typed reader stops at the first thing that does not fit, and whoever wrote eight mistakes
//! wants eight lines. So the text becomes this tree first, and `read` walks it.

mod build;
pub(crate) mod variables;

use serde_json::Value;

pub(crate) use build::parse;
pub(crate) use variables::Variables;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// From 1; 0 in what was stored.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Nothing was written, or `null`.
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A problem was already said of it: whoever reads it keeps silent.
    Unusable,
}

/// Any single value: YAML's types are not used, the reader knows what it wants.
#[derive(Clone, PartialEq)]
pub(crate) struct Scalar {
    /// With its variables expanded.
    pub(crate) text: String,
    /// As it stands in the file: what an error may show.
    pub(crate) source: String,
}

/// The text may be a secret.
impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

impl Node {
    /// What was stored as JSON; nothing is expanded in it.
    pub(crate) fn from_json(value: Value) -> Self {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(bool) => Kind::scalar(bool.to_string()),
            Value::Number(number) => Kind::scalar(number.to_string()),
            Value::String(text) => Kind::scalar(text),
            Value::Array(items) => Kind::List(items.into_iter().map(Self::from_json).collect()),
            Value::Object(fields) => Kind::Map(
                fields
                    .into_iter()
                    .map(|(key, value)| Entry { key, line: 0, value: Self::from_json(value) })
                    .collect(),
            ),
        };
        Self { line: 0, kind }
    }
}

impl Kind {
    fn scalar(text: String) -> Self {
        Self::Scalar(Scalar { source: text.clone(), text })
    }

    /// For people.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar(_) => "a single value",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
            Self::Unusable => "something unusable",
        }
    }
}
