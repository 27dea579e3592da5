//! What operators and other people do to the server behind an integration's back.

use super::World;
use crate::api::users::set_active;
use crate::trigger::TriggerKey;

impl World {
    /// Triggers that the old key signed verify no more.
    pub(crate) fn change_key(&mut self) {
        if let Some(key) = TriggerKey::generate() {
            self.key = key;
        }
    }

    pub(crate) fn archive(&mut self, channel: &str, archived: bool) -> bool {
        let now = self.now();
        let Some(id) = self.some_channel(channel).map(|channel| channel.id.clone()) else {
            return false;
        };
        if let Some(channel) = self.channel_mut(&id) {
            channel.delete_at = if archived { now } else { 0 };
        }
        true
    }

    pub(crate) fn rename(&mut self, channel: &str, name: &str) -> bool {
        let Some(id) = self.some_channel(channel).map(|channel| channel.id.clone()) else {
            return false;
        };
        if let Some(channel) = self.channel_mut(&id) {
            name.clone_into(&mut channel.name);
        }
        true
    }

    pub(crate) fn activate(&mut self, user: &str, active: bool) -> bool {
        let Some(id) = self.somebody(user).map(|user| user.id.clone()) else {
            return false;
        };
        set_active(self, &id, active).is_ok()
    }

    pub(crate) fn remove_member(&mut self, channel: &str, user: &str) -> bool {
        let channel = self.some_channel(channel).map(|channel| channel.id.clone());
        let user = self.somebody(user).map(|user| user.id.clone());
        let (Some(channel), Some(user)) = (channel, user) else {
            return false;
        };
        self.channel_mut(&channel).is_some_and(|channel| channel.members.remove(&user))
    }
}
