//! People in a message.

use nightowl_messaging::Person;

use super::{Pen, text};

/// 26 small letters and digits, as every id of Mattermost. Nothing else is looked up.
pub(crate) fn is_user_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// A mention where the user name is known, else the person's name as text.
pub(crate) fn mention(person: &Person, pen: &Pen<'_>) -> String {
    let id = person.user_ref.as_deref().filter(|id| is_user_id(id));
    match id.and_then(pen.names).filter(|name| is_user_name(name)) {
        Some(name) => format!("@{name}"),
        None => text::line(&person.name, 200),
    }
}

/// What the server takes for a user name, but for those that call more than one person.
fn is_user_name(name: &str) -> bool {
    let good = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
    };
    (1..=64).contains(&name.len())
        && name.bytes().all(good)
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !matches!(name, "all" | "channel" | "here" | "everyone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_told_apart_from_everything_else() {
        assert!(is_user_id("4xp9fdt77pncbef59f4k1qe83o"));
        for bad in ["", "channel", "4xp9fdt77pncbef59f4k1qe83O", "4xp9fdt77pncbef59f4k1qe83o "] {
            assert!(!is_user_id(bad), "{bad}");
        }
        assert!(is_user_name("stefan.k") && is_user_name("a_b-c"));
        for bad in ["", "channel", "here", "all", "@x", "a b", "A", "-x", "a\n", "ä"] {
            assert!(!is_user_name(bad), "{bad}");
        }
    }
}
