//! Messages as Slack's blocks and text.

mod card;
mod digest;
mod form;
mod home;
mod link;
mod moment;
mod person;
mod plain;
mod response;
pub(crate) mod text;
mod whisper;

use nightowl_messaging::{AlertMessage, Form, Message, words};

use crate::wire::{Attachment, Block};

pub use form::form_answer;
pub(crate) use form::modal;
pub(crate) use home::home;
pub(crate) use person::is_user_id;
pub(crate) use response::answer;
pub use response::command_response;
pub use whisper::whisper_response;
pub(crate) use whisper::{WAY_ON, whisper};

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// What a notification shows; in the plain form, all there is.
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) attachments: Vec<Attachment>,
}

/// Keeps to every limit of Block Kit by itself: 50 blocks, 150 characters of header, 3,000 of
/// section, 2,000 of field, and 12,000 in all (the documentation has no figure for the last; Slack
/// refuses at about 13,200).
pub(crate) fn render(message: &Message, form: Form) -> Rendered {
    match form {
        Form::Plain => Rendered { text: plain::full(message), blocks: vec![], attachments: vec![] },
        Form::Rich => rich(message),
    }
}

fn rich(message: &Message) -> Rendered {
    let (mut blocks, color, mut below) = match message {
        Message::Alert(alert) => {
            (vec![card::header(alert)], words::color(alert), card::body(alert))
        }
        Message::Escalation(page) => (
            vec![card::header(&page.alert), Block::section(card::call(page))],
            words::color(&page.alert),
            card::body(&page.alert),
        ),
        Message::Direct(page) => {
            (card::direct_head(page), words::color(&page.alert), card::body(&page.alert))
        }
        Message::Prompt(prompt) => {
            (card::prompt_head(prompt), words::color(&prompt.alert), card::prompt_body(prompt))
        }
        Message::Notice(notice) => (
            vec![Block::section(card::notice_text(&notice.text))],
            notice.alert.as_ref().map_or(words::NEUTRAL, words::color),
            notice.alert.iter().map(card::reference).collect(),
        ),
        Message::Digest(digest) => (digest::blocks(digest), words::NEUTRAL, vec![]),
    };
    name_blocks(&mut blocks, &mut below, &state_of(message));
    let text = plain::short(message);
    let attachments = match below.is_empty() {
        true => vec![],
        false => vec![Attachment { color, fallback: text.clone(), blocks: below }],
    };
    Rendered { text, blocks, attachments }
}

/// Names differ within the message, and change with its state, as Slack asks of an edit.
fn name_blocks(above: &mut [Block], below: &mut [Block], state: &str) {
    for (index, block) in above.iter_mut().chain(below).enumerate() {
        block.name(format!("{state}-{index}"));
    }
}

fn state_of(message: &Message) -> String {
    let of_alert = |alert: &AlertMessage| {
        format!("{}-{}-{}-{}", alert.status, alert.count, alert.round, alert.tier)
    };
    match message {
        Message::Digest(digest) => digest::state(digest),
        Message::Alert(_)
        | Message::Escalation(_)
        | Message::Direct(_)
        | Message::Notice(_)
        | Message::Prompt(_) => message.alert().map_or_else(|| "notice".to_owned(), of_alert),
    }
}

#[cfg(test)]
mod tests;
