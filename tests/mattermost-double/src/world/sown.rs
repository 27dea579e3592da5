//! The seed becomes the first state.

use std::collections::BTreeSet;

use serde_json::Map;

use super::{Channel, Command, Team, Token, User, World};
use crate::ids::new_id;
use crate::seed::SeedUser;

impl World {
    pub(super) fn sow(&mut self) {
        let seed = self.seed.clone();
        let now = self.now();
        for user in &seed.users {
            self.sow_user(user, now);
        }
        let ids = |world: &Self, names: &[String]| -> BTreeSet<String> {
            let ids = names.iter().filter_map(|name| world.user_named(name));
            ids.map(|user| user.id.clone()).collect()
        };
        for team in &seed.teams {
            self.teams.push(Team {
                id: team.id.clone(),
                name: team.name.clone(),
                display_name: team.display_name.clone(),
                create_at: now,
                members: ids(self, &team.members),
            });
        }
        let team_id = seed.teams.first().map(|team| team.id.clone()).unwrap_or_default();
        for channel in &seed.channels {
            self.channels.push(Channel {
                id: channel.id.clone(),
                team_id: team_id.clone(),
                kind: if channel.is_private { "P" } else { "O" }.to_owned(),
                name: channel.name.clone(),
                display_name: channel.display_name.clone(),
                create_at: now,
                delete_at: if channel.is_archived { now } else { 0 },
                members: ids(self, &channel.members),
            });
        }
        for command in &seed.commands {
            self.add_command(&command.trigger, &command.url, &command.token);
        }
    }

    fn sow_user(&mut self, user: &SeedUser, now: i64) {
        let roles = if user.is_admin { "system_admin system_user" } else { "system_user" };
        self.users.push(User {
            id: user.id.clone(),
            username: user.username.clone(),
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            nickname: String::new(),
            password: user.password.clone(),
            roles: roles.to_owned(),
            is_bot: user.is_bot,
            description: String::new(),
            owner_id: String::new(),
            create_at: now,
            update_at: now,
            delete_at: if user.is_deactivated { now } else { 0 },
        });
        if let Some(token) = &user.token {
            self.tokens.push(Token {
                id: new_id(),
                token: token.clone(),
                user_id: user.id.clone(),
                description: "seeded".to_owned(),
                is_active: true,
                is_personal: true,
            });
        }
    }

    /// In the first team, made by the first administrator. An empty token: one is drawn.
    pub(crate) fn add_command(&mut self, trigger: &str, url: &str, token: &str) -> String {
        let token = if token.is_empty() { new_id() } else { token.to_owned() };
        let is_admin = |user: &&User| user.roles.contains("system_admin");
        let creator_id = self.users.iter().find(is_admin).map(|user| user.id.clone());
        let now = self.now();
        self.commands.push(Command {
            id: new_id(),
            token: token.clone(),
            creator_id: creator_id.unwrap_or_default(),
            team_id: self.teams.first().map(|team| team.id.clone()).unwrap_or_default(),
            trigger: trigger.to_lowercase(),
            method: "P".to_owned(),
            url: url.to_owned(),
            create_at: now,
            update_at: now,
            more: Map::new(),
        });
        token
    }
}
