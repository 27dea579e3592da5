//! Addresses that people may follow.

use reqwest::Url;

use super::text;

/// As it was given, if it is http(s), of at most `units`, and has nothing in it that could end it
/// early in Slack's markup.
pub(crate) fn address(given: &str, units: usize) -> Option<&str> {
    let url = Url::parse(given).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_clean =
        given.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>|\"'`\\".contains(c));
    let starts = given.starts_with("http://") || given.starts_with("https://");
    let fits = text::units(given) <= units;
    (is_web && is_clean && starts && fits).then_some(given)
}

/// `<address|title>`; only the title if the address will not do.
pub(crate) fn link(title: &str, given: &str) -> String {
    let title = match text::line(title, 150) {
        empty if empty.is_empty() => "link".to_owned(),
        // A bar would end the title.
        title => title.replace('|', "¦"),
    };
    match address(given, 300) {
        Some(address) => format!("<{}|{title}>", address.replace('&', "&amp;")),
        None => title,
    }
}
