use nightowl_messaging::conformance::{alert, digest, every_message};
use nightowl_messaging::{CommandResponse, Field, ResponseSection, Snooze, WayOn, Whisper};
use serde_json::{Value, json};

use super::*;

/// All text that Slack counts, in UTF-16 units: every string of the blocks but their types.
fn characters(value: &Value) -> usize {
    match value {
        Value::String(text) => text::units(text),
        Value::Array(list) => list.iter().map(characters).sum(),
        Value::Object(object) => {
            let counted = object.iter().filter(|(key, _)| *key != "type");
            counted.map(|(_, value)| characters(value)).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

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
        alert.labels = vec![(text.to_owned(), text.to_owned()); 100];
        let url = format!("https://example.com/{}", "x".repeat(270));
        alert.links = vec![(text.to_owned(), url.clone()); 100];
        alert.alert_url = Some(url);
        alert.runbook_url = Some(format!("https://example.com/{}", "x".repeat(970)));
    }
    messages
}

#[test]
fn the_longest_message_stays_below_the_whole() {
    for text in ["x".repeat(100_000), "&".repeat(100_000), "🦉*".repeat(50_000)] {
        for (kind, message) in longest(&text) {
            let rendered = render(&message, Form::Rich);
            let blocks = serde_json::to_value(&rendered.blocks).expect("JSON");
            let below = rendered.attachments.iter().map(|a| &a.blocks);
            let below = serde_json::to_value(below.collect::<Vec<_>>()).expect("JSON");
            let all = characters(&blocks) + characters(&below);
            assert!(all <= 12_000, "{kind}: {all}");
            for form in [Form::Rich, Form::Plain] {
                let text = text::units(&render(&message, form).text);
                assert!(text <= 3900, "{kind} {form:?}: {text}");
            }
        }
    }
}

#[test]
fn an_answer_to_a_command_keeps_the_limits_too() {
    let long = "&".repeat(10_000);
    let section = ResponseSection {
        title: long.clone(),
        body: long.clone(),
        fields: vec![Field { label: long.clone(), value: long.clone() }; 30],
    };
    let response = CommandResponse {
        text: long.clone(),
        ephemeral: true,
        sections: vec![section; 100],
        link: Some(WayOn { label: long, url: "https://owl.example.com/link/1".to_owned() }),
    };
    let body = command_response(&response);
    assert_eq!(body["response_type"], "ephemeral");
    assert!(characters(&body["blocks"]) <= 12_000);
    let blocks = body["blocks"].as_array().expect("blocks");
    assert!(blocks.len() <= 50);
    let [.., more, link] = blocks.as_slice() else { panic!("{body}") };
    assert!(more.to_string().contains("more"), "{more}");
    assert_eq!(link["elements"][0]["url"], "https://owl.example.com/link/1");
}

/// A notification and a screen reader have only the text.
#[test]
fn an_answer_in_blocks_says_the_same_as_text() {
    let section = |title: &str, body: &str, fields| ResponseSection {
        title: title.to_owned(),
        body: body.to_owned(),
        fields,
    };
    let field = Field { label: "primary".to_owned(), value: "Alice".to_owned() };
    let sections = vec![
        section("/nightowl ack ID [NOTE]", "You take the alert.", vec![]),
        section("web", "", vec![field]),
    ];
    let help =
        CommandResponse { text: "You can type:".to_owned(), ephemeral: true, sections, link: None };
    let said = "/nightowl ack ID [NOTE] · You take the alert.\nweb · primary: Alice";
    assert_eq!(command_response(&help)["text"], format!("You can type:\n{said}"));
    let headless = CommandResponse { text: String::new(), ..help };
    assert_eq!(command_response(&headless)["text"], said);
}

#[test]
fn a_page_that_is_over_calls_nobody() {
    let mut page = nightowl_messaging::conformance::escalation("bob", Some("U0BOB00001"));
    page.alert = alert("disk full", None);
    let all = |page: &nightowl_messaging::EscalationMessage| {
        let message = Message::Escalation(page.clone());
        let rich = render(&message, Form::Rich);
        let blocks = serde_json::to_string(&rich.blocks).expect("JSON");
        [blocks, rich.text, render(&message, Form::Plain).text]
    };
    for text in all(&page) {
        assert!(text.contains("<@U0BOB00001>"), "{text}");
    }
    let [blocks, ..] = all(&page);
    assert!(blocks.contains("<@U0BOB00001>: *page* · bob · next tier in 7.5 minutes"), "{blocks}");
    page.timeout_minutes = 0.0;
    assert!(!all(&page).concat().contains("next tier"), "it is told already");
    page.standing = Some("Bob was paged (tier 2). Acknowledged by Alice.".to_owned());
    for text in all(&page) {
        assert!(text.contains("Bob was paged (tier 2). Acknowledged by Alice."), "{text}");
        assert!(!text.contains("<@") && !text.contains("*page*"), "{text}");
    }
}

#[test]
fn a_card_looks_like_this() {
    let mut card = alert("disk full", Some("U0ALICE001"));
    card.title = "Disk full on db-1".to_owned();
    let rendered = render(&Message::Alert(card), Form::Rich);
    assert_eq!(rendered.text, "🔴 critical, firing, X2K9FQ: Disk full on db-1");
    let blocks = serde_json::to_value(&rendered.blocks).expect("JSON");
    let expected = json!([{"type": "header", "block_id": "firing-3-1-2-0",
        "text": {"type": "plain_text", "text": "🔴 Disk full on db-1", "emoji": false}}]);
    assert_eq!(blocks, expected);
    let attachment = serde_json::to_value(&rendered.attachments[0]).expect("JSON");
    assert_eq!(attachment["color"], "#E01E5A");
    let first = &attachment["blocks"][0]["text"];
    assert_eq!(first["verbatim"], true);
    let fields = &attachment["blocks"][1]["fields"];
    assert_eq!(fields[0]["text"], "*Cluster*\ndisk full");
    assert_eq!(fields[4]["text"], "*On call*\ndisk full", "a card calls nobody");
    assert!(!attachment.to_string().contains("<@"), "{attachment}");
    let list = attachment["blocks"].as_array().expect("blocks");
    let buttons = &list.last().expect("buttons")["elements"];
    assert_eq!(buttons[0]["action_id"], "ack");
    assert_eq!(buttons[0]["style"], "primary");
    let runbook = buttons.as_array().expect("buttons").iter().find(|b| b["action_id"] == "runbook");
    assert_eq!(runbook.expect("it")["url"], "https://runbooks.example.com/disk?a=1&b=2");
}

#[test]
fn names_of_blocks_differ_and_change_with_the_state() {
    let names = |status: &'static str| {
        let mut card = alert("x", None);
        card.status = status;
        let rendered = render(&Message::Alert(card), Form::Rich);
        let json = serde_json::to_value((&rendered.blocks, &rendered.attachments[0].blocks));
        let json = json.expect("JSON");
        let lists = json.as_array().expect("two lists").clone();
        let blocks = lists.iter().flat_map(|list| list.as_array().expect("a list"));
        let names: Vec<String> = blocks.map(|block| block["block_id"].to_string()).collect();
        names
    };
    let (firing, resolved) = (names("firing"), names("resolved"));
    for (index, name) in firing.iter().enumerate() {
        assert!(!firing[..index].contains(name), "{name} twice");
        assert!(!resolved.contains(name), "{name} did not change");
    }
}

