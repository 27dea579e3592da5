//! What one person sees when they look at NightOwl in chat: whether they are on call, and what is
//! theirs.

use jiff::tz::TimeZone;
use nightowl_domain::{Actor, Tenant, Time};
use nightowl_messaging::{CommandResponse, WayOn};

use super::front::Visitor;
use super::hurry::{Deadlines, Late};
use super::identify::Met;
use super::{Identity, list, when, words};
use crate::{Engine, Ports};

impl<P: Ports> Engine<P> {
    /// For a page of one person's own, such as Slack's App Home. Never fails: what cannot be read
    /// is said.
    pub async fn on_home(&self, visitor: &Visitor<'_>) -> CommandResponse {
        let deadlines = Deadlines::from(visitor.arrived);
        let Met { identity, name } = self.who(visitor).await;
        let actor = match identity {
            Identity::Known(actor) => actor,
            Identity::Unknown(why) => {
                let away = self.turn_away(visitor, &name, why, None).await;
                let text = match away.link {
                    Some(_) => words::STRANGER_AT_HOME.to_owned(),
                    None => away.text,
                };
                return CommandResponse { text, ..away };
            }
        };
        let tenant = visitor.tenant;
        let zone = when::zone_of(tenant, &actor);
        let duty = words::on_duty(&duties(tenant, &actor, visitor.arrived, &zone));
        let link = self.console().map(|console| WayOn {
            label: "Open the console".to_owned(),
            url: format!("{console}/console/"),
        });
        let mine = self.by(deadlines.done(), self.mine(&tenant.slug, &actor)).await;
        let answer = match mine {
            Ok(Ok((mine, more))) => {
                list::answer(format!("{duty} {}", words::mine(mine.len(), more)), &mine)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a person's alerts could not be read");
                list::answer(format!("{duty} {}", words::UNREAD), &[])
            }
            Err(Late) => list::answer(format!("{duty} {}", words::UNREAD), &[]),
        };
        CommandResponse { link, ..answer }
    }
}

/// "platform (primary) until Mon 2026-11-23 09:00 CET", for each role that the person holds now.
fn duties(tenant: &Tenant, actor: &Actor, now: Time, zone: &TimeZone) -> Vec<String> {
    let Actor::User { id, .. } = actor else { return Vec::new() };
    let mut duties = Vec::new();
    for schedule in &tenant.schedules {
        let mut roles: Vec<&str> = Vec::new();
        for rotation in &schedule.rotations {
            if roles.contains(&rotation.role.as_str()) {
                continue;
            }
            roles.push(&rotation.role);
            let holders = schedule.on_call(&rotation.role, now);
            for holder in holders.iter().filter(|holder| holder.user == *id) {
                let until = holder.until.map(|until| words::local(until, zone));
                duties.push(words::duty(&schedule.id, &rotation.role, until.as_deref()));
            }
        }
    }
    duties
}
