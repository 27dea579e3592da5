//! What is stored of a message: bounded, and without characters that could hide or reorder text.
//! The console escapes it for HTML.

use nightowl_messaging::{AlertMessage, Form, Message, Person, WayOn, Whisper};

/// One database item holds at most 400 KB; a message stays far below, whatever a sender wrote.
const TITLE_CHARS_MAX: usize = 300;
const NAME_CHARS_MAX: usize = 120;
const VALUE_CHARS_MAX: usize = 300;
const TEXT_CHARS_MAX: usize = 4_000;
const URL_CHARS_MAX: usize = 2_000;
const LABELS_MAX: usize = 40;
const LINKS_MAX: usize = 10;

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    Rich(Box<Message>),
    /// Text only: nothing in it is a link or a button.
    Plain(String),
    /// For one person alone, with a way on.
    Whisper {
        text: String,
        link: Option<WayOn>,
    },
}

/// What is stored of `message`.
pub fn stored(message: &Message, form: Form) -> Stored {
    match form {
        Form::Rich => Stored::Rich(Box::new(bounded(message))),
        Form::Plain => Stored::Plain(plain(message)),
    }
}

/// What is stored of a whisper. The address is our own, and still no more than an address.
pub fn whispered(whisper: &Whisper) -> Stored {
    let link = whisper.link.as_ref().filter(|link| is_web_address(&link.url));
    Stored::Whisper {
        text: clean(&whisper.text, TEXT_CHARS_MAX),
        link: link
            .map(|link| WayOn { label: clean(&link.label, NAME_CHARS_MAX), url: link.url.clone() }),
    }
}

fn bounded(message: &Message) -> Message {
    let mut message = message.clone();
    match &mut message {
        Message::Alert(alert) => bound_alert(alert),
        Message::Escalation(page) => {
            bound_alert(&mut page.alert);
            bound(&mut page.tier_label, VALUE_CHARS_MAX);
            bound_person(&mut page.target);
            bound_option(&mut page.because, TEXT_CHARS_MAX);
            bound_option(&mut page.standing, TEXT_CHARS_MAX);
        }
        Message::Direct(page) => {
            bound_alert(&mut page.alert);
            bound(&mut page.text, TEXT_CHARS_MAX);
        }
        Message::Prompt(prompt) => {
            bound_alert(&mut prompt.alert);
            bound(&mut prompt.text, TEXT_CHARS_MAX);
        }
        Message::Notice(notice) => {
            bound(&mut notice.text, TEXT_CHARS_MAX);
            if let Some(alert) = &mut notice.alert {
                bound_alert(alert);
            }
        }
        Message::Digest(digest) => {
            for member in &mut digest.members {
                bound(&mut member.title, TITLE_CHARS_MAX);
                bound(&mut member.standing, VALUE_CHARS_MAX);
                member.alert_url = member.alert_url.take().filter(|url| is_web_address(url));
            }
        }
    }
    message
}

fn bound_alert(alert: &mut AlertMessage) {
    bound(&mut alert.title, TITLE_CHARS_MAX);
    bound(&mut alert.integration, NAME_CHARS_MAX);
    bound(&mut alert.description, TEXT_CHARS_MAX);
    bound(&mut alert.escalation, TEXT_CHARS_MAX);
    bound_option(&mut alert.resolution, TEXT_CHARS_MAX);
    let values = [&mut alert.cluster, &mut alert.namespace, &mut alert.service];
    for value in values.into_iter().chain([&mut alert.runbook_title]) {
        bound_option(value, VALUE_CHARS_MAX);
    }
    for name in [&mut alert.acknowledged_by, &mut alert.resolved_by] {
        bound_option(name, NAME_CHARS_MAX);
    }
    for person in [&mut alert.primary_on_call, &mut alert.secondary_on_call] {
        bound_person(person);
    }
    alert.labels.truncate(LABELS_MAX);
    for (name, value) in &mut alert.labels {
        bound(name, NAME_CHARS_MAX);
        bound(value, VALUE_CHARS_MAX);
    }
    alert.links.retain(|(_, url)| is_web_address(url));
    alert.links.truncate(LINKS_MAX);
    for (title, _) in &mut alert.links {
        bound(title, VALUE_CHARS_MAX);
    }
    alert.runbook_url = alert.runbook_url.take().filter(|url| is_web_address(url));
    alert.alert_url = alert.alert_url.take().filter(|url| is_web_address(url));
}

fn bound(text: &mut String, chars_max: usize) {
    *text = clean(text, chars_max);
}

fn bound_option(text: &mut Option<String>, chars_max: usize) {
    if let Some(text) = text {
        bound(text, chars_max);
    }
}

fn bound_person(person: &mut Option<Person>) {
    if let Some(person) = person {
        bound(&mut person.name, NAME_CHARS_MAX);
    }
}

/// At most `chars_max` characters, none of which moves or hides others. Lines may end.
pub fn clean(text: &str, chars_max: usize) -> String {
    let mut kept = text.chars().filter(|c| !is_direction(*c)).map(|c| match c {
        '\n' => c,
        '\u{2028}' | '\u{2029}' => '\n',
        c if c.is_control() => ' ',
        c => c,
    });
    let mut cleaned: String = kept.by_ref().take(chars_max).collect();
    if kept.next().is_some() {
        cleaned.pop();
        cleaned.push('…');
    }
    cleaned
}

