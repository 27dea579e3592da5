//! Whatever stands in a field, it is text: it mentions nobody, leads nowhere and looks like
//! nothing else.

use crate::conformance::sample::{ALERT_URL, LINK, RUNBOOK, SHORT_ID, carrying};
use crate::conformance::{Markup, Seen, Subject, Whispered, alert, every_message, post};
use crate::{Form, Message, Whisper};

use super::seen_at;

/// Each holds `zorn`, so that the test sees that the text itself is still shown.
pub const HOSTILE: &[&str] = &[
    "<!channel> zorn",
    "<!here|here> <!everyone> zorn",
    "<@U00000001> <#C00000001|general> <!subteam^S0001|@ops> zorn",
    "<!date^0^{date}^https://evil.example|zorn>",
    "<https://evil.example|zorn>",
    "&lt;!channel&gt; &amp;lt;@U00000001&amp;gt; zorn",
    "@channel @here @all @everyone @alice @U00000001 zorn",
    "\\@channel &#64;channel &commat;channel zorn",
    "~town-square #general ##zorn",
    "*zorn* _zorn_ ~zorn~ `zorn` **zorn** __zorn__ ~~zorn~~",
    " *a*zorn _b_zorn;*c*",
    "```zorn```\n~~~\nzorn\n~~~",
    "> zorn\n>>> zorn\n&gt; zorn",
    "# zorn\n- zorn\n* zorn\n1. zorn\n---\n***",
    "[zorn](https://evil.example) [zorn]: https://evil.example",
    "![zorn](https://evil.example/a.png) <img src=x onerror=alert(1)>",
    "|a|b|\n|---|---|\n|zorn|c|",
    "<script>alert(1)</script><b>zorn</b></div>\"'`=",
    "http://evil.example/zorn https://evil.example www.evil.example mailto:a@evil.example zorn",
    "javascript:alert(1) mmaction://x data:text/html,x slack://user zorn",
    "\u{202e}zorn\u{202c} \u{2066}zorn\u{2069} \u{200f}zorn\u{061c}",
    "\u{0}\u{7}\u{8}\u{1b}[31mzorn\u{7f}\u{85}\u{9b}1m",
    "zorn\r\nzorn\rzorn\u{2028}zorn\u{2029}zorn\u{b}zorn\u{c}zorn",
    ":fire: :skull::skin-tone-2: :+1: zorn:",
    "مرحبا zorn שלום 你好 zorn e\u{301}\u{302}\u{303} 👩‍👩‍👧‍👦 \u{feff}zorn\u{fffd}\u{e0041}",
    "${jndi:ldap://evil.example/zorn} {{zorn}} %s %n {0}",
    "nightowl_delivery v1|0123|x|0|0 zorn",
];

pub async fn hostile_text_stays_text<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    for form in [Form::Rich, Form::Plain] {
        let benign = every_message("zorn", Some(&world.person_ref));
        for (index, (kind, message)) in benign.into_iter().enumerate() {
            let mut first = post(&world, name, &format!("{kind}{form:?}"), message);
            first.form = form;
            let at = subject.provider().post(&first).await.expect(kind);
            let expected = seen_at(&subject, &at).await;
            for (number, text) in HOSTILE.iter().enumerate() {
                let (_, message) = every_message(text, Some(&world.person_ref)).remove(index);
                let delivery = format!("{kind}{form:?}{number}");
                let mut hostile = post(&world, name, &delivery, message);
                hostile.form = form;
                let posted = subject.provider().post(&hostile).await;
                let at = posted.unwrap_or_else(|error| panic!("{kind}, {text:?}: {error}"));
                let seen = seen_at(&subject, &at).await;
                same_but_for_words(&expected, &seen, &format!("{kind} {form:?} {text:?}"));
            }
        }
    }
    edits_and_whispers(&subject).await;
}

async fn edits_and_whispers<S: Subject>(subject: &S) {
    let world = subject.world();
    let at = super::posted(subject, "edited").await;
    let edit = async |text: &str| {
        let message = Message::Alert(alert(text, Some(&world.person_ref)));
        let message = carrying(message, "edited");
        let edited = subject.provider().update(&at, &message).await;
        edited.unwrap_or_else(|error| panic!("editing {text:?}: {error}"));
        seen_at(subject, &at).await
    };
    let expected = edit("zorn").await;
    for text in HOSTILE {
        same_but_for_words(&expected, &edit(text).await, &format!("edit {text:?}"));
        subject
            .provider()
            .whisper(&world.channel_id, &world.person_ref, &Whisper::say(*text))
            .await
            .unwrap_or_else(|error| panic!("whispering {text:?}: {error}"));
    }
    for whisper in subject.whispered().await {
        let Whispered { text, mentions, links, markup, .. } = whisper;
        assert_eq!((mentions, links), (vec![], vec![]), "whisper {text:?}");
        assert_eq!(markup, vec![], "whisper {text:?}");
        assert!(text.contains("zorn"), "whisper {text:?}");
        no_controls(&text, "whisper");
    }
}

