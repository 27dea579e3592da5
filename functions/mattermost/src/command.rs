//! `/nightowl …`.

use bytes::Bytes;
use nightowl_domain::{EventId, Hash};
use nightowl_engine::chat::{Visitor, words as chat};
use nightowl_mattermost::inbound::{Command, command_tokens, parse_command};
use nightowl_messaging::{CommandResponse, Secret};

use crate::deadlines::Arrival;
use crate::directory::Word;
use crate::needs::{MattermostTenants, Needs};
use crate::problem::Problem;
use crate::route::Desk;
use crate::tenants::{by_token, candidates};
use crate::words;

/// What the person reads who typed it. Once the token is proved there is always an answer: any
/// other status than 200 shows them an error of the server's own.
pub(crate) async fn answer<N: Needs>(
    desk: &Desk<N>,
    slug: Option<&str>,
    authorization: Option<&str>,
    body: &Bytes,
    arrival: Arrival,
) -> Result<CommandResponse, Problem> {
    let needs = &*desk.needs;
    let tokens = command_tokens(authorization, body);
    let words = tokens.each_ref().map(|token| Word::Token(token.expose()));
    let all = candidates(needs.mattermost_tenants(), &desk.directory, slug, &words).await?;
    let (proved, fitting) = by_token(all, &tokens, body)?;
    let typed = match parse_command(&proved) {
        Ok(typed) => typed,
        Err(error) => {
            tracing::error!(%error, "a command cannot be read");
            return Ok(say(words::UNREADABLE));
        }
    };
    let [of] = fitting.as_slice() else { return Ok(say(chat::WHICH_TENANT)) };
    let tenant = match needs.mattermost_tenants().tenant(&of.slug).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return Ok(say(chat::NOT_DONE)),
        Err(error) => {
            tracing::error!(%error, "the tenant's configuration cannot be read");
            return Ok(say(chat::NOT_DONE));
        }
    };
    let command = &typed.command;
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*of.connection,
        user_ref: &command.user_ref,
        user_name: &command.user_name,
        channel: &command.channel_id,
        thread: command.thread.as_deref(),
        arrived: arrival.at,
    };
    let event = event_of(&of.slug, &typed);
    Ok(needs.engine().on_command(&visitor, &command.args, event).await)
}

/// The same for the same use of the command. The server makes a trigger and a response address for
/// each; both are absent only where nothing else tells two uses apart either.
fn event_of(tenant: &str, typed: &Command) -> EventId {
    let command = &typed.command;
    let address = typed.response_url.as_ref().map_or("", Secret::expose);
    let parts = [
        "mattermost command",
        tenant,
        &command.user_ref,
        &command.channel_id,
        &command.args,
        typed.trigger.expose(),
        address,
    ];
    EventId::from(Hash::of(&parts.map(str::as_bytes)).text(15))
}

pub(crate) fn say(text: &str) -> CommandResponse {
    CommandResponse { text: text.to_owned(), ephemeral: true, ..CommandResponse::default() }
}
