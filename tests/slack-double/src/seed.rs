//! What exists before the first call.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    pub team_id: String,
    pub team: String,
    pub app_id: String,
    pub bot_id: String,
    /// The bot's own user.
    pub bot_user: String,
    pub bot_token: String,
    pub signing_secret: String,
    /// Granted to the token; a method without its scope answers `missing_scope`.
    pub scopes: Vec<String>,
    pub channels: Vec<Channel>,
    pub users: Vec<User>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub is_private: bool,
    pub is_archived: bool,
    /// Whether the bot is in it.
    pub is_member: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub email: String,
    pub deleted: bool,
    pub is_bot: bool,
}

impl Default for Seed {
    fn default() -> Self {
        let scopes = [
            "chat:write",
            "chat:write.public",
            "im:write",
            "channels:read",
            "groups:read",
            "channels:history",
            "groups:history",
            "im:history",
            "users:read",
            "users:read.email",
            "app_mentions:read",
            "commands",
        ];
        Self {
            team_id: "T0ACME0001".to_owned(),
            team: "Acme".to_owned(),
            app_id: "A0OWL00001".to_owned(),
            bot_id: "B0OWL00001".to_owned(),
            bot_user: "U0OWL00001".to_owned(),
            bot_token: "xoxb-double-0123456789-abcdefghij".to_owned(),
            signing_secret: "8f742231b10e8888abcd99yyyzzz85a5".to_owned(),
            scopes: scopes.map(str::to_owned).to_vec(),
            channels: channels(),
            users: users(),
        }
    }
}

/// So many that a listing has pages, with the one that is used most on the last.
fn channels() -> Vec<Channel> {
    let made = (0..230).map(|number| Channel {
        id: format!("C0FILL{number:04}"),
        name: format!("team-{number}"),
        is_member: false,
        ..Channel::default()
    });
    let channel = |id: &str, name: &str| Channel {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Channel::default()
    };
    let ours = [
        Channel { is_member: true, ..channel("C0OPS00001", "ops-alerts") },
        channel("C0PUBLIC01", "public-without-us"),
        Channel { is_private: true, ..channel("C0PRIVATE1", "private-without-us") },
        Channel { is_private: true, is_member: true, ..channel("C0PRIVATE2", "private-with-us") },
        Channel { is_archived: true, is_member: true, ..channel("C0ARCHIVE1", "archived") },
    ];
    made.chain(ours).collect()
}

fn users() -> Vec<User> {
    let user = |id: &str, name: &str, real_name: &str| User {
        id: id.to_owned(),
        name: name.to_owned(),
        real_name: real_name.to_owned(),
        email: format!("{name}@example.com"),
        ..User::default()
    };
    vec![
        user("U0ALICE001", "alice", "Alice Adams"),
        user("U0BOB00001", "bob", "Bob Brown"),
        User { deleted: true, ..user("U0GONE0001", "gone", "Greta Gone") },
        User { is_bot: true, ..user("U0OWL00001", "nightowl", "NightOwl") },
    ]
}
