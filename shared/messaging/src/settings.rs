//! One provider's section of a tenant's configuration, between the configuration and the provider.

use std::collections::BTreeMap;

use crate::Secret;

/// Field name → value, as the provider documents them. Secrets are open here: it never leaves the
/// process in this form.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// `slack`, `inbox` …
    pub provider: String,
    pub fields: BTreeMap<String, Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    Text(String),
    Secret(Secret),
}

impl Settings {
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field)? {
            Setting::Text(text) => Some(text),
            Setting::Secret(_) => None,
        }
    }

    pub fn secret(&self, field: &str) -> Option<&Secret> {
        match self.fields.get(field)? {
            Setting::Secret(secret) => Some(secret),
            Setting::Text(_) => None,
        }
    }
}
