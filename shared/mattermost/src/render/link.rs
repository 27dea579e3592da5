//! Addresses that people may follow.

use reqwest::Url;

use super::text;

/// As it was given, if it is http(s), of at most so much weight, and has nothing in it that could
/// end it early in Markdown.
pub(crate) fn address(given: &str, room: usize) -> Option<&str> {
    let url = Url::parse(given).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_clean =
        given.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>|\"'`\\".contains(c));
    let starts = given.starts_with("http://") || given.starts_with("https://");
    let fits = text::weight(given) <= room;
    (is_web && is_clean && starts && fits).then_some(given)
}

/// `[words](address)`, the words being trusted or escaped; only the words if the address will not
/// do. Nothing else must stand between it and a space.
pub(crate) fn link(words: &str, given: &str, room: usize) -> String {
    match address(given, room) {
        Some(address) => format!("[{words}]({})", target(address)),
        None => words.to_owned(),
    }
}

/// Parentheses would end it early, and an entity in it would be read as one.
fn target(address: &str) -> String {
    let address = address.replace('(', "%28").replace(')', "%29");
    match address.contains('&') {
        true => address.replace(';', "%3B"),
        false => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_the_web_becomes_a_link() {
        let good = "https://a.example/x?a=1&b=2";
        assert_eq!(link("words", good, 100), "[words](https://a.example/x?a=1&b=2)");
        for bad in ["javascript:alert(1)", "mmaction://x", "https://a.example/ b", "//a", ""] {
            assert_eq!(link("words", bad, 100), "words", "{bad}");
        }
        assert_eq!(address(good, 20), None, "too long");
    }

    #[test]
    fn an_address_ends_where_it_should() {
        let made = link("x", "https://a.example/f(x)?a=1&lt;2)", 100);
        assert_eq!(made, "[x](https://a.example/f%28x%29?a=1&lt%3B2%29)");
    }
}
