mod looks;
mod reader;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nightowl_domain::SendKey;
use nightowl_messaging::conformance::{digest, every_message, prompt};
use nightowl_messaging::{Button, Form, Message, Secret};
use proptest::prelude::*;

use super::*;

use reader::Read;
pub(super) use reader::read;

pub(super) const ALICE: &str = "4xp9fdt77pncbef59f4k1qe83o";

/// Each would do something if it were not escaped.
pub(super) const NASTY: &[&str] = &[
    "<!channel> zorn",
    "@channel @here @all @alice @zorn. (@zorn) a@evil.example <a@evil.example>",
    "\\@channel &#64;channel &commat;channel &amp;#64;x",
    "~town-square #general ##zorn #zorn-1",
    "*zorn* _zorn_ ~zorn~ `zorn` **zorn** __zorn__ ~~zorn~~ ***z***",
    " *a*zorn _b_zorn;*c*",
    "```zorn```\n~~~\nzorn\n~~~\n```\nx\n```",
    "> zorn\n>>> zorn\n&gt; zorn",
    "# zorn\n- zorn\n* zorn\n+ x\n1. zorn\n2) x\n---\n***\nx\n===\n___",
    "[zorn](https://evil.example) [zorn]: https://evil.example",
    "zorn](https://evil.example) x",
    "x [zorn\n[zorn]: https://evil.example\n[zorn] [zorn][] [a][zorn]",
    "![zorn](https://evil.example/a.png) <img src=x onerror=alert(1)>",
    "|a|b|\n|---|---|\n|zorn|c|",
    "a|b\n-|-\nc|d\n\na|b\n:-|:-\nc|d",
    "<script>alert(1)</script><b>zorn</b></div><!-- x --><?php ?>",
    "http://evil.example/zorn https://evil.example www.evil.example mailto:a@evil.example zorn",
    "evil.com/zorn HTTP://EVIL.example WWW.evil.example www2.evil.example ftp://a tel:123",
    "javascript:alert(1) mmaction://x data:text/html,x slack://user zorn",
    ":fire: :skull::skin-tone-2: :+1: zorn: :) :-( ;) :D :p <3 </3 :/ x-d :100:",
    "$x$ $$y$$ $MM_ATMENTION0$ ${jndi:ldap://evil.example/zorn}",
    "\u{2424}# zorn\u{2424}- x",
    "    zorn\n\n    code\n\tx",
    "- [ ] zorn\n- [x] zorn",
    "zorn\\",
    "\\",
    "zorn*",
    "_zorn",
    "!",
    "&",
    "[",
    "]",
];

pub(super) fn signer() -> Signer {
    let key = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    Signer::new("acme", "https://nightowl.example.com", &key)
}

pub(super) fn rendered(message: &Message, form: Form) -> Rendered {
    let names = |id: &str| (id == ALICE).then(|| "alice.o-x_1".to_owned());
    let delivery = SendKey::from("delivery-of-the-card");
    render(message, form, &Pen { signer: Some(&signer()), names: &names, delivery: &delivery })
}

/// Every place of a post that is shown as Markdown.
fn places(rendered: &Rendered) -> Vec<(String, String)> {
    let mut places = vec![("message".to_owned(), rendered.message.clone())];
    for attachment in &rendered.props.attachments {
        places.push(("text".to_owned(), attachment.text.clone()));
        for field in &attachment.fields {
            places.push((field.title.to_owned(), field.value.clone()));
        }
    }
    places
}

fn all_read(rendered: &Rendered) -> BTreeMap<String, Read> {
    places(rendered).into_iter().map(|(place, text)| (place, read(&text))).collect()
}

type Expected = Vec<BTreeMap<String, Read>>;

/// What messages of harmless words do, by form and kind.
static EXPECTED: LazyLock<[Expected; 2]> = LazyLock::new(|| {
    [Form::Rich, Form::Plain].map(|form| {
        let messages = every_message("zorn", Some(ALICE)).into_iter();
        messages.map(|(_, message)| all_read(&rendered(&message, form))).collect()
    })
});

