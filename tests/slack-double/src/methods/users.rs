//! `users.*`.

use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::args::Args;
use crate::seed::User;
use crate::world::World;

pub(super) fn by_email(world: &World, args: &Args) -> Answer {
    let email = args.text("email").ok_or(Refusal::new("users_not_found"))?;
    let found = world
        .seed
        .users
        .iter()
        .find(|user| !user.is_bot && !user.deleted && user.email.eq_ignore_ascii_case(email));
    found.map(|user| json!({"user": shown(world, user)})).ok_or(Refusal::new("users_not_found"))
}

pub(super) fn info(world: &World, args: &Args) -> Answer {
    let id = args.text("user").unwrap_or_default();
    world
        .user(id)
        .map(|user| json!({"user": shown(world, user)}))
        .ok_or(Refusal::new("user_not_found"))
}

/// Without the scope for addresses, the address is left out.
fn shown(world: &World, user: &User) -> Value {
    let mut profile = json!({"real_name": user.real_name, "display_name": ""});
    let may_see = world.seed.scopes.iter().any(|s| s == "users:read.email");
    if may_see && !user.is_bot {
        profile["email"] = user.email.clone().into();
    }
    json!({
        "id": user.id,
        "team_id": world.seed.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "profile": profile,
    })
}
