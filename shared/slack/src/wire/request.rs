//! Bodies of the methods that we call.

use nightowl_domain::SendKey;
use serde::Serialize;

use super::{Attachment, Block, DELIVERY_EVENT, View};

/// Write methods take JSON; read methods want form fields.
pub(crate) enum Body<'a> {
    Json(serde_json::Value),
    Form(&'a [(&'static str, &'a str)]),
}

/// `text`, `blocks` and `attachments` are always sent, even empty: what an edit leaves out means
/// different things in different versions of Slack's documentation.
#[derive(Serialize)]
pub(crate) struct PostMessage<'a> {
    pub(crate) channel: &'a str,
    /// The root of the thread that it is a reply in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_ts: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) blocks: &'a [Block],
    pub(crate) attachments: &'a [Attachment],
    pub(crate) metadata: Metadata<'a>,
    pub(crate) unfurl_links: bool,
    pub(crate) unfurl_media: bool,
}

/// Without `metadata`, which Slack then keeps as it was posted.
#[derive(Serialize)]
pub(crate) struct UpdateMessage<'a> {
    pub(crate) channel: &'a str,
    pub(crate) ts: &'a str,
    pub(crate) text: &'a str,
    pub(crate) blocks: &'a [Block],
    pub(crate) attachments: &'a [Attachment],
}

#[derive(Serialize)]
pub(crate) struct Ephemeral<'a> {
    pub(crate) channel: &'a str,
    pub(crate) user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_ts: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) blocks: &'a [Block],
}

#[derive(Serialize)]
pub(crate) struct OpenView<'a> {
    pub(crate) trigger_id: &'a str,
    pub(crate) view: &'a View,
}

#[derive(Serialize)]
pub(crate) struct PublishView<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) view: &'a View,
}

#[derive(Serialize)]
pub(crate) struct Open<'a> {
    pub(crate) users: &'a str,
}

/// Readable by every app of the workspace: it holds the delivery id and no more.
#[derive(Serialize)]
pub(crate) struct Metadata<'a> {
    event_type: &'static str,
    event_payload: Payload<'a>,
}

#[derive(Serialize)]
struct Payload<'a> {
    delivery: &'a str,
}

pub(crate) fn delivery_metadata(delivery: &SendKey) -> Metadata<'_> {
    Metadata { event_type: DELIVERY_EVENT, event_payload: Payload { delivery: delivery.as_str() } }
}
