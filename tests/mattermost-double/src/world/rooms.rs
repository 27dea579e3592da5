//! Teams and channels, and who may do what in them.

use serde_json::{Value, json};

use super::{Channel, Team, World};
use crate::error::AppError;
use crate::ids::new_id;

impl World {
    pub(crate) fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(crate) fn team_named(&self, name: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.name == name)
    }

    pub(crate) fn is_team_member(&self, team_id: &str, user_id: &str) -> bool {
        self.team(team_id).is_some_and(|team| team.members.contains(user_id))
    }

    pub(crate) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub(crate) fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    pub(crate) fn channel_named(&self, team_id: &str, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.team_id == team_id && channel.name == name)
    }

    /// By id, or by name in any team: controls take either.
    pub(crate) fn some_channel(&self, given: &str) -> Option<&Channel> {
        let name = given.trim_start_matches(['~', '#']);
        let by_name = || self.channels.iter().find(|channel| channel.name == name);
        self.channel(given).or_else(by_name)
    }

    pub(crate) fn is_member(&self, channel_id: &str, user_id: &str) -> bool {
        self.channel(channel_id).is_some_and(|channel| channel.members.contains(user_id))
    }

    /// Members, administrators, and for a public channel everybody of its team.
    pub(crate) fn may_read(&self, channel_id: &str, user_id: &str) -> bool {
        let Some(channel) = self.channel(channel_id) else {
            return false;
        };
        channel.members.contains(user_id)
            || self.is_admin(user_id)
            || (channel.kind == "O" && self.is_team_member(&channel.team_id, user_id))
    }

    pub(crate) fn may_post(&self, channel_id: &str, user_id: &str) -> bool {
        let Some(channel) = self.channel(channel_id) else {
            return false;
        };
        let anywhere = self.posts_anywhere(user_id, channel.kind == "O");
        channel.members.contains(user_id) || self.is_admin(user_id) || anywhere
    }

    /// The channel of two people, opened if it was not. Who may is the caller's question.
    pub(crate) fn open_direct(&mut self, one: &str, other: &str) -> Channel {
        let mut ids = [one, other];
        ids.sort_unstable();
        let name = ids.join("__");
        if let Some(open) = self.channel_named("", &name) {
            return open.clone();
        }
        let channel = Channel {
            id: new_id(),
            team_id: String::new(),
            kind: "D".to_owned(),
            name,
            display_name: String::new(),
            create_at: self.now(),
            delete_at: 0,
            members: ids.iter().map(|id| (*id).to_owned()).collect(),
        };
        self.channels.push(channel.clone());
        channel
    }

    pub(crate) fn share_a_team(&self, one: &str, other: &str) -> bool {
        self.teams.iter().any(|team| team.members.contains(one) && team.members.contains(other))
    }

    /// Joins a channel as oneself or as somebody who manages its members.
    pub(crate) fn join(&mut self, id: &str, user: &str, by: &str) -> Result<(), AppError> {
        let channel = self.channel(id);
        let channel = channel.ok_or(AppError::new(404, "app.channel.get.existing.app_error"))?;
        let is_in = channel.members.contains(by);
        let may = match channel.kind.as_str() {
            "O" => is_in || (user == by && self.is_team_member(&channel.team_id, by)),
            "P" => is_in,
            _ => return Err(AppError::new(400, "api.channel.add_user.to.channel.error")),
        };
        if !may && !self.is_admin(by) {
            return Err(AppError::permissions());
        }
        if channel.delete_at > 0 {
            let id = "api.channel.add_members.archived_channel.app_error";
            return Err(AppError::new(400, id));
        }
        if self.user(user).is_none() {
            return Err(AppError::new(404, "app.user.missing_account.const"));
        }
        if !self.is_team_member(&channel.team_id, user) {
            return Err(AppError::permissions());
        }
        let user = user.to_owned();
        if let Some(channel) = self.channel_mut(id) {
            channel.members.insert(user);
        }
        Ok(())
    }
}

pub(crate) fn show_team(team: &Team) -> Value {
    json!({
        "id": team.id, "create_at": team.create_at, "update_at": team.create_at, "delete_at": 0,
        "display_name": team.display_name, "name": team.name, "description": "", "email": "",
        "type": "O", "company_name": "", "allowed_domains": "", "invite_id": "",
        "allow_open_invite": false,
    })
}

pub(crate) fn show_channel(channel: &Channel) -> Value {
    json!({
        "id": channel.id, "create_at": channel.create_at, "update_at": channel.create_at,
        "delete_at": channel.delete_at, "team_id": channel.team_id, "type": channel.kind,
        "display_name": channel.display_name, "name": channel.name, "header": "",
        "purpose": "", "last_post_at": 0, "total_msg_count": 0, "extra_update_at": 0,
        "creator_id": "", "scheme_id": null, "props": null, "group_constrained": null,
        "shared": null, "total_msg_count_root": 0, "policy_id": null, "last_root_post_at": 0,
    })
}
