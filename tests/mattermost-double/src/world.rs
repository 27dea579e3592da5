//! The state of the server.

mod kept;
mod operator;
mod people;
pub(crate) mod posts;
pub(crate) mod rooms;
mod sown;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::api::Request;
use crate::fault::{Fault, Scripted};
use crate::ids::new_id;
use crate::seed::{Config, Seed, Version};
use crate::trigger::TriggerKey;
use crate::watch::Watch;

pub use kept::{Call, Ephemeral, OpenDialog};
pub use posts::Post;

pub(crate) use kept::{Command, Hook, Pending, Reaction, ResponseUrl};

pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) config: Config,
    /// Where the double listens.
    pub(crate) own_url: String,
    pub(crate) users: Vec<User>,
    pub(crate) teams: Vec<Team>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) tokens: Vec<Token>,
    /// In the order of creation; old versions of edited posts are among them.
    pub(crate) posts: Vec<Post>,
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) commands: Vec<Command>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) response_urls: Vec<ResponseUrl>,
    pub(crate) ephemerals: Vec<Ephemeral>,
    pub(crate) dialogs: Vec<OpenDialog>,
    pub(crate) calls: Vec<Call>,
    /// What the server logs about content that it takes all the same.
    pub(crate) warnings: Vec<String>,
    pub(crate) faults: Vec<Scripted>,
    /// Requests that land when told.
    pub(crate) late: Vec<Late>,
    /// Sees every call.
    pub(crate) watcher: Option<Arc<dyn Watch>>,
    /// The process's own memory of `pending_post_id`s.
    pub(crate) pending: BTreeMap<String, Pending>,
    /// (channel, user) → mentions that were not read.
    pub(crate) mention_counts: BTreeMap<(String, String), u32>,
    /// User → the channel where they clicked or typed last.
    pub(crate) last_places: BTreeMap<String, String>,
    /// New posts that outgoing webhooks have not looked at.
    pub(crate) unheard: Vec<String>,
    pub(crate) key: TriggerKey,
    /// Milliseconds that the server's clock is ahead of this machine's.
    pub(crate) clock_shift: i64,
    /// When the rate limiter's bucket will be empty again, in milliseconds.
    pub(crate) bucket: i64,
}

/// A request that was held back.
pub(crate) struct Late {
    pub(crate) id: String,
    pub(crate) request: Request,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub nickname: String,
    pub password: String,
    pub roles: String,
    pub is_bot: bool,
    /// A bot's.
    pub description: String,
    /// A bot's: who made it.
    pub owner_id: String,
    pub create_at: i64,
    pub update_at: i64,
    pub delete_at: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) create_at: i64,
    pub(crate) members: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    /// Empty for direct messages.
    pub(crate) team_id: String,
    /// `O`, `P` or `D`.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) create_at: i64,
    pub(crate) delete_at: i64,
    pub(crate) members: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) user_id: String,
    pub(crate) description: String,
    pub(crate) is_active: bool,
    /// A personal access token; else the session of a login.
    pub(crate) is_personal: bool,
}

impl World {
    /// `None`: there is no chance to draw a key from.
    pub(crate) fn new(seed: Seed, own_url: String) -> Option<Self> {
        let key = TriggerKey::generate()?;
        let mut world = Self {
            config: seed.config.clone(),
            seed,
            own_url,
            users: vec![],
            teams: vec![],
            channels: vec![],
            tokens: vec![],
            posts: vec![],
            reactions: vec![],
            commands: vec![],
            hooks: vec![],
            response_urls: vec![],
            ephemerals: vec![],
            dialogs: vec![],
            calls: vec![],
            warnings: vec![],
            faults: vec![],
            late: vec![],
            watcher: None,
            pending: BTreeMap::new(),
            mention_counts: BTreeMap::new(),
            last_places: BTreeMap::new(),
            unheard: vec![],
            key,
            clock_shift: 0,
            bucket: 0,
        };
        world.sow();
        Some(world)
    }

    pub(crate) fn reset(&mut self) {
        let watcher = self.watcher.take();
        if let Some(fresh) = Self::new(self.seed.clone(), self.own_url.clone()) {
            *self = Self { watcher, ..fresh };
        }
    }

    /// What a new process does not remember. Sessions and posts are in the database.
    pub(crate) fn restart(&mut self) {
        self.pending.clear();
        self.bucket = 0;
    }

    /// Milliseconds since 1970, by the server's clock.
    pub(crate) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(self.clock_shift)
    }

    pub(crate) fn version(&self) -> Version {
        self.seed.version
    }

    pub(crate) fn is_old(&self) -> bool {
        self.seed.version.is_old()
    }

    pub(crate) fn site_url(&self) -> String {
        let configured = self.config.site_url.clone();
        configured.unwrap_or_else(|| self.own_url.clone()).trim_end_matches('/').to_owned()
    }

    /// Milliseconds that a trigger opens dialogs.
    pub(crate) fn trigger_life(&self) -> i64 {
        if self.is_old() { 3_000 } else { self.config.integration_timeout_millis }
    }

    pub(crate) fn take_fault(&mut self, route: &str) -> Option<Fault> {
        let index = self.faults.iter().position(|scripted| scripted.is_for(route))?;
        let scripted = &mut self.faults[index];
        scripted.times = scripted.times.saturating_sub(1);
        let fault = scripted.fault.clone();
        if scripted.times == 0 {
            self.faults.remove(index);
        }
        Some(fault)
    }

    pub(crate) fn whisper(&mut self, by: &str, at: (&str, &str), user_id: &str, message: &str) {
        self.ephemerals.push(Ephemeral {
            id: new_id(),
            channel_id: at.0.to_owned(),
            user_id: user_id.to_owned(),
            root_id: at.1.to_owned(),
            message: message.to_owned(),
            props: Map::new(),
            by: by.to_owned(),
        });
    }
}
