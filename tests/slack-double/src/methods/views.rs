//! `views.*`.

use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::args::Args;
use crate::check;
use crate::world::{OpenView, World};

/// The trigger is used up even where the view is refused, as Slack exchanges it first.
pub(super) fn open(world: &mut World, args: &Args) -> Answer {
    let trigger = args.text("trigger_id").unwrap_or_default();
    let user = world.use_trigger(trigger).map_err(Refusal::new)?;
    let view = view(args)?;
    check::modal(&view)?;
    let id = format!("V0VIEW{:04}", world.views.len());
    let shown = shown(world, &id, &view);
    world.views.push(OpenView { id, user, view });
    Ok(json!({"view": shown}))
}

pub(super) fn publish(world: &mut World, args: &Args) -> Answer {
    let user = args.text("user_id").unwrap_or_default().to_owned();
    if world.user(&user).is_none() {
        return Err(Refusal::new("user_not_found"));
    }
    let view = view(args)?;
    check::home(&view)?;
    let shown = shown(world, "V0HOME0000", &view);
    world.homes.insert(user, view);
    Ok(json!({"view": shown}))
}

fn view(args: &Args) -> Result<Value, Refusal> {
    match args.json("view") {
        Ok(Some(view)) if view.is_object() => Ok(view),
        _ => Err(Refusal::new("invalid_arguments")),
    }
}

fn shown(world: &World, id: &str, view: &Value) -> Value {
    let mut shown = view.clone();
    shown["id"] = id.into();
    shown["team_id"] = world.seed.team_id.clone().into();
    shown["app_id"] = world.seed.app_id.clone().into();
    shown["bot_id"] = world.seed.bot_id.clone().into();
    shown["hash"] = "1.x".into();
    shown["state"] = json!({"values": {}});
    shown
}
