//! `chat.*`.

use serde_json::{Value, json};

use super::conversations::show;
use super::{Answer, Refusal};
use crate::args::Args;
use crate::check::{self, Content};
use crate::world::{Ephemeral, Message, World};

/// Slack refuses longer texts of posts; it cuts or refuses those of edits at a tenth.
const POST_TEXT_MAX: usize = 40_000;
const UPDATE_TEXT_MAX: usize = 4_000;

pub(super) fn post(world: &mut World, args: &Args) -> Answer {
    let (channel, direct_to) = place(world, args.text("channel").unwrap_or_default())?;
    let content = check::content(args)?;
    let text = text_of(args, POST_TEXT_MAX)?;
    let is_empty = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
    if text.is_empty() && is_empty(&content.blocks) && is_empty(&content.attachments) {
        return Err(Refusal::new("no_text"));
    }
    let thread_ts = args.text("thread_ts").map(str::to_owned);
    if let Some(root) = &thread_ts {
        let is_there = |message: &Message| message.ts == *root && message.channel == channel;
        if !world.messages.iter().any(is_there) {
            return Err(Refusal::new("thread_not_found"));
        }
    }
    let message = Message {
        ts: world.next_ts(),
        direct_to,
        channel: channel.clone(),
        thread_ts,
        user: world.seed.bot_user.clone(),
        bot_id: world.seed.bot_id.clone(),
        app_id: world.seed.app_id.clone(),
        text,
        blocks: content.blocks.unwrap_or_default(),
        attachments: content.attachments.unwrap_or_default(),
        metadata: content.metadata,
        edits: 0,
    };
    let answer = json!({"channel": channel, "ts": message.ts, "message": show(&message, true)});
    world.messages.push(message);
    Ok(answer)
}

/// Where a post goes: a channel, a direct channel, or a person's id, whose direct channel opens.
fn place(world: &mut World, given: &str) -> Result<(String, Option<String>), Refusal> {
    if let Some(user) = world.direct_user(given) {
        return Ok((given.to_owned(), Some(user)));
    }
    if world.user(given).is_some() {
        let args = Args(serde_json::Map::from_iter([("users".to_owned(), given.into())]));
        super::conversations::open(world, &args)?;
        return Ok((world.open_direct(given), Some(given.to_owned())));
    }
    let found = world.channel(given);
    let channel = found.ok_or(Refusal::new("channel_not_found"))?;
    if channel.is_private && !channel.is_member {
        return Err(Refusal::new("channel_not_found"));
    }
    if channel.is_archived {
        return Err(Refusal::new("is_archived"));
    }
    let anywhere = world.seed.scopes.iter().any(|s| s == "chat:write.public");
    if !channel.is_member && !anywhere {
        return Err(Refusal::new("not_in_channel"));
    }
    Ok((channel.id.clone(), None))
}

/// What is given replaces; blocks that are left out beside a text are removed, attachments and
/// metadata that are left out stay.
pub(super) fn update(world: &mut World, args: &Args) -> Answer {
    let channel = args.text("channel").unwrap_or_default();
    let known = world.direct_user(channel).is_some()
        || world.seed.channels.iter().any(|known| known.id == channel);
    if !known {
        return Err(Refusal::new("channel_not_found"));
    }
    let ts = args.text("ts").unwrap_or_default();
    let is_it = |message: &Message| message.channel == channel && message.ts == ts;
    let index = world.messages.iter().position(is_it);
    let index = index.ok_or(Refusal::new("message_not_found"))?;
    if world.messages[index].bot_id != world.seed.bot_id {
        return Err(Refusal::new("cant_update_message"));
    }
    let Content { blocks, attachments, metadata } = check::content(args)?;
    let text = text_of(args, UPDATE_TEXT_MAX)?;
    let message = &mut world.messages[index];
    let has_text = args.0.contains_key("text");
    if !has_text && blocks.is_none() && attachments.is_none() {
        return Err(Refusal::new("no_text"));
    }
    match blocks {
        Some(blocks) => message.blocks = blocks,
        None if has_text => message.blocks.clear(),
        None => {}
    }
    if has_text {
        message.text = text;
    }
    if let Some(attachments) = attachments {
        message.attachments = attachments;
    }
    if metadata.is_some() {
        message.metadata = metadata;
    }
    message.edits += 1;
    Ok(json!({"channel": message.channel, "ts": message.ts, "text": message.text,
        "message": show(message, true)}))
}

pub(super) fn ephemeral(world: &mut World, args: &Args) -> Answer {
    let (channel, direct_to) = place(world, args.text("channel").unwrap_or_default())?;
    let user = args.text("user").unwrap_or_default().to_owned();
    if world.user(&user).is_none() || direct_to.is_some_and(|whose| whose != user) {
        return Err(Refusal::new("user_not_in_channel"));
    }
    let content = check::content(args)?;
    let text = text_of(args, POST_TEXT_MAX)?;
    let blocks = content.blocks.unwrap_or_default();
    if text.is_empty() && blocks.is_empty() {
        return Err(Refusal::new("no_text"));
    }
    let message_ts = world.next_ts();
    let thread_ts = args.text("thread_ts").map(str::to_owned);
    world.ephemerals.push(Ephemeral { channel, thread_ts, user, text, blocks });
    Ok(json!({"message_ts": message_ts}))
}

fn text_of(args: &Args, max: usize) -> Result<String, Refusal> {
    let text = args.text("text").unwrap_or_default();
    if text.chars().count() > max {
        return Err(Refusal::new("msg_too_long"));
    }
    Ok(text.to_owned())
}
