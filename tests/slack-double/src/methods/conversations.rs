//! `conversations.*`.

use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::args::Args;
use crate::world::{Message, World};

pub(super) fn open(world: &mut World, args: &Args) -> Answer {
    let users = args.text("users").unwrap_or_default().to_owned();
    if users.is_empty() {
        return Err(Refusal::new("users_list_not_supplied"));
    }
    let user = world.user(&users).ok_or(Refusal::new("user_not_found"))?;
    if user.is_bot {
        return Err(Refusal::new("cannot_dm_bot"));
    }
    if user.deleted {
        return Err(Refusal::new("user_disabled"));
    }
    let id = world.open_direct(&users);
    Ok(json!({"no_op": false, "already_open": false, "channel": {"id": id}}))
}

/// A filtered page may be shorter than asked for, and still not be the last.
pub(super) fn list(world: &World, args: &Args) -> Answer {
    let types = args.text("types").unwrap_or("public_channel").to_owned();
    let (from, limit) = page(args, "channel:")?;
    let channels = &world.seed.channels;
    let shown: Vec<Value> = channels
        .iter()
        .skip(from)
        .take(limit)
        .filter(|channel| !(args.flag("exclude_archived") && channel.is_archived))
        .filter(|channel| match channel.is_private {
            true => channel.is_member && types.contains("private_channel"),
            false => types.contains("public_channel"),
        })
        .map(|channel| {
            json!({
                "id": channel.id,
                "name": channel.name,
                "is_channel": !channel.is_private,
                "is_private": channel.is_private,
                "is_archived": channel.is_archived,
                "is_member": channel.is_member,
            })
        })
        .collect();
    let next = (from + limit < channels.len()).then(|| format!("channel:{}", from + limit));
    Ok(json!({
        "channels": shown,
        "response_metadata": {"next_cursor": next.unwrap_or_default()},
    }))
}

pub(super) fn info(world: &World, args: &Args) -> Answer {
    let id = args.text("channel").unwrap_or_default();
    let channel = world.seed.channels.iter().find(|channel| channel.id == id);
    let channel = channel.filter(|channel| !channel.is_private || channel.is_member);
    let channel = channel.ok_or(Refusal::new("channel_not_found"))?;
    Ok(json!({"channel": {
        "id": channel.id,
        "name": channel.name,
        "is_channel": !channel.is_private,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
    }}))
}

/// The newest first, without replies.
pub(super) fn history(world: &World, args: &Args) -> Answer {
    let id = readable(world, args)?;
    let within = within(args)?;
    let is_reply = |message: &Message| message.thread_ts.as_ref().is_some_and(|r| *r != message.ts);
    let newest_first = world.messages.iter().rev();
    let all = newest_first.filter(|m| m.channel == id && !is_reply(m) && within(m));
    paged(all.collect(), args)
}

/// The root, whenever it was posted, and then its replies, the oldest first.
pub(super) fn replies(world: &World, args: &Args) -> Answer {
    let id = readable(world, args)?;
    let root = args.text("ts").unwrap_or_default();
    let within = within(args)?;
    let is_root = |message: &Message| message.channel == id && message.ts == root;
    if !world.messages.iter().any(is_root) {
        return Err(Refusal::new("thread_not_found"));
    }
    let all = world.messages.iter().filter(|message| {
        let is_reply = message.thread_ts.as_deref() == Some(root);
        message.channel == id && (message.ts == root || (is_reply && within(message)))
    });
    paged(all.collect(), args)
}

/// The channel, if its messages may be read.
fn readable(world: &World, args: &Args) -> Result<String, Refusal> {
    let id = args.text("channel").unwrap_or_default();
    if world.direct_user(id).is_none() {
        let channel = world.seed.channels.iter().find(|channel| channel.id == id);
        let channel = channel.ok_or(Refusal::new("channel_not_found"))?;
        if !channel.is_member {
            let hidden = channel.is_private;
            let error = if hidden { "channel_not_found" } else { "not_in_channel" };
            return Err(Refusal::new(error));
        }
    }
    Ok(id.to_owned())
}

fn within(args: &Args) -> Result<impl Fn(&Message) -> bool, Refusal> {
    let oldest = moment(args, "oldest")?.unwrap_or(0);
    let latest = moment(args, "latest")?.unwrap_or(u128::MAX);
    let inclusive = args.flag("inclusive");
    Ok(move |message: &Message| {
        let ts = micros(&message.ts).unwrap_or(0);
        match inclusive {
            true => oldest <= ts && ts <= latest,
            false => oldest < ts && ts < latest,
        }
    })
}

fn paged(all: Vec<&Message>, args: &Args) -> Answer {
    let (from, limit) = page(args, "next:")?;
    let with_metadata = args.flag("include_all_metadata");
    let shown = all.iter().skip(from).take(limit);
    let shown: Vec<Value> = shown.map(|message| show(message, with_metadata)).collect();
    let next = (from + limit < all.len()).then(|| format!("next:{}", from + limit));
    Ok(json!({
        "messages": shown,
        "has_more": next.is_some(),
        "response_metadata": {"next_cursor": next.unwrap_or_default()},
    }))
}

pub(super) fn show(message: &Message, with_metadata: bool) -> Value {
    let mut shown = json!({
        "type": "message",
        "user": message.user,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
    });
    if let (Some(metadata), true) = (&message.metadata, with_metadata) {
        shown["metadata"] = metadata.clone();
    }
    if let Some(root) = &message.thread_ts {
        shown["thread_ts"] = root.clone().into();
    }
    shown
}

/// Where a page begins, and how long it is: a hundred by default, 999 at most.
fn page(args: &Args, prefix: &str) -> Result<(usize, usize), Refusal> {
    let limit = match args.0.get("limit") {
        None => 100,
        Some(_) => args.number("limit").ok_or(Refusal::new("invalid_limit"))?,
    };
    if !(1..=999).contains(&limit) {
        return Err(Refusal::new("invalid_limit"));
    }
    let cursor = args.text("cursor").unwrap_or_default();
    if cursor.is_empty() {
        return Ok((0, limit));
    }
    let from = cursor.strip_prefix(prefix).and_then(|n| n.parse().ok());
    Ok((from.ok_or(Refusal::new("invalid_cursor"))?, limit))
}

fn moment(args: &Args, field: &str) -> Result<Option<u128>, Refusal> {
    let Some(text) = args.text(field) else {
        return Ok(None);
    };
    let error = format!("invalid_ts_{field}");
    micros(text).map(Some).ok_or(Refusal::new(&error))
}

/// `1790000000.123456`, or without the fraction.
fn micros(text: &str) -> Option<u128> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let seconds: u128 = seconds.parse().ok()?;
    let fraction: u128 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(seconds * 1_000_000 + fraction)
}
