//! What can be done to JSON without its falling apart at once: a value of another type, depth,
//! width, length, names that stand there twice, halves of characters, another charset.

use serde_json::Value;

use crate::chance::Chance;

/// Values that fit nowhere, as JSON or nearly.
const VALUES: [&str; 34] = [
    "null",
    "true",
    "0",
    "-0",
    "1e999999",
    "-1e999999",
    "1e-999999",
    "123456789012345678901234567890123456789012345678901234567890",
    "18446744073709551616",
    "9223372036854775808",
    "0.1e1",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ufffe\\uffff\"",
    "\"\\u202e\\u2066\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"2026-11-21T12:00:60Z\"",
    "\"-292277022657-01-27T08:29:52Z\"",
    "\"firing\"",
    "\"resolved\"",
    "\"javascript:alert(1)\"",
    "\"https://user@example.com/\"",
    "\"<!channel> <@U1> @channel\"",
    "\"v1|a|b|4294967296|-1\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "{\"a\":1,\"a\":2}",
    "{\"\":{\"\":{}}}",
    "NaN",
];

/// Takes the place of a value until the text is written; no sender writes it.
const MARK: &str = "\u{E000}mark\u{E000}";

/// Bytes that are no JSON come back as they are.
pub(super) fn mutate(chance: &mut Chance, seed: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(seed) {
        Ok(value) => {
            let text = mutated(chance, value);
            encode(chance, &text)
        }
        Err(_) => seed.to_vec(),
    }
}

/// A text that is JSON but for what was put into it.
pub(super) fn mutated(chance: &mut Chance, mut value: Value) -> String {
    for _ in 0..chance.below(3) {
        rearrange(chance, &mut value);
    }
    let fragment = fragment(chance);
    let spot = spot(chance, &mut value);
    let (find, put) = match spot {
        Value::Object(fields) if chance.one_in(2) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = if names.is_empty() { String::new() } else { chance.pick(&names).clone() };
            fields.insert(MARK.to_owned(), Value::Null);
            let name = Value::String(name);
            (format!("\"{MARK}\":null"), format!("{name}:{fragment}"))
        }
        spot => {
            *spot = Value::String(MARK.to_owned());
            (format!("\"{MARK}\""), fragment)
        }
    };
    value.to_string().replacen(&find, &put, 1)
}

/// Exchanges, removes or doubles something that is there.
fn rearrange(chance: &mut Chance, value: &mut Value) {
    let taken = spot(chance, value).clone();
    match spot(chance, value) {
        Value::Array(list) => {
            let at = chance.below(list.len() + 1);
            list.insert(at, taken);
        }
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            if names.is_empty() || chance.one_in(4) {
                fields.insert(word(chance), taken);
            } else {
                let name = chance.pick(&names).clone();
                let kept = fields.remove(&name);
                if chance.one_in(2) {
                    fields.insert(word(chance), kept.unwrap_or(Value::Null));
                }
            }
        }
        other => *other = taken,
    }
}

/// Any value within, the whole itself included.
fn spot<'a>(chance: &mut Chance, value: &'a mut Value) -> &'a mut Value {
    let inside = match &*value {
        Value::Array(list) => list.len(),
        Value::Object(fields) => fields.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    if inside == 0 || chance.one_in(5) {
        return value;
    }
    let at = chance.below(inside);
    match value {
        Value::Array(list) => spot(chance, &mut list[at]),
        Value::Object(fields) => {
            let name = fields.keys().nth(at).cloned().unwrap_or_default();
            spot(chance, &mut fields[&name])
        }
        other => other,
    }
}

fn word(chance: &mut Chance) -> String {
    const WORDS: [&str; 12] = [
        "",
        "alerts",
        "labels",
        "title",
        "status",
        "url",
        "\u{0}",
        "a.b",
        "__proto__",
        "Labels",
        "runbook_url",
        "\u{202e}",
    ];
    (*chance.pick(&WORDS)).to_owned()
}

/// Mostly small; one in two hundred is as large as a body may be.
fn fragment(chance: &mut Chance) -> String {
    if !chance.one_in(8) {
        return (*chance.pick(&VALUES)).to_owned();
    }
    let is_huge = chance.one_in(25);
    let size = if is_huge { 100_000 } else { 1 + chance.below(300) };
    match chance.below(6) {
        0 => format!("{}{}", "[".repeat(size), "]".repeat(size)),
        1 => format!("{}1{}", "{\"a\":".repeat(size), "}".repeat(size)),
        2 => {
            let piece = *chance.pick(&["x", "\\u0001", "\u{1F989}", "\\ud800", "<&>\\n", " "]);
            format!("\"{}\"", piece.repeat(size * 10))
        }
        3 => {
            let fields: Vec<String> =
                (0..size).map(|number| format!("\"k{number}\":\"v\"")).collect();
            format!("{{{}}}", fields.join(","))
        }
        4 => format!("[{}1]", "1,".repeat(size)),
        _ => "9".repeat(size),
    }
}

/// UTF-8 mostly; a sender may write anything.
fn encode(chance: &mut Chance, text: &str) -> Vec<u8> {
    if !chance.one_in(20) {
        return text.as_bytes().to_vec();
    }
    match chance.below(4) {
        0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat(),
        2 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        _ => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
    }
}
