//! What exists before the first call.

use serde::{Deserialize, Serialize};

use crate::ids::named_id;

/// Which server it is, where versions differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    #[default]
    #[serde(rename = "11.6")]
    V11_6,
    #[serde(rename = "11.2")]
    V11_2,
    #[serde(rename = "5.37")]
    V5_37,
}

impl Version {
    /// The number of a release.
    pub const fn number(self) -> &'static str {
        match self {
            Self::V11_6 => "11.6.0",
            Self::V11_2 => "11.2.0",
            Self::V5_37 => "5.37.0",
        }
    }

    pub const fn is_old(self) -> bool {
        match self {
            Self::V11_6 | Self::V11_2 => false,
            Self::V5_37 => true,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    pub version: Version,
    pub config: Config,
    /// The first team is the one that seeded channels and commands are in.
    pub teams: Vec<SeedTeam>,
    pub channels: Vec<SeedChannel>,
    pub users: Vec<SeedUser>,
    pub commands: Vec<SeedCommand>,
}

/// The server's configuration, as far as it matters to integrations.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where permalinks and `response_url` begin; the double's own address without it.
    pub site_url: Option<String>,
    pub show_email_address: bool,
    pub enable_permalink_previews: bool,
    pub enable_post_username_override: bool,
    /// Refuses reserved props of ordinary users.
    pub hardened_mode: bool,
    /// Direct messages only between people of one team.
    pub restrict_direct_message: bool,
    /// Seconds; -1 is for ever.
    pub post_edit_time_limit: i64,
    pub max_payload_bytes: usize,
    /// Hosts and addresses that integrations may be at though they are private.
    pub allowed_untrusted_internal_connections: String,
    /// How long an integration may take to answer, and how long a trigger lives.
    pub integration_timeout_millis: i64,
    pub rate_limit: Option<RateLimit>,
}

/// A bucket that all callers of one address share.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    pub per_second: i64,
    pub burst: i64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedTeam {
    pub id: String,
    pub name: String,
    pub display_name: String,
    /// User names.
    pub members: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedChannel {
    pub id: String,
    pub name: String,
    pub display_name: String,
    pub is_private: bool,
    pub is_archived: bool,
    /// User names.
    pub members: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedUser {
    pub id: String,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub password: String,
    /// A personal access token that works from the start.
    pub token: Option<String>,
    pub is_admin: bool,
    pub is_bot: bool,
    pub is_deactivated: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedCommand {
    pub trigger: String,
    pub url: String,
    pub token: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            site_url: None,
            show_email_address: true,
            enable_permalink_previews: true,
            enable_post_username_override: false,
            hardened_mode: false,
            restrict_direct_message: false,
            post_edit_time_limit: -1,
            max_payload_bytes: 300_000,
            allowed_untrusted_internal_connections: "localhost 127.0.0.1".to_owned(),
            integration_timeout_millis: 30_000,
            rate_limit: None,
        }
    }
}

impl Default for Seed {
    fn default() -> Self {
        let all = ["admin", "alice", "bob", "carol", "gone", "nightowl"];
        Self {
            version: Version::default(),
            config: Config::default(),
            teams: vec![SeedTeam {
                id: named_id("opsteam"),
                name: "ops".to_owned(),
                display_name: "Operations".to_owned(),
                members: all.map(str::to_owned).to_vec(),
            }],
            channels: channels(),
            users: users(),
            commands: vec![],
        }
    }
}

impl Seed {
    pub fn user(&self, username: &str) -> Option<&SeedUser> {
        self.users.iter().find(|user| user.username == username)
    }

    pub fn channel(&self, name: &str) -> Option<&SeedChannel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    /// The token that is seeded for a user; empty without one.
    pub fn token(&self, username: &str) -> String {
        self.user(username).and_then(|user| user.token.clone()).unwrap_or_default()
    }
}

fn channels() -> Vec<SeedChannel> {
    let channel = |name: &str, display_name: &str, members: &[&str]| SeedChannel {
        id: named_id(&name.replace('-', "")),
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        members: members.iter().map(|name| (*name).to_owned()).collect(),
        ..SeedChannel::default()
    };
    let everybody = ["admin", "alice", "bob", "carol", "nightowl"];
    vec![
        channel("alerts", "Alerts", &everybody),
        channel("town-square", "Town Square", &everybody),
        channel("off-topic", "Off-Topic", &["admin", "alice", "bob"]),
        SeedChannel {
            is_private: true,
            ..channel("war-room", "War Room", &["admin", "alice", "nightowl"])
        },
        SeedChannel { is_private: true, ..channel("vault", "Vault", &["admin", "alice"]) },
        SeedChannel { is_archived: true, ..channel("attic", "Attic", &everybody) },
    ]
}

fn users() -> Vec<SeedUser> {
    let user = |username: &str, first: &str, last: &str| SeedUser {
        id: named_id(username),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        password: format!("{username}-password"),
        ..SeedUser::default()
    };
    let token = |text: &str| Some(text.to_owned());
    vec![
        SeedUser {
            is_admin: true,
            token: token("admintokenqx7h3k9wz5m1c8ry"),
            ..user("admin", "Ada", "Admin")
        },
        SeedUser { token: token("alicetokenqx7h3k9wz5m1c8ry"), ..user("alice", "Alice", "Adams") },
        SeedUser { token: token("bobbytokenqx7h3k9wz5m1c8ry"), ..user("bob", "Bob", "Brown") },
        SeedUser { token: token("caroltokenqx7h3k9wz5m1c8ry"), ..user("carol", "Carol", "Clark") },
        SeedUser {
            is_deactivated: true,
            token: token("gonestokenqx7h3k9wz5m1c8ry"),
            ..user("gone", "Greta", "Gone")
        },
        SeedUser {
            is_bot: true,
            email: "nightowl@localhost".to_owned(),
            token: token("nightowlqx7h3k9wz5m1c8ryt6"),
            ..user("nightowl", "NightOwl", "")
        },
    ]
}
