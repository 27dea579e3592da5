//! Posts as the database keeps them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::World;
use crate::attachments::without_integrations;
use crate::ids::{is_id, new_id};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub id: String,
    pub create_at: i64,
    pub update_at: i64,
    /// When the message or an attachment was changed last; 0 shows no "Edited".
    pub edit_at: i64,
    pub delete_at: i64,
    pub is_pinned: bool,
    pub user_id: String,
    pub channel_id: String,
    pub root_id: String,
    /// Of which post this is an old version.
    pub original_id: String,
    pub message: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// With the actions' integrations.
    pub props: Map<String, Value>,
    pub has_reactions: bool,
    /// `priority` and such.
    pub metadata: Map<String, Value>,
}

impl Post {
    /// Neither deleted nor an old version.
    pub fn is_there(&self) -> bool {
        self.delete_at == 0
    }

    pub(crate) fn attachments(&self) -> &[Value] {
        self.props.get("attachments").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The action that a click on this id means: the first one.
    pub(crate) fn action(&self, id: &str) -> Option<&Value> {
        let actions = self.attachments().iter().filter_map(|all| all["actions"].as_array());
        actions.flatten().find(|action| action["id"] == id)
    }
}

impl World {
    pub(crate) fn post(&self, id: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == id)
    }

    pub(crate) fn post_mut(&mut self, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().find(|post| post.id == id)
    }

    /// Keeps the version before as a row of its own, as every save does.
    pub(crate) fn replace(&mut self, new: Post) {
        let Some(index) = self.posts.iter().position(|post| post.id == new.id) else {
            return;
        };
        let mut old = std::mem::replace(&mut self.posts[index], new);
        old.original_id = std::mem::replace(&mut old.id, new_id());
        old.delete_at = self.posts[index].update_at;
        old.update_at = self.posts[index].update_at;
        self.posts.push(old);
    }

    /// Deletes the post and, if it is a root, its replies. `false`: there is none.
    pub(crate) fn delete_post(&mut self, id: &str) -> bool {
        let now = self.now();
        let is_there = self.post(id).is_some_and(Post::is_there);
        let of_it = |post: &&mut Post| post.is_there() && (post.id == id || post.root_id == id);
        for post in self.posts.iter_mut().filter(of_it) {
            post.delete_at = now;
            post.update_at = now;
        }
        is_there
    }

    /// As the API shows it to a reader: without integrations, but for what a permalink embeds.
    pub(crate) fn show_post(&self, post: &Post, reader: &str) -> Value {
        let mut body = raw(post);
        body["props"] = without_integrations(&post.props).into();
        let replies = self.posts.iter().filter(|reply| reply.is_there());
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        body["reply_count"] = replies.filter(|reply| reply.root_id == *root).count().into();
        let embeds = self.embeds(post, reader);
        if !embeds.is_empty() {
            body["metadata"]["embeds"] = embeds.into();
        }
        let reactions: Vec<_> = self.reactions.iter().filter(|r| r.post_id == post.id).collect();
        if !reactions.is_empty() {
            body["metadata"]["reactions"] = json!(reactions);
        }
        body
    }

    /// A permalink shows the whole post that it leads to, integrations too, to whoever may read it.
    fn embeds(&self, post: &Post, reader: &str) -> Vec<Value> {
        if self.is_old() || !self.config.enable_permalink_previews {
            return vec![];
        }
        let site = self.site_url();
        let beginnings = post.message.match_indices(&site).map(|(at, _)| at + site.len());
        let linked = beginnings.filter_map(|at| {
            let (team, rest) = post.message[at..].strip_prefix('/')?.split_once("/pl/")?;
            let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            let known = self.team_named(team).is_some() && is_id(&id);
            let linked = self.post(&id).filter(|linked| known && linked.is_there())?;
            self.may_read(&linked.channel_id, reader).then_some((team, linked))
        });
        // The server embeds the first link only.
        let first = linked.take(1).map(|(team, linked)| {
            let channel = self.channel(&linked.channel_id);
            json!({"type": "permalink", "url": format!("{site}/{team}/pl/{}", linked.id), "data": {
                "post_id": linked.id, "post": raw(linked), "team_name": team,
                "channel_display_name": channel.map(|c| c.display_name.as_str()),
                "channel_type": channel.map(|c| c.kind.as_str()),
                "channel_id": linked.channel_id,
            }})
        });
        first.collect()
    }
}

/// With integrations.
pub(crate) fn raw(post: &Post) -> Value {
    json!({
        "id": post.id, "create_at": post.create_at, "update_at": post.update_at,
        "edit_at": post.edit_at, "delete_at": post.delete_at, "is_pinned": post.is_pinned,
        "user_id": post.user_id, "channel_id": post.channel_id, "root_id": post.root_id,
        "original_id": post.original_id, "message": post.message, "type": post.kind,
        "props": post.props, "hashtags": "", "file_ids": [], "pending_post_id": "",
        "reply_count": 0, "last_reply_at": 0, "participants": null, "remote_id": "",
        "has_reactions": post.has_reactions, "metadata": post.metadata,
    })
}
