//! Every error string that Slack is known to answer, by what it means.
//!
//! From Slack's method reference and its official clients' sources.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not done now; will be.
    Later,
    /// "Possible some aspect of the operation succeeded".
    Ambiguous,
    Credentials,
    Scope,
    /// The channel.
    Place,
    Person,
    /// What we sent; a simpler form may be taken.
    Content,
    /// The message to edit is not there any more.
    Deleted,
    /// The message to edit is there and stays as it is.
    Frozen,
    /// The message to reply to is not there, or takes no reply.
    Thread,
    /// What a person did that opens a form: over, used before, or never made.
    Trigger,
}

/// `None` for a string that this version does not know.
pub(crate) fn kind_of(code: &str) -> Option<Kind> {
    let table = TABLE.iter().find(|(_, codes)| codes.contains(&code));
    table.map(|(kind, _)| *kind).or_else(|| kind_of_family(code))
}

/// Strings that Slack makes more of.
fn kind_of_family(code: &str) -> Option<Kind> {
    const FAMILIES: &[(&str, Kind)] = &[
        ("invalid_arg", Kind::Content),
        ("invalid_metadata_", Kind::Content),
        ("invalid_blocks", Kind::Content),
        ("restricted_action", Kind::Place),
    ];
    let family = FAMILIES.iter().find(|(prefix, _)| code.starts_with(prefix));
    family.map(|(_, kind)| *kind)
}

pub(crate) const TABLE: &[(Kind, &[&str])] = &[
    (
        Kind::Later,
        &[
            "ratelimited",
            "rate_limited",
            "message_limit_exceeded",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org",
            "org_login_required",
            "external_channel_migrating",
            "update_failed",
            "fetch_members_failed",
        ],
    ),
    (Kind::Ambiguous, &["internal_error", "fatal_error"]),
    (
        Kind::Credentials,
        &[
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "app_access_restricted",
            "not_allowed_token_type",
            "two_factor_setup_required",
            "accesslimited",
            "access_denied",
            "enterprise_is_restricted",
            "ekm_access_denied",
            "is_bot",
            "team_not_found",
        ],
    ),
    (Kind::Scope, &["missing_scope"]),
    (
        Kind::Place,
        &[
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "is_inactive",
            "no_permission",
            "posting_to_channel_denied",
            "posting_to_general_channel_denied",
            "channel_is_limited_access",
            "method_not_supported_for_channel_type",
            "team_access_not_granted",
        ],
    ),
    (
        Kind::Person,
        &[
            "user_not_found",
            "users_not_found",
            "user_disabled",
            "user_not_visible",
            "user_not_in_channel",
            "invalid_user_combination",
            "cannot_dm_bot",
            "messages_tab_disabled",
            "users_list_not_supplied",
        ],
    ),
    (
        Kind::Content,
        &[
            "invalid_blocks",
            "invalid_blocks_format",
            "msg_blocks_too_long",
            "msg_too_long",
            "too_many_attachments",
            "attachment_payload_limit_exceeded",
            "invalid_attachments",
            "no_text",
            "metadata_too_large",
            "metadata_must_be_sent_from_app",
            "markdown_text_conflict",
            "view_too_large",
            "duplicate_external_id",
            "hash_conflict",
            "invalid_json",
            "json_not_object",
            "invalid_form_data",
            "invalid_post_type",
            "missing_post_type",
            "invalid_charset",
            "invalid_array_arg",
        ],
    ),
    (Kind::Deleted, &["message_not_found"]),
    (
        Kind::Frozen,
        &[
            "cant_update_message",
            "edit_window_closed",
            "streaming_state_conflict",
            "block_mismatch",
        ],
    ),
    (Kind::Thread, &["thread_not_found", "cannot_reply_to_message"]),
    (
        Kind::Trigger,
        &[
            "expired_trigger_id",
            "exchanged_trigger_id",
            "trigger_exchanged",
            "trigger_expired",
            "invalid_trigger_id",
            "invalid_trigger",
        ],
    ),
];
