//! What the server keeps besides people, rooms and posts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    /// Being created.
    InFlight {
        since: i64,
    },
    Done {
        since: i64,
        post_id: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reaction {
    pub(crate) user_id: String,
    pub(crate) post_id: String,
    pub(crate) emoji_name: String,
    pub(crate) create_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) creator_id: String,
    pub(crate) team_id: String,
    pub(crate) trigger: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    /// `display_name`, `description`, `auto_complete` … as given.
    pub(crate) more: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) creator_id: String,
    pub(crate) team_id: String,
    pub(crate) channel_id: String,
    pub(crate) trigger_words: Vec<String>,
    /// 0: the first word is one of them; 1: the message starts with one of them.
    pub(crate) trigger_when: i64,
    pub(crate) callback_urls: Vec<String>,
    pub(crate) content_type: String,
    pub(crate) display_name: String,
    pub(crate) create_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResponseUrl {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) channel_id: String,
    pub(crate) root_id: String,
    pub(crate) uses: u32,
    pub(crate) create_at: i64,
}

/// Only its reader sees it, and nothing keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ephemeral {
    pub id: String,
    pub channel_id: String,
    /// Who sees it.
    pub user_id: String,
    pub root_id: String,
    pub message: String,
    pub props: Map<String, Value>,
    /// `command`, `action`, `response_url` or `rest`.
    pub by: String,
}

/// A form that stands open before a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenDialog {
    pub user_id: String,
    pub trigger_id: String,
    pub url: String,
    pub dialog: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// `posts.create` …; empty if there is no such route.
    pub route: String,
    pub method: String,
    pub path: String,
    pub query: String,
    /// As JSON if it is, else as text.
    pub body: Value,
    /// Whose token it was; empty without a good one. The token itself is not kept.
    pub user_id: String,
    /// Of the answer; 0 after a fault that answers nothing.
    pub status: u16,
    /// The error's id.
    pub error: Option<String>,
    pub fault: Option<Fault>,
}
