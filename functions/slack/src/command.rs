//! `/nightowl …`.

use nightowl_domain::{EventId, Hash};
use nightowl_engine::chat::words;
use nightowl_messaging::CommandResponse;
use nightowl_slack::inbound::{Command, parse_command};

use crate::door::{Who, open};
use crate::needs::Needs;
use crate::problem::Problem;
use crate::prove::Proven;
use crate::route::Desk;
use crate::wait::Deadlines;

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
    let Some(door) = open(&*desk.needs, tenant, deadlines).await else {
        return Ok(say(words::NOT_DONE));
    };
    let visitor = door.visitor(Who {
        user_ref: &command.user_ref,
        user_name: &command.user_name,
        channel: &command.channel_id,
        thread: command.thread.as_deref(),
    });
    let event = event_of(tenant, &typed, &proven.timestamp);
    Ok(desk.needs.engine().on_command(&visitor, &command.args, event).await)
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
    EventId::from(Hash::of(&parts.map(str::as_bytes)).text(15))
}

pub(crate) fn say(text: &str) -> CommandResponse {
    CommandResponse { text: text.to_owned(), ephemeral: true, ..CommandResponse::default() }
}
