//! The parameter store.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::reply::Reply;

#[derive(Debug, Default)]
pub(super) struct ParameterStore(BTreeMap<String, Parameter>);

#[derive(Clone, Debug)]
struct Parameter {
    kind: String,
    value: String,
    version: u64,
}

impl ParameterStore {
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|parameter| parameter.value.clone())
    }

    pub(super) fn perform(&mut self, operation: &str, asked: &Value) -> Reply {
        let name = asked["Name"].as_str().unwrap_or_default();
        match operation {
            "GetParameter" => match self.0.get(name) {
                Some(parameter) => Reply::ok(json!({ "Parameter": shown(name, parameter, asked) })),
                None => Reply::refused(400, "ParameterNotFound", "no such parameter"),
            },
            "GetParameters" => self.get_many(asked),
            "PutParameter" => self.put(name, asked),
            _ => Reply::refused(400, "InvalidAction", "no such action here"),
        }
    }

    fn get_many(&self, asked: &Value) -> Reply {
        let (mut found, mut invalid) = (Vec::new(), Vec::new());
        for name in asked["Names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            match self.0.get(name) {
                Some(parameter) => found.push(shown(name, parameter, asked)),
                None => invalid.push(name),
            }
        }
        Reply::ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
    }

    fn put(&mut self, name: &str, asked: &Value) -> Reply {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Reply::invalid("no such name");
        }
        let known = self.0.get(name);
        if known.is_some() && asked["Overwrite"] != true {
            return Reply::refused(400, "ParameterAlreadyExists", "it exists");
        }
        let version = known.map_or(1, |parameter| parameter.version + 1);
        let text = |field: &str| asked[field].as_str().unwrap_or_default().to_owned();
        let parameter = Parameter { kind: text("Type"), value: text("Value"), version };
        self.0.insert(name.to_owned(), parameter);
        Reply::ok(json!({ "Version": version, "Tier": "Standard" }))
    }
}

/// A SecureString that nobody asked to decrypt is gibberish.
fn shown(name: &str, parameter: &Parameter, asked: &Value) -> Value {
    let is_open = parameter.kind != "SecureString" || asked["WithDecryption"] == true;
    let value = if is_open { parameter.value.as_str() } else { "AQICAHencrypted" };
    json!({ "Name": name, "Type": parameter.kind, "Value": value, "Version": parameter.version })
}