#[test]
fn a_menu_says_what_it_offers_and_a_prompt_opens_a_form() {
    let mut card = alert("x", None);
    card.buttons = vec![nightowl_messaging::Button::Snooze, nightowl_messaging::Button::Note];
    let rendered = render(&Message::Alert(card), Form::Rich);
    let json = serde_json::to_value(&rendered.attachments[0].blocks).expect("JSON");
    let elements = &json.as_array().expect("blocks").last().expect("buttons")["elements"];
    assert_eq!(elements[0]["type"], "static_select");
    assert_eq!(elements[0]["placeholder"]["text"], "Snooze");
    let options = elements[0]["options"].as_array().expect("options");
    for (option, choice) in options.iter().zip(Snooze::ALL) {
        assert_eq!(option["text"]["text"], choice.label());
        let value = option["value"].as_str().expect("a value");
        assert!(value.len() <= 150 && value.starts_with(&format!("{}|v1|", choice.name())));
    }
    assert_eq!((options.len(), &elements[1]["action_id"]), (4, &json!("note")));
}

#[test]
fn a_link_for_one_person_is_a_button() {
    let way = |url: &str| Whisper {
        text: "I do not know you yet.".to_owned(),
        link: Some(WayOn { label: "Link".to_owned(), url: url.to_owned() }),
    };
    let (text, blocks) = whisper(&way("https://owl.example.com/link/one-time"));
    assert!(!text.contains("one-time"), "a notification is no place for it: {text}");
    let json = serde_json::to_value(&blocks).expect("JSON");
    assert_eq!(json[0]["text"]["text"], "I do not know you yet.");
    let button = &json[1]["elements"][0];
    assert_eq!(button["url"], "https://owl.example.com/link/one-time");
    assert_eq!((&button["action_id"], &button["text"]["text"]), (&json!("way-on"), &json!("Link")));
    for bad in ["", "javascript:alert(1)", "https://a/\"x", "//a"] {
        assert_eq!(whisper(&way(bad)).1, vec![], "{bad}");
    }
}

#[test]
fn the_home_tab_always_shows_something() {
    let view = |response: &CommandResponse| serde_json::to_value(home(response)).expect("JSON");
    let empty = view(&CommandResponse::default());
    assert_eq!(empty["type"], "home");
    assert_eq!(empty["blocks"][0]["text"]["text"], "Nothing is open.");
    let section = ResponseSection { title: "X2K9FQ".to_owned(), ..ResponseSection::default() };
    let full = CommandResponse {
        text: "You are on call.".to_owned(),
        sections: vec![section; 60],
        ..CommandResponse::default()
    };
    let full = view(&full);
    let blocks = full["blocks"].as_array().expect("blocks");
    assert!(blocks.len() <= 100);
    assert_eq!(blocks[0]["text"]["text"], "You are on call.");
    assert_eq!(blocks[0]["block_id"], "home-0");
}
