//! `/reactions`.

use serde_json::json;

use super::posts::readable;
use super::{Request, Route, inside, text};
use crate::error::{Answer, AppError, ok, status_ok};
use crate::world::{Reaction, World};

pub(super) const ROUTES: &[Route] = &[
    inside("POST", "/reactions", "reactions.create", create),
    inside("GET", "/posts/{id}/reactions", "reactions.list", list),
    inside("DELETE", "/users/{id}/posts/{id}/reactions/{name}", "reactions.delete", delete),
];

fn create(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let (user_id, post_id) = (text(&body, "user_id")?, text(&body, "post_id")?);
    let emoji_name = text(&body, "emoji_name")?;
    if user_id != request.user {
        return Err(AppError::permissions());
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+-".contains(c);
    if emoji_name.is_empty() || emoji_name.len() > 64 || !emoji_name.chars().all(is_name) {
        return Err(AppError::new(400, "model.reaction.is_valid.emoji_name.app_error"));
    }
    let channel_id = readable(world, &post_id, &user_id)?.channel_id.clone();
    if !world.is_member(&channel_id, &user_id) && !world.is_admin(&user_id) {
        return Err(AppError::permissions());
    }
    if world.channel(&channel_id).is_some_and(|channel| channel.delete_at > 0) {
        return Err(AppError::new(403, "api.reaction.save.archived_channel.app_error"));
    }
    let reaction = Reaction { user_id, post_id, emoji_name, create_at: world.now() };
    let body = json!(reaction);
    let same = |known: &Reaction| {
        (&known.user_id, &known.post_id, &known.emoji_name)
            == (&reaction.user_id, &reaction.post_id, &reaction.emoji_name)
    };
    if !world.reactions.iter().any(same) {
        if let Some(post) = world.post_mut(&reaction.post_id) {
            post.has_reactions = true;
            post.update_at = reaction.create_at;
        }
        world.reactions.push(reaction);
    }
    ok(body)
}

fn list(world: &mut World, request: &Request) -> Answer {
    readable(world, request.param(0), &request.user)?;
    let of_it = |reaction: &&Reaction| reaction.post_id == request.param(0);
    ok(json!(world.reactions.iter().filter(of_it).collect::<Vec<_>>()))
}

fn delete(world: &mut World, request: &Request) -> Answer {
    if request.param(0) != request.user {
        return Err(AppError::permissions());
    }
    world.reactions.retain(|reaction| {
        (reaction.user_id.as_str(), reaction.post_id.as_str(), reaction.emoji_name.as_str())
            != (request.param(0), request.param(1), request.param(2))
    });
    status_ok()
}
