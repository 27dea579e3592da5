//! Under which condition a row is written.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::record::FORMAT;
use crate::row::{F, PK, number};

/// A conjunction, with the names and values that it uses. Names always stand behind a
/// placeholder, since many words are reserved.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    terms: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    fn empty() -> Self {
        Self { terms: Vec::new(), names: HashMap::new(), values: HashMap::new() }
    }

    /// Nothing is there.
    pub(crate) fn absent() -> Self {
        let mut condition = Self::empty().naming("pk", PK);
        condition.terms.push("attribute_not_exists(#pk)".to_owned());
        condition
    }

    /// Whatever is there is not of a newer format.
    pub(crate) fn not_newer() -> Self {
        let mut condition = Self::empty().naming("f", F).valuing("f", number(i64::from(FORMAT)));
        condition.terms.push("(attribute_not_exists(#f) OR #f <= :f)".to_owned());
        condition
    }

    /// Nothing is there, or something with this value.
    pub(crate) fn absent_or_equal(name: &str, value: AttributeValue) -> Self {
        let mut condition = Self::not_newer().naming("pk", PK).naming("a", name);
        condition = condition.valuing("a", value);
        condition.terms.push("(attribute_not_exists(#pk) OR #a = :a)".to_owned());
        condition
    }

    /// Nothing is there, or something with one of these values, of which there is at least one.
    pub(crate) fn absent_or_one_of(
        name: &str,
        values: impl Iterator<Item = AttributeValue>,
    ) -> Self {
        let mut condition = Self::not_newer().naming("pk", PK).naming("a", name);
        let mut words = Vec::new();
        for (index, value) in values.enumerate() {
            let word = format!("a{index}");
            words.push(format!(":{word}"));
            condition = condition.valuing(&word, value);
        }
        let words = words.join(", ");
        condition.terms.push(format!("(attribute_not_exists(#pk) OR #a IN ({words}))"));
        condition
    }

    /// Nothing is there, or something whose number is not above this one.
    pub(crate) fn absent_or_at_most(name: &str, value: i64) -> Self {
        let mut condition = Self::not_newer().naming("pk", PK).naming("a", name);
        condition = condition.valuing("a", number(value));
        condition.terms.push("(attribute_not_exists(#pk) OR #a <= :a)".to_owned());
        condition
    }

    /// Something is there.
    pub(crate) fn present() -> Self {
        let mut condition = Self::not_newer().naming("pk", PK);
        condition.terms.push("attribute_exists(#pk)".to_owned());
        condition
    }

    /// Something is there, with this value.
    pub(crate) fn equal(name: &str, value: AttributeValue) -> Self {
        Self::not_newer().and_equal("a", name, value)
    }

    pub(crate) fn and_equal(mut self, word: &str, name: &str, value: AttributeValue) -> Self {
        self = self.naming(word, name).valuing(word, value);
        self.terms.push(format!("#{word} = :{word}"));
        self
    }

    /// Makes `#word` mean this attribute, for an update expression.
    pub(crate) fn naming(mut self, word: &str, name: &str) -> Self {
        self.names.insert(format!("#{word}"), name.to_owned());
        self
    }

    /// Makes `:word` mean this value, for an update expression.
    pub(crate) fn valuing(mut self, word: &str, value: AttributeValue) -> Self {
        self.values.insert(format!(":{word}"), value);
        self
    }

    pub(crate) fn expression(&self) -> String {
        self.terms.join(" AND ")
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone())
    }

    /// An empty map is refused by the service.
    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}
