use nightowl_messaging::conformance::{alert, every_message};
use nightowl_messaging::{CommandResponse, Field, ResponseSection};
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
    let response = CommandResponse { text: long, ephemeral: true, sections: vec![section; 100] };
    let body = command_response(&response);
    assert_eq!(body["response_type"], "ephemeral");
    assert!(characters(&body["blocks"]) <= 12_000);
    let blocks = body["blocks"].as_array().expect("blocks");
    assert!(blocks.len() <= 50);
    let last = blocks.last().expect("a last one").to_string();
    assert!(last.contains("more"), "{last}");
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
    let help = CommandResponse { text: "You can type:".to_owned(), ephemeral: true, sections };
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
    assert_eq!(fields[4]["text"], "*On call*\n<@U0ALICE001>");
    let list = attachment["blocks"].as_array().expect("blocks");
    let buttons = &list.last().expect("buttons")["elements"];
    assert_eq!(buttons[0]["action_id"], "ack");
    assert_eq!(buttons[0]["style"], "primary");
    assert_eq!(buttons[3]["url"], "https://runbooks.example.com/disk?a=1&b=2");
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
