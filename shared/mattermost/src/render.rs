//! Messages as Mattermost's attachments and Markdown.
//!
//! The text of a post is what notifications show and what a search finds, so it says what burns,
//! how bad it is, whom it is for and by which short id to answer. All the rest, and the buttons,
//! stand in one attachment below it, which repeats nothing of the text.

mod buttons;
mod card;
mod digest;
mod form;
mod link;
mod person;
mod plain;
mod response;
pub(crate) mod text;
mod whisper;

use nightowl_domain::SendKey;
use nightowl_messaging::{Form, Message};

use crate::signer::Signer;
use crate::wire::{Attachment, Props};

pub(crate) use form::dialog;
pub(crate) use person::is_user_id;
pub use response::command_response;
pub use whisper::action_answer;
pub(crate) use whisper::whisper;

/// What a message is written with, besides itself.
pub(crate) struct Pen<'a> {
    /// `None`: there is no address that clicks could come back to, so there are no buttons.
    pub(crate) signer: Option<&'a Signer>,
    /// The user name, without `@`, of whoever has this user id: a mention needs the name. `None`
    /// where it is not known: the person is then named and not mentioned.
    pub(crate) names: &'a dyn Fn(&str) -> Option<String>,
    /// What the post, new or edited, is found again by. An edit must say the same as the post.
    pub(crate) delivery: &'a SendKey,
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// What a notification shows; in the plain form, all there is. Far below the 16,383 characters
    /// that a post may have.
    pub(crate) message: String,
    /// All of them, for a new post and an edit alike.
    pub(crate) props: Props,
}

/// The props keep below the 8,000 characters that old servers take: descriptions and labels are
/// cut first, names and places later, and buttons never.
pub(crate) fn render(message: &Message, form: Form, pen: &Pen<'_>) -> Rendered {
    match form {
        Form::Plain => {
            Rendered { message: plain::full(message, pen), props: props(None, pen.delivery) }
        }
        Form::Rich => rich(message, pen),
    }
}

fn rich(message: &Message, pen: &Pen<'_>) -> Rendered {
    let attachment = card::ROOMS.iter().map(|room| below(message, pen, room));
    let mut props = attachment.map(|attachment| props(attachment, pen.delivery));
    let props = props.find(card::fits).unwrap_or_else(|| self::props(None, pen.delivery));
    Rendered { message: card::head(message, pen), props }
}

fn below(message: &Message, pen: &Pen<'_>, room: &card::Room) -> Option<Attachment> {
    match message {
        Message::Alert(alert) => Some(card::body(alert, pen, room)),
        Message::Escalation(page) => Some(card::body(&page.alert, pen, room)),
        Message::Direct(page) => Some(card::body(&page.alert, pen, room)),
        Message::Prompt(prompt) => Some(card::question(&prompt.alert, pen)),
        Message::Notice(notice) => notice.alert.as_ref().map(card::reference),
        Message::Digest(digest) => digest::below(digest, pen),
    }
}

fn props(attachment: Option<Attachment>, delivery: &SendKey) -> Props {
    Props {
        attachments: attachment.into_iter().collect(),
        from_bot: "true",
        nightowl_delivery: delivery.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests;
