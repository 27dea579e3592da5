//! The alert in blocks.

use nightowl_messaging::{
    ActionId, AlertMessage, Button, ButtonValue, DirectMessage, EscalationMessage, Person,
    PromptMessage, Snooze, words,
};

use crate::choice::choice_value;
use crate::wire::{Block, Choice, Element, Text};

use super::link::{address, link};
use super::moment::moment;
use super::person::mention;
use super::text;

/// With the other parts it keeps the whole below 12,000 characters.
const DESCRIPTION_UNITS: usize = 2000;
const LABEL_UNITS: usize = 1200;
const FIELD_UNITS: usize = 200;
const LINKS: usize = 3;
/// Slack takes 3,000 in a button; a quarter of the whole is too much for one address.
const RUNBOOK_URL_UNITS: usize = 1000;
/// Slack's own figure differs between its documents; this is the smaller.
const CHOICE_UNITS: usize = 150;

pub(crate) fn header(alert: &AlertMessage) -> Block {
    let title = format!("{} {}", words::sign(alert), alert.title);
    Block::header(text::plain(&title, 150))
}

/// All that the card says below its title.
pub(crate) fn body(alert: &AlertMessage) -> Vec<Block> {
    let mut blocks = vec![Block::section(summary(alert))];
    let fields = fields(alert);
    if !fields.is_empty() {
        blocks.push(Block::fields(fields));
    }
    let texts = [text::mrkdwn(&alert.description, DESCRIPTION_UNITS), history(alert)];
    blocks.extend(filled(texts).map(Block::section));
    let notes = [labels(alert), text::mrkdwn(words::news(alert), 500), links(alert)];
    blocks.extend(filled(notes).map(Block::context));
    let buttons = buttons(alert);
    if !buttons.is_empty() {
        blocks.push(Block::actions(buttons));
    }
    blocks
}

fn filled<const N: usize>(texts: [String; N]) -> impl Iterator<Item = String> {
    texts.into_iter().filter(|text| !text.is_empty())
}

/// `*critical* · firing · X2K9FQ · 3 times · since …`.
fn summary(alert: &AlertMessage) -> String {
    let mut parts = vec![
        format!("*{}*", alert.severity.name()),
        alert.status.to_owned(),
        text::line(&alert.short_id, 20),
    ];
    if alert.count > 1 {
        parts.push(format!("{} times", alert.count));
    }
    parts.push(format!("since {}", moment(alert.fired_at)));
    parts.join(" · ")
}

fn fields(alert: &AlertMessage) -> Vec<String> {
    let plain = [
        ("Cluster", alert.cluster.as_deref()),
        ("Namespace", alert.namespace.as_deref()),
        ("Service", alert.service.as_deref()),
        ("Source", Some(alert.integration.as_str())),
    ];
    let people = [
        ("On call", alert.primary_on_call.as_ref()),
        ("Second on call", alert.secondary_on_call.as_ref()),
    ];
    let plain = plain.into_iter().filter_map(|(label, value)| {
        let value = text::line(value?, FIELD_UNITS);
        (!value.is_empty()).then(|| field(label, &value))
    });
    // Named and not mentioned: a card is for whoever looks, and wakes nobody.
    let people = people.into_iter().filter_map(|(label, person)| {
        let name = text::line(&person?.name, FIELD_UNITS);
        (!name.is_empty()).then(|| field(label, &name))
    });
    plain.chain(people).collect()
}

fn field(label: &str, mrkdwn: &str) -> String {
    format!("*{label}*\n{mrkdwn}")
}

