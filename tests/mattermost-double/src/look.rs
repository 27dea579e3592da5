//! The hand of a test inside the process: looking, and doing what people and operators do.

use serde_json::{Map, Value};

use crate::double::Double;
use crate::error::AppError;
use crate::hands::{self, Got, Sent};
use crate::integration::{ActionBody, CommandBody, request};
use crate::read::Reading;
use crate::seed::{Config, Seed, Version};
use crate::trigger::Trigger;
use crate::world::{Call, Ephemeral, OpenDialog, Post, ResponseUrl, World};

/// Why a hand could not do it: the id of the error that says what is not there.
type Missing = String;

fn missing(error: AppError) -> Missing {
    error.id
}

impl Double {
    pub fn seed(&self) -> Seed {
        self.shared.world().seed.clone()
    }

    pub fn version(&self) -> Version {
        self.shared.world().version()
    }

    /// Posts that are there now, oldest first, with the actions' integrations.
    pub fn posts(&self) -> Vec<Post> {
        let world = self.shared.world();
        world.posts.iter().filter(|post| post.is_there()).cloned().collect()
    }

    /// So many of the posts that are there, the newest, oldest first.
    pub fn newest(&self, count: usize) -> Vec<Post> {
        let world = self.shared.world();
        let there = world.posts.iter().rev().filter(|post| post.is_there());
        let mut newest: Vec<Post> = there.take(count).cloned().collect();
        newest.reverse();
        newest
    }

    pub fn post(&self, id: &str) -> Option<Post> {
        self.shared.world().post(id).cloned()
    }

    /// A post as a person sees it; what is deleted is not seen.
    pub fn read(&self, post: &Post) -> Reading {
        Reading::of(post, self.version())
    }

    /// Whose direct message a channel is: the other one of a bot's. `None` for other channels.
    pub fn direct_to(&self, channel_id: &str, of: &str) -> Option<String> {
        let world = self.shared.world();
        let channel = world.channel(channel_id).filter(|channel| channel.kind == "D")?;
        channel.members.iter().find(|user| *user != of).cloned()
    }

    pub fn ephemerals(&self) -> Vec<Ephemeral> {
        self.shared.world().ephemerals.clone()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().calls.clone()
    }

    /// Forms that stand open.
    pub fn dialogs(&self) -> Vec<OpenDialog> {
        self.shared.world().dialogs.clone()
    }

    /// What the server logged about content that it took and that will not work.
    pub fn warnings(&self) -> Vec<String> {
        self.shared.world().warnings.clone()
    }

    /// Milliseconds since 1970 by the server's clock.
    pub fn now(&self) -> i64 {
        self.shared.world().now()
    }

    /// Base64 of the DER form.
    pub fn public_key(&self) -> String {
        self.shared.world().key.public_key()
    }

    /// A trigger of a user, by the double's key. `millis` since 1970.
    pub fn trigger(&self, user_id: &str, millis: i64) -> Trigger {
        self.shared.world().key.sign(user_id, millis)
    }

    /// Another key, as after a restore of the server's database.
    pub fn change_key(&self) {
        self.shared.world().change_key();
    }

    /// Moves the server's clock, and with it the `Date` of its answers and its triggers.
    pub fn shift_clock(&self, millis: i64) {
        self.shared.world().clock_shift += millis;
    }

    /// A new process: what it remembered is gone, what the database holds is not.
    pub fn restart(&self) {
        self.shared.world().restart();
    }

    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        change(&mut self.shared.world().config);
    }

    /// A person deletes a post. `false`: it is not there.
    pub fn delete(&self, post_id: &str) -> bool {
        self.shared.world().delete_post(post_id)
    }

    /// Archives a channel, by id or name. `false`: it is not there.
    pub fn archive(&self, channel: &str) -> bool {
        self.shared.world().archive(channel, true)
    }

    /// Deactivates a user or a bot, by id or name. `false`: there is none.
    pub fn deactivate(&self, user: &str) -> bool {
        self.shared.world().activate(user, false)
    }

    /// Takes somebody out of a channel. `false`: one of them is not there.
    pub fn remove_member(&self, channel: &str, user: &str) -> bool {
        self.shared.world().remove_member(channel, user)
    }

    /// Makes a token useless. `false`: there was none.
    pub fn revoke(&self, token: &str) -> bool {
        let mut world = self.shared.world();
        let before = world.tokens.len();
        world.tokens.retain(|known| known.token != token);
        world.tokens.len() < before
    }

    /// A slash command in the first team. An empty token: one is drawn. Answers the token.
    pub fn add_command(&self, trigger: &str, url: &str, token: &str) -> String {
        self.shared.world().add_command(trigger, url, token)
    }

    /// A person, or a bot, posts; with any props. Answers the post's id.
    pub async fn say(
        &self,
        user: &str,
        channel: &str,
        text: &str,
        root_id: &str,
        props: Map<String, Value>,
    ) -> Result<String, Missing> {
        hands::say(&self.shared, user, channel, text, root_id, props).await.map_err(missing)
    }

    /// A person presses a button.
    pub async fn click(&self, user: &str, post_id: &str, action: &str) -> Result<Got, Missing> {
        hands::click(&self.shared, user, post_id, action, None).await.map_err(missing)
    }

    /// A person chooses an option of a menu, by its value.
    pub async fn choose(
        &self,
        user: &str,
        post_id: &str,
        action: &str,
        option: &str,
    ) -> Result<Got, Missing> {
        hands::click(&self.shared, user, post_id, action, Some(option)).await.map_err(missing)
    }

    /// A person types a command, with its slash; `root_id` is empty outside threads.
    pub async fn command(
        &self,
        user: &str,
        channel: &str,
        root_id: &str,
        text: &str,
    ) -> Result<Got, Missing> {
        hands::command(&self.shared, user, channel, root_id, text).await.map_err(missing)
    }

    /// A person sends the form that was opened last, or a forged one.
    pub async fn submit(&self, sent: Sent) -> Result<Got, Missing> {
        hands::submit(&self.shared, sent).await.map_err(missing)
    }

    /// The body of a click that is not made, with a trigger of `millis`. `None`: no such post.
    pub fn action_body(
        &self,
        user_id: &str,
        post_id: &str,
        context: Value,
        millis: i64,
    ) -> Option<ActionBody> {
        let world = self.shared.world();
        let trigger = world.key.sign(user_id, millis);
        let post = world.post(post_id)?.clone();
        Some(ActionBody { context, ..ActionBody::new(&world, user_id, &post, &trigger) })
    }

    /// The fields of a command that is not typed. `None`: no such command.
    pub fn command_body(&self, user_id: &str, channel: &str, line: &str) -> Option<CommandBody> {
        let world: &World = &self.shared.world();
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let trigger = word.trim_start_matches('/');
        let command = world.commands.iter().find(|command| command.trigger == trigger)?;
        let channel = world.some_channel(channel)?;
        let place = ResponseUrl {
            id: crate::ids::new_id(),
            user_id: user_id.to_owned(),
            channel_id: channel.id.clone(),
            root_id: String::new(),
            uses: 0,
            create_at: world.now(),
        };
        Some(request(world, command, &place, (word, text), &command.team_id))
    }
}
