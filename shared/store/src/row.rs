//! One item of a table, read and built by attribute name.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use nightowl_engine::ports::StoreError;

use crate::record::{FORMAT, corrupt};

pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
/// The number of the row's format.
pub(crate) const F: &str = "f";
/// Packed text: see [`crate::body`].
pub(crate) const BODY: &str = "b";
/// In how many parts a long text was cut.
pub(crate) const PARTS: &str = "parts";
/// When the table may delete the row: seconds since 1970.
pub(crate) const TTL: &str = "ttl";

pub(crate) type Attributes = HashMap<String, AttributeValue>;

#[derive(Clone, Debug)]
pub(crate) struct Row(Attributes);

impl Row {
    pub(crate) fn new(pk: String, sk: String) -> Self {
        Self(HashMap::new()).text(PK, pk).text(SK, sk).number(F, i64::from(FORMAT))
    }

    pub(crate) fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.with(name, AttributeValue::S(value.into()))
    }

    pub(crate) fn number(self, name: &str, value: i64) -> Self {
        self.with(name, number(value))
    }

    pub(crate) fn bytes(self, name: &str, value: Vec<u8>) -> Self {
        self.with(name, AttributeValue::B(Blob::new(value)))
    }

    fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn into_attributes(self) -> Attributes {
        self.0
    }

    /// Only what names the row.
    pub(crate) fn into_key(mut self) -> Attributes {
        self.0.retain(|name, _| name == PK || name == SK);
        self.0
    }

    /// Refuses a row of a newer format before anything else of it is looked at.
    pub(crate) fn read(attributes: Attributes) -> Result<Self, StoreError> {
        let row = Self(attributes);
        let found = u32::try_from(row.find_number(F)?.unwrap_or(1))
            .map_err(|_| corrupt("the format of a row"))?;
        if found > FORMAT {
            return Err(StoreError::NewerFormat { found, known: FORMAT });
        }
        Ok(row)
    }

    pub(crate) fn find_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
    }

    pub(crate) fn get_text(&self, name: &str) -> Result<&str, StoreError> {
        self.find_text(name).ok_or_else(|| corrupt(&format!("the text `{name}` of a row")))
    }

    pub(crate) fn find_number(&self, name: &str) -> Result<Option<i64>, StoreError> {
        match self.0.get(name).map(|value| value.as_n().map(|text| text.parse())) {
            None => Ok(None),
            Some(Ok(Ok(number))) => Ok(Some(number)),
            Some(_) => Err(corrupt(&format!("the number `{name}` of a row"))),
        }
    }

    pub(crate) fn get_number(&self, name: &str) -> Result<i64, StoreError> {
        self.find_number(name)?.ok_or_else(|| corrupt(&format!("the number `{name}` of a row")))
    }

    pub(crate) fn get_bytes(&self, name: &str) -> Result<&[u8], StoreError> {
        match self.0.get(name) {
            Some(AttributeValue::B(blob)) => Ok(blob.as_ref()),
            _ => Err(corrupt(&format!("the bytes `{name}` of a row"))),
        }
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
