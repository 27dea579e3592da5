//! One template file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::yaml;

/// The folder of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file of the project.
///
/// # Panics
/// If it cannot be read.
pub fn read(path: &str) -> String {
    let full = root().join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Its functions, by their logical names.
pub const FUNCTIONS: [&str; 7] =
    ["Inbound", "Worker", "Notifier", "Escalation", "Slack", "Mattermost", "Admin"];

/// The folder of a function.
pub fn folder(function: &str) -> String {
    format!("functions/{}", function.to_lowercase())
}

pub struct Template {
    pub path: &'static str,
    pub text: String,
    pub value: Value,
}

impl Template {
    /// `template.yaml`.
    pub fn main() -> Self {
        Self::read("template.yaml")
    }

    pub fn tables() -> Self {
        Self::read("infra/tables.yaml")
    }

    pub fn operations() -> Self {
        Self::read("infra/operations.yaml")
    }

    pub fn all() -> [Self; 3] {
        [Self::main(), Self::tables(), Self::operations()]
    }

    fn read(path: &'static str) -> Self {
        let text = read(path);
        let value = yaml::parse(&text);
        Self { path, text, value }
    }

    /// All resources of a type: logical name to properties.
    pub fn of_type(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let resources = self.value["Resources"].as_object().into_iter().flatten();
        resources
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
            .collect()
    }

    /// The properties of a resource.
    ///
    /// # Panics
    /// If there is no such resource.
    pub fn properties(&self, name: &str) -> &Value {
        let resource = &self.value["Resources"][name];
        assert!(resource.is_object(), "{} has no resource {name}", self.path);
        &resource["Properties"]
    }
}

/// The one resource that a value names, by `Ref` or by an attribute.
pub fn named(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

/// A value that may be one or a list of them.
pub fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}
