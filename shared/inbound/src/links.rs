//! Which of an alert's texts are addresses that a person may follow.

use std::collections::{BTreeMap, BTreeSet};

use nightowl_domain::{Link, LinkKind};

use crate::problems::{Problems, name};
use crate::text::Budget;

const LINKS_MAX: usize = 20;
/// What browsers and chat platforms take; a longer address stays text.
const URL_BYTES_MAX: usize = 2_000;
const TEXT_BYTES_MAX: usize = 100;

/// Names of fields and annotations that hold an address, the best of each kind first.
const NAMES: [(&str, LinkKind); 17] = [
    ("runbook_url", LinkKind::Runbook),
    ("runbook", LinkKind::Runbook),
    ("runbookURL", LinkKind::Runbook),
    ("dashboard_url", LinkKind::Dashboard),
    ("dashboard", LinkKind::Dashboard),
    ("dashboardURL", LinkKind::Dashboard),
    ("panel_url", LinkKind::Panel),
    ("panel", LinkKind::Panel),
    ("panelURL", LinkKind::Panel),
    ("silence_url", LinkKind::Silence),
    ("silenceURL", LinkKind::Silence),
    ("source_url", LinkKind::Source),
    ("source", LinkKind::Source),
    ("generatorURL", LinkKind::Source),
    ("image_url", LinkKind::Image),
    ("image", LinkKind::Image),
    ("imageURL", LinkKind::Image),
];

/// Links in the order in which people see them: what the alert's author wrote before what the
/// sender added, then all other addresses. An address that finds no room is noted.
pub(crate) fn collect(
    first: Vec<Link>,
    annotations: &BTreeMap<String, String>,
    fields: &BTreeMap<String, String>,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Vec<Link> {
    let named = NAMES.iter().flat_map(|(name, kind)| {
        [annotations, fields].into_iter().filter_map(|map| map.get(*name)).map(|url| Link {
            kind: *kind,
            text: word(*kind).to_owned(),
            url: url.clone(),
        })
    });
    let other = annotations
        .iter()
        .filter(|(name, _)| is_address_name(name))
        .map(|(name, url)| Link { kind: LinkKind::Other, text: name.clone(), url: url.clone() });
    let mut links: Vec<Link> = Vec::new();
    let mut left_out = BTreeSet::new();
    for mut link in first.into_iter().chain(named).chain(other) {
        link.url = link.url.trim().to_owned();
        if links.iter().any(|known| known.url == link.url) {
            continue;
        }
        let fits = links.len() < LINKS_MAX && budget.has(&link.url, 2 * TEXT_BYTES_MAX);
        if is_address(&link.url) && fits {
            link.text = budget.take(crate::text::one_line(&link.text), TEXT_BYTES_MAX).0;
            link.url = budget.take(link.url, URL_BYTES_MAX).0;
            links.push(link);
        } else if is_address(&link.url) {
            left_out.insert(link.url);
        } else if link.url.len() > URL_BYTES_MAX && is_web(&link.url) {
            let text = name(&link.text);
            problems.add(format!("the address of `{text}` is too long for a link"));
        }
    }
    if !left_out.is_empty() {
        let count = left_out.len();
        problems.add(format!("{count} links beyond the first {LINKS_MAX} were left out"));
    }
    links
}

/// What a link is called if its sender gave it no name.
pub(crate) const fn word(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Runbook => "Runbook",
        LinkKind::Dashboard => "Dashboard",
        LinkKind::Panel => "Panel",
        LinkKind::Silence => "Silence",
        LinkKind::Source => "Source",
        LinkKind::Image => "Image",
        LinkKind::Other => "Link",
    }
}

/// The kind that a name says: that of a field, an annotation or a link's title.
pub(crate) fn kind_of(name: &str) -> LinkKind {
    let name = name.trim();
    LinkKind::parse(&name.to_ascii_lowercase())
        .or_else(|| NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind))
        .unwrap_or(LinkKind::Other)
}

fn is_address_name(name: &str) -> bool {
    name == "url"
        || name == "link"
        || ["_url", "_link", "URL", "Url"].iter().any(|end| name.ends_with(end))
}

/// http or https with a host, and nothing in it that could end a link or disguise where it leads:
/// white space, control and formatting characters, brackets, quotation marks, a user name.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://").filter(|_| is_web(text)) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_bad = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '<' | '>' | '"' | '\\' | '`')
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
            || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}')
    };
    text.len() <= URL_BYTES_MAX
        && !host.is_empty()
        && !host.starts_with(':')
        && !host.contains('@')
        && !text.contains(is_bad)
}

fn is_web(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme
        .is_some_and(|scheme| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_become_links() {
        for good in ["http://a", "HTTPS://a.example:8/x?y=1|2&z={\u{e4}}#f", "http://[::1]/"] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("https://a/{}", "x".repeat(URL_BYTES_MAX));
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "http://:80",
            "data:text/html,http://a",
            "/graph?g0.expr=up",
            "https://a/ b",
            "https://a/\u{202e}gnp.exe",
            "https://a/>|<https://b",
            "https://good.example@evil.example/",
            "https://a/\n",
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_says_what_an_address_is() {
        assert_eq!(kind_of("Runbook"), LinkKind::Runbook);
        assert_eq!(kind_of("dashboard_url"), LinkKind::Dashboard);
        assert_eq!(kind_of("Logs"), LinkKind::Other);
    }

    #[test]
    fn each_address_is_shown_once() {
        let url = "https://a/".to_owned();
        let annotations =
            ["runbook", "runbook_url", "logs_url"].map(|n| (n.to_owned(), url.clone()));
        let budget = &mut Budget::new();
        let problems = &mut Problems::default();
        let links = collect(Vec::new(), &annotations.into(), &BTreeMap::new(), budget, problems);
        assert_eq!(links.len(), 1);
        assert_eq!(links[0].kind, LinkKind::Runbook);
    }
}