/// Other words in the fields change the words that are shown, and nothing else.
fn same_but_for_words(expected: &Seen, seen: &Seen, what: &str) {
    assert_eq!(seen.mentions, expected.mentions, "mentions: {what}");
    assert_eq!(seen.links, expected.links, "links: {what}");
    let kinds = |seen: &Seen| -> Vec<&str> {
        seen.markup.iter().map(|Markup { kind, .. }| *kind).collect()
    };
    assert_eq!(kinds(seen), kinds(expected), "markup: {what}: {:?}", seen.markup);
    // A line of a digest, and an entry of its menu, may cut what is long.
    let count = |seen: &Seen| seen.text.matches("zorn").count();
    let is_there =
        if what.starts_with("digest") { count(seen) > 0 } else { count(seen) >= count(expected) };
    assert!(is_there, "text is missing: {what}: {}", seen.text);
    assert_eq!(seen.buttons.len(), expected.buttons.len(), "buttons: {what}");
    no_controls(&seen.text, what);
}

/// Nothing that moves a cursor or turns the direction of reading; a line may end.
pub(super) fn no_controls(text: &str, what: &str) {
    let bad = text.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
    });
    assert_eq!(bad, None, "{what}: {text:?}");
}

/// A user id comes from a platform, and is believed only if it looks like one of its ids.
pub async fn hostile_user_refs_mention_nobody<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    let refs =
        ["!channel", "U1> <!channel", "channel", "here", "U1|<!here>", "", " ", "@all", "U1\n"];
    for user_ref in refs {
        for (kind, message) in every_message("zorn", Some(user_ref)) {
            for form in [Form::Rich, Form::Plain] {
                let delivery = format!("{kind}{user_ref}{form:?}");
                let mut post = post(&world, name, &delivery, message.clone());
                post.form = form;
                let at = subject.provider().post(&post).await.expect(kind);
                let seen = seen_at(&subject, &at).await;
                assert_eq!(seen.mentions, Vec::<String>::new(), "{kind} {user_ref:?}");
            }
        }
    }
}

/// Only http and https, only as given; anything else is left out or shown as text.
pub async fn hostile_links_lead_nowhere<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    let allowed = [RUNBOOK, LINK, ALERT_URL];
    let addresses = [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "mmaction://x",
        "slack://user?team=T1&id=U1",
        "//evil.example",
        "ftp://evil.example",
        "https://evil.example|<!channel>",
        "https://evil.example> <!channel>",
        "https://evil.example/\n<!channel>",
        "https://evil.example/a b",
        "https://",
        "",
    ];
    for (number, address) in addresses.iter().enumerate() {
        let mut card = alert("zorn", None);
        card.runbook_url = Some((*address).to_owned());
        card.alert_url = Some((*address).to_owned());
        card.links = vec![("zorn".to_owned(), (*address).to_owned())];
        for form in [Form::Rich, Form::Plain] {
            let delivery = format!("{number}{form:?}");
            let mut post = post(&world, name, &delivery, Message::Alert(card.clone()));
            post.form = form;
            let at = subject.provider().post(&post).await.expect("a card");
            let seen = seen_at(&subject, &at).await;
            assert_eq!(seen.mentions, Vec::<String>::new(), "{address:?}");
            let urls = seen.buttons.iter().filter_map(|button| button.url.as_ref());
            for url in seen.links.iter().chain(urls) {
                let known = allowed.contains(&url.as_str());
                assert!(known || is_address(url), "{address:?} leads to {url:?}");
            }
        }
    }
}

/// http(s), with a host, and no character that could end it early in any markup.
fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>|\"'`".contains(c))
    })
}

pub async fn over_long_text_is_cut<S: Subject>() {
    let subject = S::fresh().await;
    let (world, name) = (subject.world(), subject.provider().name());
    let texts = [
        "x".repeat(100_000),
        "&<>".repeat(33_000),
        "*_~`".repeat(25_000),
        "🦉".repeat(25_000),
        "e\u{301}\u{302}".repeat(20_000),
        "zorn zorn\n".repeat(10_000),
        "\u{202e}".repeat(33_000),
        "\n".repeat(100_000),
        "https://evil.example/ ".repeat(5_000),
    ];
    for (number, text) in texts.iter().enumerate() {
        for (kind, mut message) in every_message(text, Some(&world.person_ref)) {
            if let Message::Alert(card) = &mut message {
                card.labels = vec![(text.clone(), text.clone()); 50];
                card.links = vec![(text.clone(), LINK.to_owned()); 100];
            }
            for form in [Form::Rich, Form::Plain] {
                let delivery = format!("{kind}{number}{form:?}");
                let mut post = post(&world, name, &delivery, message.clone());
                post.form = form;
                let posted = subject.provider().post(&post).await;
                let at = posted.unwrap_or_else(|error| panic!("{kind} {number}: {error}"));
                let seen = seen_at(&subject, &at).await;
                let told = message.alert().is_none() || seen.text.contains(SHORT_ID);
                assert!(told, "{kind} {number}: the short id was cut off");
                if let (Message::Alert(card), Form::Rich) = (&message, form) {
                    assert_eq!(seen.buttons.len(), card.buttons.len(), "{kind} {number}");
                }
            }
        }
    }
}
