//! The state: messages, faults and what was called.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::args::Args;
use crate::fault::{Fault, Scripted};
use crate::seed::{Channel, Seed, User};
use crate::watch::Watch;

pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) messages: Vec<Message>,
    pub(crate) ephemerals: Vec<Ephemeral>,
    pub(crate) calls: Vec<Call>,
    pub(crate) faults: Vec<Scripted>,
    /// Calls that land when told.
    pub(crate) late: Vec<Late>,
    /// Sees every call.
    pub(crate) watcher: Option<Arc<dyn Watch>>,
    /// Triggers that people made, and whether each was used.
    pub(crate) triggers: BTreeMap<String, Trigger>,
    /// Every modal that is open, oldest first.
    pub(crate) views: Vec<OpenView>,
    /// User id → what their Home tab shows.
    pub(crate) homes: BTreeMap<String, Value>,
    /// User id → their direct channel with the bot.
    pub(crate) direct: BTreeMap<String, String>,
    /// Microseconds of the newest message.
    last_ts: u128,
}

/// A call that was held back.
pub(crate) struct Late {
    /// The moment at which it came, which no other call shares.
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) args: Args,
}

/// As Slack keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub channel: String,
    /// Whose direct message it is.
    pub direct_to: Option<String>,
    pub ts: String,
    pub thread_ts: Option<String>,
    pub user: String,
    pub bot_id: String,
    pub app_id: String,
    pub text: String,
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub metadata: Option<Value>,
    /// How often it was edited.
    pub edits: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ephemeral {
    pub channel: String,
    pub thread_ts: Option<String>,
    pub user: String,
    pub text: String,
    pub blocks: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub method: String,
    /// Without the token.
    pub args: Value,
    /// The error that was answered; `None` after a success or a fault.
    pub error: Option<String>,
    pub fault: Option<Fault>,
}

/// A person did something by which a form may be opened.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) user: String,
    /// Microseconds.
    pub(crate) made_at: u128,
    pub(crate) is_used: bool,
}

/// A modal as a person has it before them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenView {
    pub id: String,
    pub user: String,
    /// As it was given.
    pub view: Value,
}

/// Slack's own figure.
const TRIGGER_MICROS: u128 = 3_000_000;

impl World {
    /// Somebody did something: by this a form can be opened for them, within three seconds and
    /// once.
    pub(crate) fn make_trigger(&mut self, user: &str) -> String {
        self.next_ts();
        let made_at = self.last_ts;
        let id = format!("{made_at}.{}.{made_at:032x}", self.triggers.len());
        let trigger = Trigger { user: user.to_owned(), made_at, is_used: false };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// Whose it is. The error is Slack's.
    pub(crate) fn use_trigger(&mut self, id: &str) -> Result<String, &'static str> {
        self.next_ts();
        let now = self.last_ts;
        let trigger = self.triggers.get_mut(id).ok_or("invalid_trigger_id")?;
        if trigger.is_used {
            return Err("exchanged_trigger_id");
        }
        if now - trigger.made_at > TRIGGER_MICROS {
            return Err("expired_trigger_id");
        }
        trigger.is_used = true;
        Ok(trigger.user.clone())
    }

    /// As if so much time had passed for every trigger.
    pub(crate) fn age_triggers(&mut self, seconds: u128) {
        for trigger in self.triggers.values_mut() {
            trigger.made_at = trigger.made_at.saturating_sub(seconds * 1_000_000);
        }
    }

    pub(crate) fn set_archived(&mut self, channel: &str, is_archived: bool) -> bool {
        let channel = self.channel(channel).map(|channel| channel.id.clone());
        let Some(id) = channel else { return false };
        for known in self.seed.channels.iter_mut().filter(|known| known.id == id) {
            known.is_archived = is_archived;
        }
        true
    }

    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            seed,
            messages: vec![],
            ephemerals: vec![],
            calls: vec![],
            faults: vec![],
            late: vec![],
            watcher: None,
            triggers: BTreeMap::new(),
            views: vec![],
            homes: BTreeMap::new(),
            direct: BTreeMap::new(),
            last_ts: 0,
        }
    }

    pub(crate) fn reset(&mut self) {
        let watcher = self.watcher.take();
        *self = Self { watcher, ..Self::new(self.seed.clone()) };
    }

    /// Now, and never the same twice.
    pub(crate) fn next_ts(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = now.map_or(0, |since| since.as_micros());
        self.last_ts = micros.max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    pub(crate) fn take_fault(&mut self, method: &str) -> Option<Fault> {
        let matches = |scripted: &Scripted| scripted.method == method || scripted.method == "*";
        let index = self.faults.iter().position(matches)?;
        let scripted = &mut self.faults[index];
        scripted.times = scripted.times.saturating_sub(1);
        let fault = scripted.fault.clone();
        if scripted.times == 0 {
            self.faults.remove(index);
        }
        Some(fault)
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.seed.users.iter().find(|user| user.id == id)
    }

    /// By id, `#name` or `name`.
    pub(crate) fn channel(&self, given: &str) -> Option<&Channel> {
        let name = given.trim_start_matches('#');
        let channels = &self.seed.channels;
        channels.iter().find(|channel| channel.id == given || channel.name == name)
    }

    /// Opens the direct channel of a user, or answers the one that is open.
    pub(crate) fn open_direct(&mut self, user: &str) -> String {
        let next = format!("D0DIRECT{:02}", self.direct.len());
        self.direct.entry(user.to_owned()).or_insert(next).clone()
    }

    pub(crate) fn direct_user(&self, channel: &str) -> Option<String> {
        let open = self.direct.iter().find(|(_, open)| *open == channel);
        open.map(|(user, _)| user.clone())
    }
}