/// Who has done what to it, a line each.
fn history(alert: &AlertMessage) -> String {
    let mut lines = vec![];
    let mut done = |what: &str, by: Option<&String>, at| {
        if let Some(by) = by {
            let by = text::line(by, 100);
            let at = Option::map(at, moment).unwrap_or_default();
            lines.push(format!("{what} by {by} {at}").trim_end().to_owned());
        }
    };
    let acknowledged_by = alert.acknowledged_by.as_ref();
    done("Acknowledged", acknowledged_by, alert.acknowledged_at);
    done("Resolved", alert.resolved_by.as_ref(), alert.resolved_at);
    if let Some(resolution) = &alert.resolution {
        lines.push(text::mrkdwn(resolution, 500));
    }
    if let Some(until) = alert.snoozed_until {
        lines.push(format!("Snoozed until {}", moment(until)));
    }
    if let Some(next) = &alert.superseded_by {
        lines.push(format!("{} came after it", text::line(next, 20)));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// `key=value`, as many as fit.
fn labels(alert: &AlertMessage) -> String {
    let mut all = String::new();
    for (key, value) in &alert.labels {
        let label = format!("{}={}", text::line(key, FIELD_UNITS), text::line(value, FIELD_UNITS));
        if text::units(&all) + text::units(&label) + 4 > LABEL_UNITS {
            all.push_str(" …");
            break;
        }
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(&label);
    }
    all
}

fn links(alert: &AlertMessage) -> String {
    let mut links = vec![];
    if let Some(url) = &alert.alert_url {
        links.push(link("Open in NightOwl", url));
    }
    if let Some(title) = &alert.runbook_title {
        let url = alert.runbook_url.as_deref().unwrap_or_default();
        links.push(format!("Runbook: {}", link(title, url)));
    }
    for (title, url) in alert.links.iter().take(LINKS) {
        links.push(link(title, url));
    }
    links.join(" · ")
}

fn buttons(alert: &AlertMessage) -> Vec<Element> {
    let value = ButtonValue {
        alert_id: alert.alert_id.clone(),
        delivery: alert.delivery.clone(),
        round: alert.round,
        tier: alert.tier,
    }
    .encode();
    let buttons = alert.buttons.iter();
    let made = buttons.filter_map(|which| button(*which, alert, &value));
    made.collect()
}

fn button(which: Button, alert: &AlertMessage, value: &str) -> Option<Element> {
    let pressed = |action: ActionId, label: &str| Element::Button {
        action_id: action.name(),
        text: Text::plain(label.to_owned()),
        value: value.to_owned(),
        url: None,
        style: (action == ActionId::Acknowledge).then_some("primary"),
    };
    Some(match which {
        Button::Acknowledge => pressed(ActionId::Acknowledge, "Acknowledge"),
        Button::Unacknowledge => pressed(ActionId::Unacknowledge, "Unacknowledge"),
        Button::Escalate => pressed(ActionId::Escalate, "Escalate"),
        Button::Resolve => pressed(ActionId::Resolve, "Resolve"),
        Button::Note => pressed(ActionId::Note, "Add a note"),
        Button::Snooze => snooze(value)?,
        Button::AcknowledgeAll => pressed(ActionId::AcknowledgeAll, "Acknowledge all"),
        Button::Runbook => {
            let given = alert.runbook_url.as_deref()?;
            Element::Button {
                action_id: ActionId::Runbook.name(),
                text: Text::plain("Runbook".to_owned()),
                value: value.to_owned(),
                url: Some(address(given, RUNBOOK_URL_UNITS)?.to_owned()),
                style: None,
            }
        }
    })
}

/// The value of each choice carries the button's own: a menu has no value besides. `None` if that
/// would be longer than Slack takes, which no alert id and delivery id of ours are.
fn snooze(value: &str) -> Option<Element> {
    let options = Snooze::ALL.map(|choice| Choice {
        text: Text::plain(choice.label().to_owned()),
        value: choice_value(choice, value),
    });
    let fits = options.iter().all(|option| text::units(&option.value) <= CHOICE_UNITS);
    fits.then(|| Element::StaticSelect {
        action_id: ActionId::Snooze.name(),
        placeholder: Text::plain("Snooze".to_owned()),
        options: options.into(),
    })
}

/// A page to one person: what burns, and why this person is woken.
pub(crate) fn direct_head(page: &DirectMessage) -> Vec<Block> {
    let why = text::mrkdwn(&page.text, 900);
    let why = (!why.is_empty()).then(|| Block::section(why));
    [header(&page.alert)].into_iter().chain(why).collect()
}

/// The question, below the alert that it is about.
pub(crate) fn prompt_head(prompt: &PromptMessage) -> Vec<Block> {
    vec![header(&prompt.alert), Block::section(notice_text(&prompt.text))]
}

/// Which alert it is, and the way to answer.
pub(crate) fn prompt_body(prompt: &PromptMessage) -> Vec<Block> {
    let buttons = buttons(&prompt.alert);
    let answer = (!buttons.is_empty()).then(|| Block::actions(buttons));
    [reference(&prompt.alert)].into_iter().chain(answer).collect()
}

/// Whom a page in a channel is for, and why; once that is over, how the alert stands.
pub(crate) fn call(page: &EscalationMessage) -> String {
    let mut text = match &page.standing {
        Some(standing) => text::line(standing, 900),
        None => {
            let whom = page.target.as_ref().map_or_else(
                || "Nobody could be found".to_owned(),
                |person: &Person| mention(person),
            );
            let tier = text::line(&page.tier_label, 200);
            format!("{whom}: *page* · {tier}{}", words::next_tier(page.timeout_minutes))
        }
    };
    if let Some(because) = &page.because {
        text.push('\n');
        text.push_str(&text::mrkdwn(because, 500));
    }
    text
}

/// A section must not be empty.
pub(crate) fn notice_text(given: &str) -> String {
    match text::mrkdwn(given, 2900) {
        empty if empty.is_empty() => "(nothing)".to_owned(),
        text => text,
    }
}

/// One line on the alert that a notice is about.
pub(crate) fn reference(alert: &AlertMessage) -> Block {
    let mut line = format!(
        "{} {} · {}",
        words::sign(alert),
        text::line(&alert.title, 300),
        text::line(&alert.short_id, 20)
    );
    if let Some(url) = &alert.alert_url {
        line.push_str(" · ");
        line.push_str(&link("Open in NightOwl", url));
    }
    Block::context(line)
}
