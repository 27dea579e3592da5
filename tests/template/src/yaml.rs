//! YAML with CloudFormation's tags to one plain value: `!Ref X` becomes `{"Ref": "X"}`, `!Sub` and
//! the others `{"Fn::…": …}`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use serde_saphyr::Tagged;

/// # Panics
/// Where the text is no YAML: the test that reads it has failed then.
pub fn parse(text: &str) -> Value {
    let node: Node = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    node.0
}

struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Plain(value), tag) = Tagged::deserialize(deserializer)?;
        Ok(Self(match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            None => value,
            Some("Ref") => json!({ "Ref": value }),
            Some("GetAtt") => json!({ "Fn::GetAtt": attribute(&value) }),
            Some(function) => json!({ format!("Fn::{function}"): value }),
        }))
    }
}

/// `Resource.Attribute`, and the attribute may have dots too.
fn attribute(value: &Value) -> Value {
    match value.as_str().and_then(|text| text.split_once('.')) {
        Some((resource, attribute)) => json!([resource, attribute]),
        None => value.clone(),
    }
}

struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything).map(Self)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Node(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Node(value))) = access.next_entry::<String, _>()? {
            fields.insert(name, value);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_functions() {
        let text = "a: !Ref X\nb: [!GetAtt T.Outputs.Arn, !Sub \"${A}-b\"]\n\
                    c: !If [Has, !Ref Z, 3]\nd: { e: \"3\", f: true }\n";
        let expected = json!({
            "a": {"Ref": "X"},
            "b": [{"Fn::GetAtt": ["T", "Outputs.Arn"]}, {"Fn::Sub": "${A}-b"}],
            "c": {"Fn::If": ["Has", {"Ref": "Z"}, 3]},
            "d": {"e": "3", "f": true},
        });
        assert_eq!(parse(text), expected);
    }
}
