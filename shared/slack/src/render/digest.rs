//! Many alerts in one message, a line each.

use nightowl_messaging::{ActionId, Button, DigestMember, DigestMessage, words};

use crate::wire::{Block, Element, Text};

use super::link::{address, link};
use super::text;

/// Thirty lines with their buttons keep below the 12,000 characters of a message.
const TITLE_UNITS: usize = 80;
const STANDING_UNITS: usize = 50;
/// A longer way into the console is left out; the short id says as much.
const URL_UNITS: usize = 90;

/// All of it stands in the message itself: what is in an attachment is folded away by Slack.
pub(crate) fn blocks(digest: &DigestMessage) -> Vec<Block> {
    let headline = Block::header(text::plain(&digest.headline(), 150));
    let rows = digest.members.iter().map(|member| row(digest, member));
    let all = digest.has_unacknowledged().then(|| {
        Block::actions(vec![pressed(
            ActionId::AcknowledgeAll,
            "Acknowledge all",
            digest.value_of_all().encode(),
        )])
    });
    [headline].into_iter().chain(rows).chain(all).collect()
}

fn row(digest: &DigestMessage, member: &DigestMember) -> Block {
    let value = || digest.value_of(member).encode();
    let button = match member.button {
        Some(Button::Acknowledge) => Some(pressed(ActionId::Acknowledge, "Acknowledge", value())),
        Some(Button::Resolve) => Some(pressed(ActionId::Resolve, "Resolve", value())),
        Some(
            Button::Unacknowledge
            | Button::Escalate
            | Button::Snooze
            | Button::Note
            | Button::Runbook
            | Button::AcknowledgeAll,
        )
        | None => None,
    };
    Block::row(line(member), button)
}

/// `🔴 *critical* · disk full · firing, tier 2 · X2K9FQ`.
fn line(member: &DigestMember) -> String {
    let id = text::line(&member.short_id, 20);
    let url = member.alert_url.as_deref().and_then(|url| address(url, URL_UNITS));
    let parts = [
        format!("{} *{}*", words::sign_of(member.status, member.severity), member.severity.name()),
        text::line(&member.title, TITLE_UNITS),
        text::line(&member.standing, STANDING_UNITS),
        url.map_or_else(|| id.clone(), |url| link(&member.short_id, url)),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn pressed(action: ActionId, label: &str, value: String) -> Element {
    Element::Button {
        action_id: action.name(),
        text: Text::plain(label.to_owned()),
        value,
        url: None,
        style: None,
    }
}

/// What changes with the message, as the names of its blocks should.
pub(crate) fn state(digest: &DigestMessage) -> String {
    let letters = digest.members.iter().map(|member| member.status.chars().next());
    letters.flatten().collect()
}
