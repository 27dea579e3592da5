//! Slack's own forms: what is sent and what is answered. Nothing else knows its JSON.

mod answer;
mod block;
mod request;

pub(crate) use answer::{
    Answer, AuthTest, Channels, ChatPosted, Done, History, Opened, PostedMessage, User, UserAnswer,
};
pub(crate) use block::{Attachment, Block, Element, Text};
pub(crate) use request::{Body, Ephemeral, Open, PostMessage, UpdateMessage, delivery_metadata};

/// The event type of the metadata that carries a delivery id.
pub(crate) const DELIVERY_EVENT: &str = "nightowl_delivery";
