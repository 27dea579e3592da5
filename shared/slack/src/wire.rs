//! Slack's own forms: what is sent and what is answered. Nothing else knows its JSON.

mod answer;
mod block;
mod request;
mod view;

pub(crate) use answer::{
    Answer, AuthTest, ChannelAnswer, ChannelInfo, Channels, ChatPosted, Done, History, Opened,
    PostedMessage, User, UserAnswer,
};
pub(crate) use block::{Attachment, Block, Choice, Element, Text};
pub(crate) use request::{
    Body, Ephemeral, Open, OpenView, PostMessage, PublishView, UpdateMessage, delivery_metadata,
};
pub(crate) use view::{Input, View};

/// The event type of the metadata that carries a delivery id.
pub(crate) const DELIVERY_EVENT: &str = "nightowl_delivery";
