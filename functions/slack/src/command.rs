//! `/nightowl …`.

use nightowl_domain::{EventId, Hash};
use nightowl_engine::chat::words;
use nightowl_messaging::CommandResponse;
use nightowl_slack::inbound::{Command, parse_command};

use crate::act::{Deadlines, carry_out};
use crate::needs::Needs;
use crate::person;
use crate::problem::Problem;
use crate::prove::Proven;
use crate::route::Desk;

/// What the person reads who typed it.
pub(crate) async fn answer<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    deadlines: Deadlines,
) -> Result<CommandResponse, Problem> {
    let typed = parse_command(&proven.body)?;
    let command = &typed.command;
    let tenants = proven.pinned(&command.workspace, &typed.app_id, &desk.learned)?;
    let [tenant] = tenants.as_slice() else { return Ok(say(words::WHICH_TENANT)) };
    let needs = &*desk.needs;
    let who = (&*command.user_ref, &*command.user_name);
    let actor = match person::identify(needs, tenant, who, deadlines).await {
        Ok(actor) => actor,
        Err(told) => return Ok(say(&told)),
    };
    let (engine, event) = (needs.engine(), event_of(tenant, &typed, &proven.timestamp));
    let now = engine.command(tenant, &actor, &command.args, event.clone());
    let later = engine.command_later(tenant, &actor, &command.args, event);
    let answered = carry_out(deadlines, now, later).await;
    Ok(answered.unwrap_or_else(|| say(words::NOT_DONE)))
}

/// The same for the same use of the command. Slack names each by a trigger; without one, its
/// signed moment tells two uses of the same words apart.
fn event_of(tenant: &str, typed: &Command, timestamp: &str) -> EventId {
    let command = &typed.command;
    let name = match typed.trigger_id.as_str() {
        "" => timestamp,
        trigger => trigger,
    };
    let parts = ["command", tenant, &command.user_ref, &command.channel_id, &command.args, name];
    EventId(Hash::of(&parts.map(str::as_bytes)).text(15))
}

fn say(text: &str) -> CommandResponse {
    CommandResponse { text: text.to_owned(), ephemeral: true, sections: Vec::new() }
}
