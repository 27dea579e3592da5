//! Users, sessions and what they may do.

use serde_json::{Value, json};

use super::{Token, User, World};
use crate::error::AppError;

impl World {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        let name = name.to_lowercase();
        self.users.iter().find(|user| user.username == name)
    }

    /// By id or by name: controls take either.
    pub(crate) fn somebody(&self, given: &str) -> Option<&User> {
        self.user(given).or_else(|| self.user_named(given.trim_start_matches('@')))
    }

    pub(crate) fn is_admin(&self, user_id: &str) -> bool {
        let roles = self.user(user_id).map(|user| user.roles.as_str()).unwrap_or_default();
        roles.split_whitespace().any(|role| role == "system_admin")
    }

    /// `system_post_all`, or `system_post_all_public` in a public channel.
    pub(crate) fn posts_anywhere(&self, user_id: &str, is_public: bool) -> bool {
        let roles = self.user(user_id).map(|user| user.roles.as_str()).unwrap_or_default();
        roles.split_whitespace().any(|role| {
            role == "system_post_all" || (is_public && role == "system_post_all_public")
        })
    }

    /// Whose session it is. Whatever is wrong with a token, the error is the same.
    pub(crate) fn session(&self, token: &str) -> Result<String, AppError> {
        let is_it = |known: &&Token| known.token == token && known.is_active && !token.is_empty();
        let known = self.tokens.iter().find(is_it).ok_or_else(AppError::expired)?;
        let user = self.user(&known.user_id).ok_or_else(AppError::expired)?;
        if user.delete_at > 0 {
            return Err(AppError::expired());
        }
        Ok(user.id.clone())
    }

    /// As `reader` sees a user: without the password, and without the address if addresses are
    /// not shown.
    pub(crate) fn show_user(&self, user: &User, reader: &str) -> Value {
        let shown = self.config.show_email_address || self.is_admin(reader) || user.id == reader;
        let mut body = json!({
            "id": user.id, "create_at": user.create_at, "update_at": user.update_at,
            "delete_at": user.delete_at, "username": user.username, "auth_data": "",
            "auth_service": "", "email": if shown { user.email.as_str() } else { "" },
            "nickname": user.nickname, "first_name": user.first_name,
            "last_name": user.last_name, "position": "", "roles": user.roles,
            "locale": "en", "disable_welcome_email": false,
            "timezone": {"automaticTimezone": "", "manualTimezone": "",
                "useAutomaticTimezone": "true"},
        });
        if user.is_bot {
            body["is_bot"] = true.into();
            body["bot_description"] = user.description.as_str().into();
        }
        body
    }
}
