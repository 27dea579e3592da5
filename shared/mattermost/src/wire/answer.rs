//! Answers of the REST API. Every field that we can do without may be left out or null.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::DELIVERY_PROP;

/// Reads null as what stands for nothing.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads what has another form than expected as nothing, because anybody may have written it.
fn text_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) channel_id: String,
    /// Whoever posted it; props say nothing about that, because anybody may write them.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) user_id: String,
    /// Empty for a post that is no reply.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) root_id: String,
    /// Milliseconds, as every `_at` here.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) update_at: i64,
    /// Over 0: deleted, or an old version.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) delete_at: i64,
    /// Not empty: an old version of the post of this id.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) original_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) message: String,
    /// Anybody's, so of any form.
    #[serde(default)]
    pub(crate) props: Value,
}

impl Post {
    /// The delivery id that it claims.
    pub(crate) fn delivery(&self) -> Option<&str> {
        self.props.get(DELIVERY_PROP)?.as_str()
    }

    /// Neither deleted nor an old version of another post.
    pub(crate) fn is_there(&self) -> bool {
        self.delete_at == 0 && self.original_id.is_empty()
    }
}

/// Of `GET /channels/{id}/posts` and of a thread.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct PostList {
    /// Ids, newest first.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) order: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) posts: BTreeMap<String, Post>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) username: String,
    /// Empty where the server does not show addresses.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) email: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) first_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) last_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) nickname: String,
    /// Over 0: deactivated.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) delete_at: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) is_bot: bool,
}

impl User {
    /// As people call them: the nickname, the full name, or at least the account's.
    pub(crate) fn shown_name(&self) -> String {
        let full = format!("{} {}", self.first_name.trim(), self.last_name.trim());
        let names = [self.nickname.trim(), full.trim(), self.username.trim()];
        let shown = names.into_iter().find(|name| !name.is_empty());
        shown.unwrap_or(&self.id).to_owned()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    /// Empty for a direct channel.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) team_id: String,
    /// `O`pen, `P`rivate, `D`irect, `G`roup.
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub(crate) kind: String,
    /// As it stands in addresses.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) display_name: String,
    /// Over 0: archived.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) delete_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: String,
    /// As it stands in addresses.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) display_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) delete_at: i64,
}

/// Of every failure that is Mattermost's own; a proxy's is a page, and a rate limit is plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct ErrorBody {
    /// `api.context.permissions.app_error` …: what a failure is told apart by.
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) message: String,
}

/// Of `GET /config/client?format=old`, which needs no login. All of it is text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ClientConfig {
    /// Base64 of the key that triggers are signed with, as DER SubjectPublicKeyInfo.
    #[serde(deserialize_with = "text_or_nothing")]
    pub(crate) asymmetric_signing_public_key: String,
    #[serde(deserialize_with = "text_or_nothing")]
    pub(crate) version: String,
    /// Empty if nobody has set it, and then nothing interactive works.
    #[serde(rename = "SiteURL", deserialize_with = "text_or_nothing")]
    pub(crate) site_url: String,
    #[serde(deserialize_with = "text_or_nothing")]
    pub(crate) site_name: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn null_is_nothing_and_what_is_new_is_ignored() {
        let answer = json!({"id": "p", "channel_id": "c", "user_id": null, "create_at": null,
            "delete_at": 0, "props": null, "metadata": {"x": 1}, "message": null});
        let post: Post = from_value(answer).expect("a post");
        assert_eq!((post.id.as_str(), post.channel_id.as_str()), ("p", "c"));
        assert!(post.is_there() && post.delivery().is_none());
        let list: PostList = from_value(json!({"order": null, "posts": null})).expect("a list");
        assert_eq!(list, PostList::default());
        from_value::<Post>(json!({"message": "no id"})).expect_err("it is no post");
    }

    #[test]
    fn an_old_version_and_a_deleted_post_are_not_there() {
        let post = |deleted: i64, original: &str| -> Post {
            let answer = json!({"id": "p", "delete_at": deleted, "original_id": original,
                "props": {"nightowl_delivery": "d"}});
            from_value(answer).expect("a post")
        };
        assert!(post(0, "").is_there());
        assert!(!post(1, "").is_there() && !post(1, "q").is_there() && !post(0, "q").is_there());
        assert_eq!(post(0, "").delivery(), Some("d"));
    }

    #[test]
    fn a_delivery_of_another_form_is_none() {
        for props in [json!({"nightowl_delivery": 1}), json!([]), json!("x"), json!({})] {
            let post: Post = from_value(json!({"id": "p", "props": props})).expect("a post");
            assert_eq!(post.delivery(), None);
        }
    }

    #[test]
    fn a_person_is_called_by_the_best_name_there_is() {
        let user = |nickname: &str, first: &str, last: &str| -> String {
            let answer = json!({"id": "u", "username": "alice", "nickname": nickname,
                "first_name": first, "last_name": last, "email": null});
            from_value::<User>(answer).expect("a user").shown_name()
        };
        assert_eq!(user("Al", "Alice", "Owl"), "Al");
        assert_eq!(user(" ", "Alice", "Owl"), "Alice Owl");
        assert_eq!(user("", "Alice", ""), "Alice");
        assert_eq!(user("", "", ""), "alice");
    }

    #[test]
    fn a_configuration_without_a_key_has_none() {
        let config: ClientConfig = from_value(json!({"Version": "5.37.0", "SiteURL": null,
            "AsymmetricSigningPublicKey": 7, "BuildDate": "x"}))
        .expect("a configuration");
        assert_eq!(config.version, "5.37.0");
        assert_eq!((config.site_url.as_str(), &*config.asymmetric_signing_public_key), ("", ""));
    }
}
