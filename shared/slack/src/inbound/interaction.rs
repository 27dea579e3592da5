//! Whatever comes to the interactivity address: clicks, choices and forms that were filled in.

mod click;
mod submission;

use bytes::Bytes;
use nightowl_messaging::{IncomingAction, IncomingForm, Secret, Verified};
use serde::Deserialize;

use super::{Malformed, ResponseUrl};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// A button or a menu of ours.
    Click(Click),
    /// A form of ours, filled in.
    Submission(Submission),
    /// A button that no version of ours has made, or one whose value does not read.
    Foreign(Clicker),
    /// The same of a form.
    ForeignForm { workspace: String, app_id: String },
    /// Nothing that anything is to be done about: acknowledge with 200 and an empty body.
    Other { kind: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    pub action: IncomingAction,
    /// By which a form can be opened, for three seconds and once.
    pub trigger: Option<Secret>,
    /// The thread that the message is in, unless it is its root.
    pub thread: Option<String>,
    pub response_url: Option<ResponseUrl>,
}

/// A filled form, and where an error in it can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub form: IncomingForm,
    /// Its fields by name, in the order in which they stand.
    pub inputs: Vec<String>,
}

/// Who clicked where, for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clicker {
    pub user_ref: String,
    pub user_name: String,
    pub channel_id: String,
    pub workspace: String,
    pub app_id: String,
    pub response_url: Option<ResponseUrl>,
}

pub fn parse_interaction(body: &Verified<Bytes>) -> Result<Interaction, Malformed> {
    let form: Form = serde_urlencoded::from_bytes(body.get())
        .map_err(|_| Malformed("an interaction has no payload".to_owned()))?;
    let kind: Kind = serde_json::from_slice(form.payload.as_bytes())
        .map_err(|_| Malformed("the payload is not JSON with a type".to_owned()))?;
    match kind.kind.as_str() {
        "block_actions" => click::parse(&form.payload),
        "view_submission" => submission::parse(&form.payload),
        _ => Ok(Interaction::Other { kind: kind.kind }),
    }
}

#[derive(Deserialize)]
struct Form {
    payload: String,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    team_id: String,
}

fn first_filled(texts: [String; 2]) -> String {
    let [first, second] = texts;
    if first.is_empty() { second } else { first }
}
