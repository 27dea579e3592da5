//! People in a message.

use nightowl_messaging::Person;

use super::text;

/// Slack's ids of people: `U` or `W` and capitals and digits. Nothing else becomes a mention.
pub(crate) fn is_user_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    matches!(bytes.next(), Some(b'U' | b'W'))
        && (3..=32).contains(&text.len())
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A mention where the id is known, else the name as text.
pub(crate) fn mention(person: &Person) -> String {
    match person.user_ref.as_deref() {
        Some(id) if is_user_id(id) => format!("<@{id}>"),
        _ => text::line(&person.name, 100),
    }
}
