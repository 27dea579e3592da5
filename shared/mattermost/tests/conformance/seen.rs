//! What a person sees of a post and of a form.

use mattermost_double::{Double, OpenDialog, Post, Reading, Version, read_text};
use nightowl_domain::{MessageRef, SendKey};
use nightowl_messaging::conformance::{
    Markup, Seen, SeenButton, SeenField, SeenForm, Whispered, button_of,
};
use nightowl_messaging::{ActionId, Button, ButtonValue, Snooze};
use serde_json::Value;

pub(crate) fn seen(double: &Double, post: &Post, bot: &str) -> Seen {
    let reading = double.read(post);
    let delivery = post.props.get("nightowl_delivery").and_then(Value::as_str);
    let delivery = delivery.filter(|delivery| !delivery.is_empty() && post.user_id == bot);
    let mut links = reading.links.clone();
    let mut buttons: Vec<SeenButton> = reading.buttons.iter().flat_map(buttons_of).collect();
    if let Some(url) = runbook(post, double.version()) {
        // It is a link in a field of its own, where others have a button.
        let at = links.iter().position(|link| *link == url).expect("the reading has it too");
        links.remove(at);
        buttons.push(SeenButton {
            button: Button::Runbook,
            label: "Runbook".to_owned(),
            value: None,
            url: Some(url),
            choices: vec![],
        });
    }
    Seen {
        at: MessageRef {
            provider: "mattermost".to_owned(),
            channel: post.channel_id.clone(),
            message: post.id.clone(),
        },
        delivery: delivery.map(SendKey::from),
        markup: markup(&reading),
        text: reading.text,
        mentions: reading.mentions,
        links,
        buttons,
        direct_to: double.direct_to(&post.channel_id, bot),
        under: Some(post.root_id.clone()).filter(|root| !root.is_empty()),
    }
}

/// A menu of a digest is a button for each member: what is chosen says its place.
fn buttons_of(seen: &mattermost_double::Button) -> Vec<SeenButton> {
    let action = ActionId::parse(&seen.id).expect("an action of ours");
    if seen.options.is_empty() || action == ActionId::Snooze {
        return vec![button(seen)];
    }
    assert!(seen.is_alive, "a choice from it would be lost: {seen:?}");
    let value = seen.context["v"].as_str().and_then(ButtonValue::decode);
    let member = |(label, place): &(String, String)| SeenButton {
        button: button_of(action),
        label: label.clone(),
        value: value
            .clone()
            .map(|value| ButtonValue { tier: place.parse().expect("a place"), ..value }),
        url: None,
        choices: vec![],
    };
    seen.options.iter().map(member).collect()
}

fn button(seen: &mattermost_double::Button) -> SeenButton {
    assert!(seen.is_alive, "a click on it would be lost: {seen:?}");
    let choices = seen.options.iter().map(|(label, value)| {
        let choice = Snooze::parse(value).expect("a choice of ours");
        assert_eq!(label, choice.label());
        choice
    });
    SeenButton {
        button: button_of(ActionId::parse(&seen.id).expect("an action of ours")),
        label: seen.name.clone(),
        value: seen.context["v"].as_str().and_then(ButtonValue::decode),
        url: None,
        choices: choices.collect(),
    }
}

fn runbook(post: &Post, version: Version) -> Option<String> {
    let attachments = post.props.get("attachments")?.as_array()?;
    let fields = attachments.iter().filter_map(|one| one["fields"].as_array()).flatten();
    let mut of_runbook = fields.filter(|field| field["title"] == "Runbook");
    let value = of_runbook.next()?["value"].as_str()?;
    read_text(value, version).links.pop()
}

pub(crate) fn whispered(double: &Double, post: &Post, bot: &str) -> Option<Whispered> {
    let delivery = post.props.get("nightowl_delivery").and_then(Value::as_str);
    let is_ours = post.user_id == bot && delivery.unwrap_or_default().is_empty();
    let user_ref = double.direct_to(&post.channel_id, bot).filter(|_| is_ours)?;
    let reading = double.read(post);
    Some(Whispered {
        channel: post.channel_id.clone(),
        user_ref,
        markup: markup(&reading),
        text: reading.text,
        mentions: reading.mentions,
        links: reading.links,
    })
}

/// Introduction and hints are Markdown; everything else is shown as it is.
pub(crate) fn form(open: &OpenDialog, version: Version) -> SeenForm {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let elements = open.dialog["elements"].as_array().cloned().unwrap_or_default();
    let mut rendered = vec![read_text(&text(&open.dialog["introduction_text"]), version)];
    rendered.extend(elements.iter().map(|one| read_text(&text(&one["help_text"]), version)));
    let option = |option: &Value| (text(&option["text"]), text(&option["value"]));
    let fields = elements.iter().map(|one| SeenField {
        id: text(&one["name"]),
        label: text(&one["display_name"]),
        value: text(&one["default"]),
        required: one["optional"] != true,
        options: one["options"].as_array().into_iter().flatten().map(option).collect(),
    });
    let all =
        |part: fn(&Reading) -> &Vec<String>| rendered.iter().flat_map(part).cloned().collect();
    SeenForm {
        user_ref: open.user_id.clone(),
        title: text(&open.dialog["title"]),
        intro: rendered.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n"),
        fields: fields.collect(),
        state: text(&open.dialog["state"]),
        markup: rendered.iter().flat_map(markup).collect(),
        mentions: all(|one| &one.mentions),
        links: all(|one| &one.links),
    }
}

/// The kit's kinds live as long as the program, the double's are its own.
pub(crate) fn markup(reading: &Reading) -> Vec<Markup> {
    const KINDS: [&str; 15] = [
        "bold",
        "italic",
        "strike",
        "code",
        "code_block",
        "quote",
        "heading",
        "list",
        "task",
        "rule",
        "table",
        "image",
        "emoji",
        "hashtag",
        "channel",
    ];
    let kind = |kind: &str| KINDS.into_iter().find(|known| *known == kind).expect("a known kind");
    let runs = reading.markup.iter();
    runs.map(|run| Markup { kind: kind(&run.kind), text: run.text.clone() }).collect()
}
