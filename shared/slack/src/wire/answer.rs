//! Answers of the methods that we call. Every field that we can do without is optional.

use serde::Deserialize;

use super::DELIVERY_EVENT;

/// `ok` is all that each answer has; the rest is read again as the method's own form.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) ok: bool,
    pub(crate) error: Option<String>,
    /// With `missing_scope`.
    pub(crate) needed: Option<String>,
    #[serde(default)]
    pub(crate) response_metadata: Option<Messages>,
}

#[derive(Deserialize)]
pub(crate) struct Messages {
    /// With `invalid_blocks`: what is wrong, and a JSON pointer to where.
    #[serde(default)]
    pub(crate) messages: Vec<String>,
}

/// Nothing in it is of use.
#[derive(Deserialize)]
pub(crate) struct Done {}

#[derive(Deserialize)]
pub(crate) struct ChatPosted {
    /// The id, whatever name was posted to.
    pub(crate) channel: String,
    pub(crate) ts: String,
}

#[derive(Clone, Deserialize)]
pub(crate) struct AuthTest {
    #[serde(default)]
    pub(crate) team: String,
    pub(crate) team_id: String,
    /// Of an organization that has several workspaces.
    pub(crate) enterprise_id: Option<String>,
    #[serde(default)]
    pub(crate) user: String,
    pub(crate) user_id: Option<String>,
    pub(crate) bot_id: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Opened {
    pub(crate) channel: Id,
}

#[derive(Deserialize)]
pub(crate) struct Id {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct UserAnswer {
    pub(crate) user: User,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    /// Whose account it is; of another workspace for guests in a channel that two of them share.
    #[serde(default)]
    pub(crate) team_id: String,
    pub(crate) enterprise_user: Option<EnterpriseUser>,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) real_name: String,
    #[serde(default)]
    pub(crate) deleted: bool,
    #[serde(default)]
    pub(crate) is_bot: bool,
    #[serde(default)]
    pub(crate) profile: Profile,
}

#[derive(Deserialize)]
pub(crate) struct EnterpriseUser {
    pub(crate) enterprise_id: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Profile {
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) real_name: String,
    #[serde(default)]
    pub(crate) display_name: String,
}

impl User {
    /// Whether the account is of our own workspace, or of another one of the same organization.
    /// What a foreign workspace says of its people, their addresses first of all, proves nothing.
    pub(crate) fn is_of(&self, us: &AuthTest) -> bool {
        let theirs = self.enterprise_user.as_ref().and_then(|user| user.enterprise_id.as_deref());
        let ours = us.enterprise_id.as_deref().filter(|id| !id.is_empty());
        self.team_id.is_empty() || self.team_id == us.team_id || (ours.is_some() && theirs == ours)
    }

    /// As people call them: the display name, the real name, or at least the account's.
    pub(crate) fn shown_name(&self) -> String {
        let profile = &self.profile;
        let names = [&profile.display_name, &profile.real_name, &self.real_name, &self.name];
        let shown = names.into_iter().find(|name| !name.trim().is_empty());
        shown.unwrap_or(&self.id).clone()
    }
}

#[derive(Deserialize)]
pub(crate) struct Channels {
    pub(crate) channels: Vec<Channel>,
    #[serde(default)]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct History {
    pub(crate) messages: Vec<PostedMessage>,
    #[serde(default)]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    next_cursor: Option<String>,
}

impl Channels {
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        next(self.response_metadata.as_ref())
    }
}

impl History {
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        next(self.response_metadata.as_ref())
    }
}

fn next(cursor: Option<&Cursor>) -> Option<&str> {
    let cursor = cursor?.next_cursor.as_deref()?;
    (!cursor.is_empty()).then_some(cursor)
}

#[derive(Deserialize)]
pub(crate) struct PostedMessage {
    pub(crate) ts: String,
    pub(crate) user: Option<String>,
    pub(crate) bot_id: Option<String>,
    pub(crate) app_id: Option<String>,
    metadata: Option<PostedMetadata>,
}

#[derive(Deserialize)]
struct PostedMetadata {
    event_type: Option<String>,
    /// Anybody's, so of any form.
    event_payload: Option<serde_json::Value>,
}

impl PostedMessage {
    /// The delivery id that it claims.
    pub(crate) fn delivery(&self) -> Option<&str> {
        let metadata = self.metadata.as_ref()?;
        if metadata.event_type.as_deref() != Some(DELIVERY_EVENT) {
            return None;
        }
        metadata.event_payload.as_ref()?.get("delivery")?.as_str()
    }
}

#[derive(Deserialize)]
pub(crate) struct ChannelAnswer {
    pub(crate) channel: ChannelInfo,
}

#[derive(Deserialize)]
pub(crate) struct ChannelInfo {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) is_archived: bool,
    #[serde(default)]
    pub(crate) is_member: bool,
    #[serde(default)]
    pub(crate) is_private: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_guest_of_another_workspace_is_not_of_ours() {
        let user = |more: serde_json::Value| -> User {
            let mut user = json!({"id": "U1"});
            user.as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            from_value(user).expect("a user")
        };
        let alone: AuthTest = from_value(json!({"team_id": "T1"})).expect("an answer");
        let org = json!({"team_id": "T1", "enterprise_id": "E1"});
        let org: AuthTest = from_value(org).expect("an answer");
        let table = [
            (json!({}), true, true),
            (json!({"team_id": "T1"}), true, true),
            (json!({"team_id": "T2"}), false, false),
            (json!({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}), false, true),
            (json!({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}), false, false),
            (json!({"team_id": "T2", "enterprise_user": {}}), false, false),
        ];
        for (given, of_alone, of_org) in table {
            let user = user(given.clone());
            assert_eq!((user.is_of(&alone), user.is_of(&org)), (of_alone, of_org), "{given}");
        }
    }
}
