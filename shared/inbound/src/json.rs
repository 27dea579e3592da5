//! A body, opened layer by layer. Each layer keeps the raw text of what is inside, so that one
//! value that cannot be read (a number beyond any range, half a surrogate pair) spoils only itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::{BadBody, Place};

/// The text of a body, which is known to be one JSON value.
pub(crate) struct Body<'a> {
    text: Cow<'a, str>,
    /// The byte at which it stops being UTF-8; from there on `text` has replacement characters.
    pub(crate) not_utf8_at: Option<usize>,
}

impl<'a> Body<'a> {
    /// Bytes that are not UTF-8 are replaced rather than refused: a page with a broken character
    /// beats none.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let not_utf8_at = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
        Self { text: String::from_utf8_lossy(bytes), not_utf8_at }
    }

    pub(crate) fn root(&self) -> Result<Json<'_>, BadBody> {
        serde_json::from_str::<&RawValue>(&self.text).map(Json).map_err(|error| {
            let found = if self.text.trim().is_empty() {
                "an empty body".to_owned()
            } else {
                syntax_words(&error.to_string())
            };
            let byte = offset(&self.text, error.line(), error.column());
            BadBody::new("one JSON value", &found).at(Place::in_text(&self.text, byte))
        })
    }

    /// Where in the body this value begins.
    pub(crate) fn place(&self, json: Json<'_>) -> Place {
        let start = self.text.as_ptr() as usize;
        let byte = (json.0.get().as_ptr() as usize).saturating_sub(start);
        Place::in_text(&self.text, byte)
    }
}

/// What the JSON reader found, from its own message, which names grammar only and ends with the
/// place.
fn syntax_words(message: &str) -> String {
    let words = message.split(" at line ").next().unwrap_or_default();
    match words.strip_prefix("EOF while parsing ") {
        Some(inside) => format!("the end of the body inside {inside}"),
        None if matches!(words, "expected ident" | "expected value") => {
            "something that is not JSON".to_owned()
        }
        None => format!("a syntax error ({words})"),
    }
}

/// `column` counts bytes from 1 in the `line`-th line from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// One value, not yet read.
#[derive(Clone, Copy)]
pub(crate) struct Json<'a>(&'a RawValue);

/// What JSON knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

impl<'a> Json<'a> {
    pub(crate) fn kind(self) -> Kind {
        match self.0.get().as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// The text of a JSON string; of anything else its JSON, `null` being empty. `false`: something
    /// in it is no character and was replaced.
    pub(crate) fn text(self) -> (String, bool) {
        match self.kind() {
            Kind::Null => (String::new(), true),
            Kind::Text => read_text(self.0.get()),
            Kind::Bool | Kind::Number | Kind::List | Kind::Object => {
                (self.0.get().to_owned(), true)
            }
        }
    }

    /// `None` if it is no object.
    pub(crate) fn object(self) -> Option<Object<'a>> {
        serde_json::Deserializer::from_str(self.0.get()).deserialize_map(ObjectVisitor).ok()
    }

    /// The first `limit` members and how many came after them. `None` if it is no list.
    pub(crate) fn list(self, limit: usize) -> Option<(Vec<Self>, usize)> {
        serde_json::Deserializer::from_str(self.0.get()).deserialize_seq(ListVisitor { limit }).ok()
    }
}

fn read_text(json: &str) -> (String, bool) {
    if let Ok(text) = serde_json::from_str::<String>(json) {
        return (text, true);
    }
    // Half of a surrogate pair, the only thing that a string of valid JSON can be wrong in.
    let lossy = serde_json::Deserializer::from_str(json).deserialize_bytes(LossyVisitor);
    (lossy.unwrap_or_default(), false)
}

/// The fields of an object, each once.
#[derive(Default)]
pub(crate) struct Object<'a> {
    fields: BTreeMap<String, Json<'a>>,
    /// Names that stood there more than once; the last of each counts, as in most languages.
    pub(crate) repeated: Vec<String>,
    /// Fields beyond [`FIELDS_MAX`].
    pub(crate) dropped: usize,
}

/// A sender has tens of fields; this only keeps a hostile body from filling the memory.
const FIELDS_MAX: usize = 10_000;

impl<'a> Object<'a> {
    pub(crate) fn take(&mut self, name: &str) -> Option<Json<'a>> {
        self.fields.remove(name)
    }
    /// Whether it stands there and is not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|json| json.kind() != Kind::Null)
    }
    pub(crate) fn into_fields(self) -> BTreeMap<String, Json<'a>> {
        self.fields
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Object::default();
        while let Some(LossyText(name)) = map.next_key()? {
            if object.fields.len() >= FIELDS_MAX {
                map.next_value::<IgnoredAny>()?;
                object.dropped += 1;
                continue;
            }
            let value = Json(map.next_value()?);
            if object.fields.insert(name.clone(), value).is_some()
                && !object.repeated.contains(&name)
                && object.repeated.len() < 8
            {
                object.repeated.push(name);
            }
        }
        Ok(object)
    }
}

struct ListVisitor {
    limit: usize,
}

impl<'de> Visitor<'de> for ListVisitor {
    type Value = (Vec<Json<'de>>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while members.len() < self.limit {
            let Some(member) = seq.next_element()? else { return Ok((members, 0)) };
            members.push(Json(member));
        }
        let mut more = 0;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            more += 1;
        }
        Ok((members, more))
    }
}

/// Text in which what is no character has become U+FFFD.
struct LossyText(String);

impl<'de> serde::Deserialize<'de> for LossyText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_bytes(LossyVisitor).map(Self)
    }
}

struct LossyVisitor;

impl Visitor<'_> for LossyVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unreadable_value_spoils_only_itself() {
        let body = Body::new(br#"{"a":1e999999,"b":"\ud800x","\udc00":1,"c":"fine","c":"last"}"#);
        let mut object = body.root().unwrap().object().unwrap();
        assert_eq!(object.take("a").unwrap().text(), ("1e999999".to_owned(), true));
        let (text, whole) = object.take("b").unwrap().text();
        assert!(text.ends_with('x') && !whole);
        assert_eq!(object.take("c").unwrap().text().0, "last");
        assert_eq!(object.repeated, ["c"]);
    }

    #[test]
    fn depth_does_not_end_the_stack() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let body = Body::new(deep.as_bytes());
        let mut object = body.root().unwrap().object().unwrap();
        assert_eq!(object.take("a").unwrap().kind(), Kind::List);
    }

    #[test]
    fn an_error_names_its_place() {
        let error = Body::new(b"{\n  \"a\": nope}").root().err().unwrap();
        let place = error.place.unwrap();
        assert_eq!((place.line, place.byte), (2, 10), "{error}");
        let error = Body::new(b" ").root().err().unwrap();
        assert!(error.to_string().contains("an empty body"), "{error}");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let body = Body::new(b"\xEF\xBB\xBF{\"a\":\"x\xFFy\"}");
        assert_eq!(body.not_utf8_at, Some(7));
        let mut object = body.root().unwrap().object().unwrap();
        assert_eq!(object.take("a").unwrap().text().0, "x\u{FFFD}y");
    }
}