/// Other words in the fields change the words that are shown, and nothing else.
fn changes_nothing_but_words(text: &str) {
    for (form, expected) in [Form::Rich, Form::Plain].into_iter().zip(EXPECTED.iter()) {
        let messages = every_message(text, Some(ALICE)).into_iter();
        for ((kind, hostile), expected) in messages.zip(expected) {
            let rendered = rendered(&hostile, form);
            for (place, found) in all_read(&rendered) {
                let what = || format!("{kind} {form:?} {place} of {text:?}: {rendered:#?}");
                let expected = expected.get(&place).unwrap_or_else(|| panic!("{}", what()));
                assert_eq!(&found, expected, "{}", what());
            }
        }
    }
}

#[test]
fn nasty_text_is_text() {
    for text in NASTY {
        changes_nothing_but_words(text);
        for more in ["zorn", "*\n\n", "](x)\\"] {
            changes_nothing_but_words(&format!("{text}{more}"));
            changes_nothing_but_words(&format!("{more}{text}"));
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(NASTY).prop_map(str::to_owned),
        "[a-z@~#*_`<>&$:;.()\\[\\]!|+=0-9 \\n\\\\/-]{1,12}",
        "\\PC{1,4}",
    ];
    // What is no more than white space is no value at all.
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| format!("z{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_text(text in any_text()) {
        changes_nothing_but_words(&text);
    }

    #[test]
    fn an_at_or_a_tilde_calls_nobody(text in any_text()) {
        let shown = [text::lines(&text, 1_000), text::label(&text, 500), text::either(&text, 500)];
        for shown in shown {
            // The web client's own marks for what it has found already begin with it.
            prop_assert!(!shown.contains('$'), "{}", shown);
            let mut chars = shown.chars().peekable();
            while let Some(c) = chars.next() {
                if matches!(c, '@' | '~') {
                    prop_assert_eq!(chars.peek(), Some(&'\u{200b}'), "{}", shown);
                }
            }
        }
    }

    #[test]
    fn props_fit_into_the_oldest_server(text in any_text(), times in 1_usize..20) {
        for (kind, message) in longest(&text.repeat(times)) {
            small_enough(kind, &message);
        }
    }
}

fn small_enough(kind: &str, message: &Message) {
    for form in [Form::Rich, Form::Plain] {
        let rendered = rendered(message, form);
        let json = serde_json::to_string(&rendered.props).expect("JSON");
        let counted = json.len() + 5 * json.matches(['<', '>', '&']).count();
        assert!(counted < 7_500, "{kind}: {counted}");
        assert!(rendered.message.chars().count() < 16_383, "{kind}");
        let told = message.alert().is_none() || all_text(&rendered).contains("X2K9FQ");
        assert!(told, "{kind}: the short id was cut off");
        let pressed = rendered.props.attachments.iter().map(|a| a.actions.len()).sum::<usize>();
        let wanted = match (message, form) {
            (Message::Notice(_), _) | (_, Form::Plain) => 0,
            (Message::Prompt(_), Form::Rich) => 1,
            // A menu to acknowledge, one to resolve, and one for all.
            (Message::Digest(_), Form::Rich) => 3,
            (_, Form::Rich) => 4,
        };
        assert_eq!(pressed, wanted, "{kind}");
    }
}

fn all_text(rendered: &Rendered) -> String {
    places(rendered).into_iter().map(|(_, text)| text + "\n").collect()
}

/// Messages with as much of everything as there can be.
fn longest(text: &str) -> Vec<(&'static str, Message)> {
    let mut messages = every_message(text, None);
    for (_, message) in &mut messages {
        let alert = match message {
            Message::Alert(alert) => alert,
            Message::Escalation(page) => &mut page.alert,
            Message::Direct(page) => &mut page.alert,
            Message::Prompt(prompt) => &mut prompt.alert,
            Message::Digest(most) => {
                *most = digest(text, 30);
                continue;
            }
            Message::Notice(_) => continue,
        };
        alert.labels = vec![(text.to_owned(), text.to_owned()); 20];
        let url = format!("https://example.com/{}", "x".repeat(270));
        alert.links = vec![(text.to_owned(), url.clone()); 20];
        alert.alert_url = Some(url);
        alert.runbook_url = Some(format!("https://example.com/{}", "x".repeat(970)));
    }
    messages
}

#[test]
fn the_longest_message_stays_below_the_limits() {
    let texts = [
        "x".repeat(100_000),
        "&amp;".repeat(20_000),
        "<".repeat(100_000),
        "🦉*".repeat(50_000),
        "\"\\".repeat(50_000),
        "\n".repeat(100_000),
        "x\n".repeat(50_000),
        "@".repeat(100_000),
    ];
    for text in texts {
        for (kind, message) in longest(&text) {
            small_enough(kind, &message);
        }
    }
}

#[test]
fn the_runbook_is_never_cut_and_never_an_action() {
    for (kind, message) in longest(&"🦉*".repeat(50_000)) {
        if matches!(message, Message::Notice(_) | Message::Prompt(_) | Message::Digest(_)) {
            continue;
        }
        let rendered = rendered(&message, Form::Rich);
        let attachment = &rendered.props.attachments[0];
        let runbook = attachment.fields.iter().find(|field| field.title == "Runbook");
        let links = read(&runbook.expect("a runbook").value).links;
        let expected = message.alert().and_then(|alert| alert.runbook_url.clone());
        assert_eq!(links, Vec::from_iter(expected), "{kind}");
        assert!(attachment.actions.iter().all(|action| action.name != "Runbook"));
    }
}

#[test]
fn only_a_known_user_name_becomes_a_mention() {
    let everybody = |id: &str| Some(if id == ALICE { "channel" } else { "alice" }.to_owned());
    let delivery = SendKey::from("d");
    let pen = Pen { signer: None, names: &everybody, delivery: &delivery };
    for user_ref in [ALICE, "channel", "here", "", " ", "@all", "alice", "U1|<!here>"] {
        for (kind, message) in every_message("zorn", Some(user_ref)) {
            for form in [Form::Rich, Form::Plain] {
                for (place, found) in all_read(&render(&message, form, &pen)) {
                    assert_eq!(found.mentions, Vec::<String>::new(), "{kind} {place} {user_ref}");
                }
            }
        }
    }
}

#[test]
fn without_buttons_it_says_what_to_type() {
    let delivery = SendKey::from("d");
    let pen = Pen { signer: None, names: &|_| None, delivery: &delivery };
    for (_, message) in every_message("zorn", None).into_iter().take(3) {
        let rendered = render(&message, Form::Rich, &pen);
        assert!(rendered.props.attachments[0].actions.is_empty());
        assert!(all_text(&rendered).contains("/nightowl ack X2K9FQ"), "{rendered:?}");
    }
    let asked = render(&Message::Prompt(prompt("zorn", None)), Form::Rich, &pen);
    assert!(all_text(&asked).contains("/nightowl note X2K9FQ"), "{asked:?}");
}

#[test]
fn ids_of_buttons_are_letters_and_every_button_is_signed() {
    let (_, mut message) = every_message("zorn", None).remove(0);
    if let Message::Alert(alert) = &mut message {
        use Button::{Acknowledge, Escalate, Note, Resolve, Runbook, Snooze, Unacknowledge};
        alert.buttons = vec![Acknowledge, Unacknowledge, Escalate, Resolve, Snooze, Note, Runbook];
    }
    let rendered = rendered(&message, Form::Rich);
    let actions = &rendered.props.attachments[0].actions;
    let ids: Vec<_> = actions.iter().map(|action| action.id).collect();
    assert_eq!(ids, ["ack", "unack", "escalate", "resolve", "snooze", "note"]);
    let mut macs: Vec<_> = actions.iter().map(|a| &a.integration.context["mac"]).collect();
    macs.sort();
    macs.dedup();
    assert_eq!(macs.len(), ids.len(), "one for all would let one button act as another");
}
