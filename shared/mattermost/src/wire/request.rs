//! Bodies that we send and answer.

use serde::Serialize;

use super::Props;

/// Of `POST /posts`.
#[derive(Serialize)]
pub(crate) struct CreatePost<'a> {
    pub(crate) channel_id: &'a str,
    pub(crate) message: &'a str,
    /// The first post of the thread that it goes into; empty for none.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) root_id: &'a str,
    pub(crate) props: &'a Props,
    /// The same key within 30 s answers the post that is there. It is not kept with the post.
    pub(crate) pending_post_id: &'a str,
}

/// Of `PUT /posts/{id}/patch`. What is left out stays; `props` are replaced whole, and what the
/// server answers of them lacks what buttons need, so they are never read and written back.
#[derive(Serialize)]
pub(crate) struct PatchPost<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<&'a str>,
    pub(crate) props: &'a Props,
}

/// What a slash command is answered with, and what goes to its response URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CommandAnswer {
    /// `ephemeral` or `in_channel`.
    pub(crate) response_type: &'static str,
    /// Markdown.
    pub(crate) text: String,
    /// `true`: else `<!channel>` would become a mention.
    pub(crate) skip_slack_parsing: bool,
}

/// What a click is answered with; an empty object if nothing is to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ActionAnswer {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) ephemeral_text: String,
    /// `true` with a text: else `<address|text>` would become a link.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skip_slack_parsing: bool,
}
