//! Slack's markup in the answers of integrations, turned to Markdown.

use crate::world::World;

/// `<url|text>` and `<url>`.
pub(super) fn links(text: &str) -> String {
    angles(text, |inside| {
        let (url, label) = inside.split_once('|').map_or((inside, None), |(u, l)| (u, Some(l)));
        let is_url = url.contains("://") || url.starts_with("mailto:");
        is_url.then(|| label.map_or_else(|| url.to_owned(), |label| format!("[{label}]({url})")))
    })
}

/// `<!channel>`, `<!here>`, `<!all>`, and `<@id>` of a user that exists.
pub(super) fn mentions(world: &World, text: &str) -> String {
    angles(text, |inside| {
        let (target, _) = inside.split_once('|').unwrap_or((inside, ""));
        match target {
            "!channel" | "!here" | "!all" => Some(target.replace('!', "@")),
            "!everyone" => Some("@all".to_owned()),
            _ => {
                let user = world.user(target.strip_prefix('@')?)?;
                Some(format!("@{}", user.username))
            }
        }
    })
}

/// Replaces what `<…>` holds where there is something to replace it with.
fn angles(text: &str, replace: impl Fn(&str) -> Option<String>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find('<') {
        made.push_str(&rest[..begin]);
        let after = &rest[begin + 1..];
        let replaced = after.find('>').and_then(|end| Some((end, replace(&after[..end])?)));
        match replaced {
            Some((end, text)) => {
                made.push_str(&text);
                rest = &after[end + 1..];
            }
            None => {
                made.push('<');
                rest = after;
            }
        }
    }
    made.push_str(rest);
    made
}
