//! Every error id that matters here, by what it means.
//!
//! From Mattermost's server sources and from what servers of versions 5.37, 11.2 and 11.6 answered.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Credentials,
    /// Something that the server as a whole does not do: an unknown route, a licence.
    Server,
    /// The channel, or what the bot may do in it.
    Place,
    Person,
    /// What we sent; a simpler form may be taken.
    Content,
    /// The message is not there any more.
    Deleted,
    /// The message to edit is there and stays as it is.
    Frozen,
    /// The message to reply to takes no replies.
    Root,
    /// The trigger by which a form is opened is too old, or was never one.
    Trigger,
    /// The same post is being made at this moment.
    Pending,
    /// It certainly was not done, and may be soon.
    Later,
}

/// The bot is not a member, or lacks a permission; also of what does not exist, or is deleted.
pub(crate) const NOT_ALLOWED: &str = "api.context.permissions.app_error";

/// Another post with this key is being made.
pub(crate) const PENDING: &str = "api.post.deduplicate_create_post.pending";

/// `None` for an id that this version does not know.
pub(crate) fn kind_of(id: &str) -> Option<Kind> {
    let known = TABLE.iter().find(|(_, ids)| ids.contains(&id));
    let family = || FAMILIES.iter().find(|(prefix, _)| id.starts_with(prefix));
    known.map(|(kind, _)| *kind).or_else(|| family().map(|(_, kind)| *kind))
}

const FAMILIES: &[(&str, Kind)] = &[
    ("interactive_message.decode_trigger_id.", Kind::Trigger),
    ("model.post.is_valid.", Kind::Content),
    ("api.context.invalid_body_param", Kind::Content),
    ("api.context.invalid_param", Kind::Content),
    ("api.post.post_priority.", Kind::Content),
    ("api.channel.create_channel.direct_channel.", Kind::Person),
    ("api.channel.create_direct_channel.", Kind::Person),
];

pub(crate) const TABLE: &[(Kind, &[&str])] = &[
    (
        Kind::Credentials,
        &[
            "api.context.session_expired.app_error",
            "api.context.token_provided.app_error",
            "api.context.mfa_required.app_error",
        ],
    ),
    (Kind::Server, &["api.context.404.app_error", "license_error.feature_unavailable"]),
    (
        Kind::Place,
        &[
            NOT_ALLOWED,
            "api.context.invalid_url_param.app_error",
            "api.post.create_post.can_not_post_to_deleted.error",
            "api.post.patch_post.can_not_update_post_in_deleted.error",
            "api.post.update_post.can_not_update_post_in_deleted.error",
            "app.channel.get.existing.app_error",
            "app.channel.get.find.app_error",
            "app.channel.get_by_name.missing.app_error",
            "api.channel.add_user.to.channel.failed.app_error",
            "api.channel.add_user.to.channel.failed.deleted.app_error",
        ],
    ),
    (
        Kind::Person,
        &[
            "app.user.missing_account.const",
            "app.user.get_by_username.app_error",
            "app.user.get.app_error",
            "store.sql_user.missing_account.const",
        ],
    ),
    (
        Kind::Content,
        &[
            "api.context.request_body_too_large.app_error",
            "api.post.create_post.parent_id.app_error",
        ],
    ),
    (
        Kind::Deleted,
        &[
            "app.post.get.app_error",
            "store.sql_post.get.app_error",
            // Of an edit whose post was deleted while the server looked at it.
            "api.post.update_post.find.app_error",
            "api.post.update_post.permissions_details.app_error",
        ],
    ),
    (Kind::Frozen, &["api.post.update_post.permissions_time_limit.app_error"]),
    (
        Kind::Root,
        &[
            "api.post.create_post.root_id.app_error",
            "api.post.create_post.channel_root_id.app_error",
        ],
    ),
    (Kind::Pending, &[PENDING]),
    // The post of this key was made and deleted; the server forgets the key within 30 s.
    (Kind::Later, &["api.post.deduplicate_create_post.failed_to_get"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_meaning() {
        for (kind, ids) in TABLE {
            for id in *ids {
                assert_eq!(kind_of(id), Some(*kind), "{id}");
            }
        }
        assert_eq!(kind_of("model.post.is_valid.message_length.app_error"), Some(Kind::Content));
        let expired = "interactive_message.decode_trigger_id.expired";
        assert_eq!(kind_of(expired), Some(Kind::Trigger));
        assert_eq!(kind_of("api.unheard_of.app_error"), None);
        assert_eq!(kind_of(""), None);
    }
}
