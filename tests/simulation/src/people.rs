//! People: they acknowledge, change their minds, click twice, and click old buttons.

use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{Actor, Alert, EventKind, MessageRef};
use nightowl_messaging::{ActionId, ButtonValue, IncomingAction};

use crate::chance::Chance;
use crate::message::{Act, Click, Job};
use crate::world::World;

pub(crate) fn actor(who: &str) -> Actor {
    Actor::User { id: who.to_owned(), name: who.to_uppercase() }
}

/// Somebody does something about some alert.
pub(crate) fn acts(world: &mut World) {
    if world.chance.hit(world.rates.deleted * 0.2) {
        return delete(world);
    }
    if world.chance.hit(0.5) { click(world) } else { act(world) }
}

fn who(world: &mut World, tenant: &str) -> String {
    format!("{tenant}-u{}", world.chance.below(4))
}

fn act(world: &mut World) {
    let World { rows, chance, .. } = &mut *world;
    let shown = rows.alerts.values().filter(|alert| !alert.hidden);
    let Some(occurrence) = one_of(chance, shown).map(Alert::occurrence) else { return };
    let who = who(world, &occurrence.tenant);
    let kind = match world.chance.below(20) {
        0..8 => EventKind::Acked,
        8..10 => EventKind::Unacked,
        10..13 => {
            let seen =
                world.rows.read(&occurrence).map(|alert| (alert.plan.round, alert.plan.tier));
            EventKind::Escalated { seen: if world.chance.hit(0.5) { seen } else { None } }
        }
        13..16 => {
            let wait = u64::try_from(world.chance.between(-10, 2_400)).unwrap_or_default();
            EventKind::Snoozed { until: world.true_time() + Duration::from_secs(wait) }
        }
        16..19 => EventKind::Resolved { note: world.chance.hit(0.3).then(|| "done".to_owned()) },
        _ => EventKind::Noted { text: "I am looking".to_owned() },
    };
    let event = world.id("act");
    let patience = u8::try_from(world.chance.below(3)).unwrap_or(0);
    let act = Arc::new(Act { occurrence, kind, who, event, patience });
    world.kinds.insert(act.event.as_str().into(), act.kind.clone());
    world.note(|| format!("{} wants {:?} of {}", act.who, act.kind, act.occurrence.id));
    world.put(5, Job::Act(Arc::clone(&act)));
    if world.chance.hit(0.2) {
        // The platform, or an impatient finger, sends the very same again.
        world.put(7, Job::Act(act));
    }
}

fn click(world: &mut World) {
    let World { platforms, chance, .. } = &mut *world;
    let all = platforms.values().flat_map(|platform| &platform.messages);
    let there = all.filter(|(_, posted)| !posted.is_deleted).map(|(message, _)| message);
    let Some(message) = one_of(chance, there).cloned() else { return };
    click_on(world, &message);
}

/// Chosen by its place, so that nothing is copied but what is chosen.
fn one_of<T>(chance: &mut Chance, mut among: impl Iterator<Item = T> + Clone) -> Option<T> {
    let count = among.clone().count();
    if count == 0 {
        return None;
    }
    among.nth(chance.below(count))
}

/// Somebody presses a button of this message, perhaps before we know that it is there.
pub(crate) fn click_on(world: &mut World, message: &MessageRef) {
    let Some((provider, _)) = world.platforms.get_key_value(message.provider.as_str()) else {
        return;
    };
    let provider = *provider;
    let Some(posted) = world.platforms.get(provider).and_then(|one| one.messages.get(message))
    else {
        return;
    };
    let Some(alert) = posted.shows.alert() else { return };
    let value = ButtonValue {
        alert_id: alert.alert_id.clone(),
        delivery: alert.delivery.clone(),
        round: alert.round,
        tier: alert.tier,
    };
    let tenant = posted.tenant.clone();
    let action = match world.chance.below(10) {
        0..6 => ActionId::Acknowledge,
        6 => ActionId::Unacknowledge,
        7 => ActionId::Escalate,
        _ => ActionId::Resolve,
    };
    let who = who(world, &tenant);
    let click_id = world.id("click");
    let action = IncomingAction {
        provider,
        action,
        choice: None,
        value,
        user_ref: format!("U-{who}"),
        user_name: who.clone(),
        channel_id: message.channel.clone(),
        message_id: message.message.clone(),
        workspace: "T1".to_owned(),
        app_id: "A1".to_owned(),
        click_id,
    };
    world.note(|| format!("{who} clicks {:?} on {}", action.action, message.message));
    let click = Arc::new(Click { at: world.now, tenant, action, who });
    world.put(5, Job::Click(Arc::clone(&click)));
    if world.chance.hit(0.2) {
        world.put(7, Job::Click(click));
    }
}

/// Somebody deletes a message in chat.
fn delete(world: &mut World) {
    let World { platforms, chance, .. } = &mut *world;
    let shown = platforms.values().flat_map(|platform| platform.messages.keys());
    let Some(message) = one_of(chance, shown).cloned() else { return };
    world.note(|| format!("somebody deletes {}", message.message));
    let platform = world.platforms.get_mut(message.provider.as_str());
    if let Some(posted) = platform.and_then(|one| one.messages.get_mut(&message)) {
        posted.is_deleted = true;
    }
}
