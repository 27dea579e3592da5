//! Outgoing webhooks: public posts with a trigger word, told to integrations.

use serde_json::{Value, json};

use super::asking::{FORM, JSON, Question, ask};
use super::command::CommandBody;
use crate::api::posts::{add, is_valid};
use crate::double::Shared;
use crate::world::{Hook, Post, World};

/// Tells of every new post, in the background, as the server does.
pub(crate) fn hear(shared: &Shared) {
    let shared = shared.clone();
    let waiting = !shared.world().unheard.is_empty();
    if waiting && tokio::runtime::Handle::try_current().is_ok() {
        tokio::spawn(async move { tell(&shared).await });
    }
}

/// The same, until every integration has answered.
pub(crate) async fn tell(shared: &Shared) {
    let calls: Vec<(Hook, Post, Question)> = {
        let mut world = shared.world();
        let posts = std::mem::take(&mut world.unheard);
        posts.iter().flat_map(|id| fired(&world, id)).collect()
    };
    for (hook, post, question) in calls {
        let Some(asked) = ask(shared, question).await.filter(|asked| asked.status == 200) else {
            continue;
        };
        let answer: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        reply(&mut shared.world(), &hook, &post, &answer);
    }
}

fn fired(world: &World, post_id: &str) -> Vec<(Hook, Post, Question)> {
    let Some(post) = world.post(post_id) else {
        return vec![];
    };
    let Some(channel) = world.channel(&post.channel_id).filter(|channel| channel.kind == "O")
    else {
        return vec![];
    };
    let is_hook = post.props.get("from_webhook").is_some_and(|value| *value == "true");
    if is_hook || post.kind.starts_with("system_") {
        return vec![];
    }
    let of_team = world.hooks.iter().filter(|hook| hook.team_id == channel.team_id);
    let of_place = of_team.filter(|hook| {
        hook.channel_id == channel.id
            || (hook.channel_id.is_empty() && !hook.trigger_words.is_empty())
    });
    let mut found = vec![];
    for hook in of_place {
        let Some(word) = trigger_word(hook, &post.message) else {
            continue;
        };
        for url in &hook.callback_urls {
            let question = question(world, hook, post, url, &word);
            found.push((hook.clone(), post.clone(), question));
        }
    }
    found
}

/// `None`: it does not fire. Without words it fires for all, and the word is empty.
fn trigger_word(hook: &Hook, message: &str) -> Option<String> {
    if hook.trigger_words.is_empty() {
        return Some(String::new());
    }
    let first = message.split_whitespace().next().unwrap_or_default();
    let fires = |word: &&String| match hook.trigger_when {
        1 => message.starts_with(word.as_str()),
        _ => first == word.as_str(),
    };
    hook.trigger_words.iter().find(fires).cloned()
}

/// Milliseconds in JSON, seconds in a form. No thread is told.
fn question(world: &World, hook: &Hook, post: &Post, url: &str, word: &str) -> Question {
    let channel_name = world.channel(&post.channel_id).map(|c| c.name.clone()).unwrap_or_default();
    let team_domain = world.team(&hook.team_id).map(|t| t.name.clone()).unwrap_or_default();
    let user_name = world.user(&post.user_id).map(|u| u.username.clone()).unwrap_or_default();
    let is_json = hook.content_type == JSON;
    let seconds = (post.create_at / 1_000).to_string();
    let pairs = [
        ("token", hook.token.as_str()),
        ("team_id", &hook.team_id),
        ("team_domain", &team_domain),
        ("channel_id", &post.channel_id),
        ("channel_name", &channel_name),
        ("timestamp", &seconds),
        ("user_id", &post.user_id),
        ("user_name", &user_name),
        ("post_id", &post.id),
        ("text", &post.message),
        ("trigger_word", word),
        ("file_ids", ""),
    ];
    let body = if is_json {
        // The server's order of fields, which a map of ours would sort.
        let field = |(name, value): &(&str, &str)| match *name {
            "timestamp" => format!("\"timestamp\":{}", post.create_at),
            name => format!("{}:{}", json!(name), json!(value)),
        };
        format!("{{{}}}", pairs.iter().map(field).collect::<Vec<_>>().join(","))
    } else {
        let mut form = CommandBody::default();
        for (name, value) in pairs {
            form.add(name, value);
        }
        form.encode()
    };
    let content_type = Some(if is_json { JSON } else { FORM });
    Question { url: url.to_owned(), content_type, body, token: None }
}

/// An answer with a text becomes a post of the hook's creator.
fn reply(world: &mut World, hook: &Hook, post: &Post, answer: &Value) {
    let text = answer["text"].as_str().unwrap_or_default();
    if text.is_empty() {
        return;
    }
    let is_comment = answer["response_type"] == "comment";
    let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
    let mut made = Post {
        user_id: hook.creator_id.clone(),
        channel_id: post.channel_id.clone(),
        root_id: if is_comment { root.clone() } else { String::new() },
        message: super::slack::links(&super::slack::mentions(world, text)),
        ..Post::default()
    };
    made.props.insert("from_webhook".to_owned(), "true".into());
    if is_valid(world, &made).is_ok() {
        add(world, made);
    }
}
