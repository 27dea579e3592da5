//! Many alerts in one post, a line each. A button for each would not fit into what old servers take
//! with a post, so there is a menu for each act.

use nightowl_messaging::{ActionId, Button, ButtonValue, DigestMember, DigestMessage, words};

use crate::signer::Signer;
use crate::wire::{Action, Attachment, Choice, Integration, Kind};

use super::link::link;
use super::{Pen, text};

/// In [`text::weight`]: thirty lines are far below what a post may have.
const TITLE: usize = 160;
const STANDING: usize = 80;
const URL: usize = 150;
/// Of an entry of a menu, which is shown as it is: thirty of them fit into the props.
const ENTRY: usize = 120;

/// The text of the post.
pub(crate) fn head(digest: &DigestMessage, pen: &Pen<'_>) -> String {
    if pen.signer.is_none() {
        return plain(digest);
    }
    lines(digest, |member| match &member.alert_url {
        Some(url) => link(&text::line(&member.short_id, 60), url, URL),
        None => text::line(&member.short_id, 60),
    })
}

/// Without buttons the same can be typed.
pub(crate) fn plain(digest: &DigestMessage) -> String {
    let lines = lines(digest, |member| text::line(&member.short_id, 60));
    format!("{lines}\n/nightowl ack ID · /nightowl list")
}

fn lines(digest: &DigestMessage, id: impl Fn(&DigestMember) -> String) -> String {
    let members = digest.members.iter().map(|member| {
        let parts = [
            words::sign_of(member.status, member.severity).to_owned(),
            id(member),
            format!("{}, {}:", member.severity.name(), text::line(&member.standing, STANDING)),
            text::line(&member.title, TITLE),
        ];
        parts.join(" ")
    });
    let headline = text::line(&digest.headline(), 300);
    let all: Vec<String> = [headline].into_iter().chain(members).collect();
    all.join("\n")
}

/// The menus, and the button for all.
pub(crate) fn below(digest: &DigestMessage, pen: &Pen<'_>) -> Option<Attachment> {
    let signer = pen.signer?;
    let menus = [
        (Button::Acknowledge, ActionId::Acknowledge, "Acknowledge"),
        (Button::Resolve, ActionId::Resolve, "Resolve"),
    ];
    let menus =
        menus.into_iter().filter_map(|(button, id, name)| menu(digest, button, id, name, signer));
    let all = digest.has_unacknowledged().then(|| {
        let options = vec![];
        action(ActionId::AcknowledgeAll, "Acknowledge all", options, &digest.value_of_all(), signer)
    });
    let actions: Vec<Action> = menus.chain(all).collect();
    let (status, severity) = digest.worst();
    let color = words::color_of(status, severity);
    (!actions.is_empty()).then(|| Attachment { color, actions, ..Attachment::default() })
}

/// Of all members for whom this is what makes sense now.
fn menu(
    digest: &DigestMessage,
    button: Button,
    id: ActionId,
    name: &'static str,
    signer: &Signer,
) -> Option<Action> {
    let members = digest.members.iter().filter(|member| member.button == Some(button));
    let options: Vec<Choice> = members
        .map(|member| Choice { text: entry(member), value: member.place.to_string() })
        .collect();
    let value = digest.value_of_all();
    (!options.is_empty()).then(|| action(id, name, options, &value, signer))
}

fn entry(member: &DigestMember) -> String {
    let whole = text::plain(&format!("{} {}", member.short_id, member.title), ENTRY);
    let mut entry = String::new();
    for c in whole.chars() {
        entry.push(c);
        if text::weight(&entry) > ENTRY {
            entry.pop();
            break;
        }
    }
    entry
}

fn action(
    id: ActionId,
    name: &'static str,
    options: Vec<Choice>,
    value: &ButtonValue,
    signer: &Signer,
) -> Action {
    let (url, context) = signer.action(id, value);
    Action {
        id: id.name(),
        name,
        kind: if options.is_empty() { Kind::Button } else { Kind::Select },
        style: None,
        options,
        integration: Integration { url, context },
    }
}
