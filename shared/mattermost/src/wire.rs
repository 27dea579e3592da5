//! Mattermost's own forms: what is sent and what is answered. Nothing else knows its JSON.

mod answer;
mod attachment;
mod dialog;
mod request;

pub(crate) use answer::{Channel, ClientConfig, ErrorBody, Post, PostList, Team, User};
pub(crate) use attachment::{Action, Attachment, Choice, Field, Integration, Kind, Props};
pub(crate) use dialog::{Dialog, Element, ElementKind, OpenDialog};
pub(crate) use request::{ActionAnswer, CommandAnswer, CreatePost, PatchPost};

/// The key in a post's props that carries a delivery id.
pub(crate) const DELIVERY_PROP: &str = "nightowl_delivery";