/// Marks that change the direction of what follows them (UAX #9): they can make a text read as
/// another. Letters of right-to-left scripts carry their own direction and stay.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Only these become links; anything else in a link could run code or name a local file.
pub fn is_web_address(url: &str) -> bool {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let rest = scheme.and_then(|scheme| url.get(scheme.len()..)).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // None of these stands in an address as such; each could end one early in some markup.
    let ends = |c: char| "<>|\"'`\\".contains(c) || c.is_whitespace();
    let is_odd = |c: char| ends(c) || c.is_control() || is_direction(c);
    // A user name before the host could pass for it.
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
        && !host.contains('@')
        && url.chars().count() <= URL_CHARS_MAX
        && !url.chars().any(is_odd)
}

/// What a message says besides the alert it is about.
pub fn says(message: &Message) -> Option<String> {
    match message {
        Message::Alert(_) => None,
        Message::Escalation(page) => {
            let name = page.target.as_ref().map(|person| person.name.as_str());
            let whom = name.map_or_else(String::new, |name| format!(" for {name}"));
            let because = page.because.as_deref();
            if let Some(standing) = &page.standing {
                let because = because.map(|because| format!(" ({because})")).unwrap_or_default();
                return Some(format!("{standing}{because}"));
            }
            let because = because.map(|because| format!(". {because}")).unwrap_or_default();
            let minutes = match page.timeout_minutes {
                minutes if minutes > 0.0 => format!(" {minutes} min to answer."),
                _ => String::new(),
            };
            Some(format!("{}{whom}{because}.{minutes}", page.tier_label))
        }
        Message::Direct(page) => Some(page.text.clone()),
        Message::Notice(notice) => Some(notice.text.clone()),
        Message::Prompt(prompt) => Some(prompt.text.clone()),
        Message::Digest(digest) => {
            let lines = digest.members.iter().map(|member| {
                let (id, severity) = (&member.short_id, member.severity.name());
                format!("{id} ({severity}, {}): {}", member.standing, member.title)
            });
            let lines: Vec<String> = [digest.headline()].into_iter().chain(lines).collect();
            Some(lines.join("\n"))
        }
    }
}

/// The same in words: what a person needs in order to act by other means.
fn plain(message: &Message) -> String {
    let message = bounded(message);
    let alert = message.alert().map(plain_alert);
    let parts: Vec<String> = alert.into_iter().chain(says(&message)).collect();
    clean(&parts.join("\n"), 3 * TEXT_CHARS_MAX)
}

fn plain_alert(alert: &AlertMessage) -> String {
    let (id, severity, status) = (&alert.short_id, alert.severity.name(), alert.status);
    let (title, description, escalation) = (&alert.title, &alert.description, &alert.escalation);
    format!("{id} ({severity}, {status}): {title}\n{escalation}\n{description}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_cannot_be_reordered() {
        assert_eq!(clean("a\u{202e}b\u{0}c\r\nd\te\u{2028}f", 20), "ab c \nd e\nf");
        assert_eq!(clean("abcdef", 4), "abc…");
        assert_eq!(clean("שלום", 9), "שלום");
        assert_eq!(clean(&"🦉".repeat(100_000), 300).chars().count(), 300);
    }

    #[test]
    fn a_page_calls_until_it_says_how_the_alert_stands() {
        let mut page = nightowl_messaging::conformance::escalation("Bob", None);
        page.tier_label = "Tier 2: oncall_secondary".to_owned();
        page.because = Some("Alice has no account".to_owned());
        let said = |page: &nightowl_messaging::EscalationMessage| {
            let stored = Stored::Rich(Box::new(Message::Escalation(page.clone())));
            match crate::wire::decode(&crate::wire::encode(&stored)) {
                Some(Stored::Rich(message)) => says(&message),
                other => panic!("it is stored as it is: {other:?}"),
            }
        };
        let call = "Tier 2: oncall_secondary for Bob. Alice has no account.";
        assert_eq!(said(&page), Some(format!("{call} 7.5 min to answer.")));
        page.timeout_minutes = 0.0;
        assert_eq!(said(&page).as_deref(), Some(call));
        let standing = "Bob was paged (tier 2). Acknowledged by Alice.";
        page.standing = Some(standing.to_owned());
        assert_eq!(said(&page), Some(format!("{standing} (Alice has no account)")));
    }

    #[test]
    fn only_web_addresses_are_links() {
        for good in ["https://example.com/a?b=c", "HTTP://localhost:3000", "http://[::1]/x"] {
            assert!(is_web_address(good), "{good}");
        }
        let bad = [
            "javascript:alert(1)",
            "//example.com",
            "https://",
            "https:///x",
            "ftp://example.com",
            "https://example.com/a b",
            " https://example.com",
            "https://exam\u{202e}ple.com",
            "https://good.example@evil.example/",
            "https://evil.example\\good.example/",
            "é",
        ];
        for bad in bad {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
