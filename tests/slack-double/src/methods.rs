//! The methods, as Slack answers them.

mod chat;
mod conversations;
mod users;
mod views;

use serde_json::{Value, json};

use crate::args::Args;
use crate::world::World;

/// An error and what stands beside it in the answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) error: String,
    pub(crate) more: Value,
}

impl Refusal {
    pub(crate) fn new(error: &str) -> Self {
        Self { error: error.to_owned(), more: json!({}) }
    }
}

pub(crate) type Answer = Result<Value, Refusal>;

/// Does it. The token was checked before.
pub(crate) fn perform(world: &mut World, method: &str, args: &Args) -> Answer {
    if let Some(missing) = missing_scope(world, method, args) {
        return Err(Refusal {
            error: "missing_scope".to_owned(),
            more: json!({"needed": missing, "provided": world.seed.scopes.join(",")}),
        });
    }
    match method {
        "auth.test" => Ok(json!({
            "url": "https://acme.slack.com/",
            "team": world.seed.team,
            "user": "nightowl",
            "team_id": world.seed.team_id,
            "user_id": world.seed.bot_user,
            "bot_id": world.seed.bot_id,
            "is_enterprise_install": false,
        })),
        "chat.postMessage" => chat::post(world, args),
        "chat.update" => chat::update(world, args),
        "chat.postEphemeral" => chat::ephemeral(world, args),
        "conversations.open" => conversations::open(world, args),
        "conversations.list" => conversations::list(world, args),
        "conversations.history" => conversations::history(world, args),
        "conversations.replies" => conversations::replies(world, args),
        "conversations.info" => conversations::info(world, args),
        "views.open" => views::open(world, args),
        "views.publish" => views::publish(world, args),
        "users.lookupByEmail" => users::by_email(world, args),
        "users.info" => users::info(world, args),
        _ => Err(Refusal::new("unknown_method")),
    }
}

/// The scope that this call needs and the token lacks.
fn missing_scope(world: &World, method: &str, args: &Args) -> Option<&'static str> {
    let has = |scope: &str| world.seed.scopes.iter().any(|granted| granted == scope);
    let lacks = |scope: &'static str| (!has(scope)).then_some(scope);
    match method {
        "chat.postMessage" | "chat.update" | "chat.postEphemeral" => lacks("chat:write"),
        "conversations.open" => lacks("im:write"),
        "conversations.list" => {
            let types = args.text("types").unwrap_or("public_channel");
            let private = types.contains("private_channel").then(|| lacks("groups:read"));
            lacks("channels:read").or(private.flatten())
        }
        "conversations.info" => match kind_of(world, args) {
            Kind::Direct => lacks("im:read"),
            Kind::Private => lacks("groups:read"),
            Kind::Public => lacks("channels:read"),
        },
        "conversations.history" | "conversations.replies" => match kind_of(world, args) {
            Kind::Direct => lacks("im:history"),
            Kind::Private => lacks("groups:history"),
            Kind::Public => lacks("channels:history"),
        },
        "users.info" => lacks("users:read"),
        "users.lookupByEmail" => lacks("users:read.email"),
        _ => None,
    }
}

enum Kind {
    Direct,
    Private,
    Public,
}

/// Of the channel that is meant. One that is not there counts as public.
fn kind_of(world: &World, args: &Args) -> Kind {
    let channel = args.text("channel").unwrap_or_default();
    if channel.starts_with('D') {
        return Kind::Direct;
    }
    match world.channel(channel) {
        Some(channel) if channel.is_private => Kind::Private,
        _ => Kind::Public,
    }
}
