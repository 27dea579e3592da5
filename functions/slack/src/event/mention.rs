//! `@nightowl ack` in a message, most often in the thread of a card; in a direct message `ack` alone.

use nightowl_domain::{EventId, Hash};
use nightowl_engine::chat::words;
use nightowl_messaging::CommandResponse;
use nightowl_slack::inbound::Said;
use tokio::time::timeout_at;

use super::once::Once;
use crate::command::say;
use crate::door::{Who, open};
use crate::needs::{Listening, Needs, SlackTenants};
use crate::problem::Problem;
use crate::wait::Deadlines;

/// What is asked of the bot. `None`: it is not asked, or wrote that itself.
pub(super) fn call(said: &Said, bot: Option<&str>) -> Option<String> {
    if bot.is_some_and(|bot| bot == said.user_ref) {
        return None;
    }
    said.asked(bot)
}

pub(super) async fn act<N: Needs>(
    needs: &N,
    tenants: &[String],
    said: &Said,
    text: &str,
    deadlines: Deadlines,
) -> Result<(), Problem> {
    let Some(first) = tenants.first() else { return Ok(()) };
    let once = Once::message(first, said);
    if once.is_done(needs, deadlines).await? {
        tracing::info!("a message was told under another name");
        return Ok(());
    }
    let response = match tenants {
        [tenant] => done(needs, tenant, said, text, deadlines).await,
        _ => say(words::WHICH_TENANT),
    };
    once.done(needs, deadlines).await;
    let to = Listening {
        user_ref: &said.user_ref,
        channel: &said.channel,
        thread: said.thread.as_deref(),
    };
    let answered = needs.slack_tenants().answer(first, &to, &response);
    match timeout_at(deadlines.told(), answered).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a mention could not be answered"),
        Err(_) => tracing::warn!("answering a mention took too long"),
    }
    Ok(())
}

async fn done<N: Needs>(
    needs: &N,
    tenant: &str,
    said: &Said,
    text: &str,
    deadlines: Deadlines,
) -> CommandResponse {
    let Some(door) = open(needs, tenant, deadlines).await else { return say(words::NOT_DONE) };
    let visitor = door.visitor(Who {
        user_ref: &said.user_ref,
        // An event has no name; who it is is asked by the id.
        user_name: "",
        channel: &said.channel,
        thread: said.thread.as_deref(),
    });
    let parts = ["mention", tenant, &said.user_ref, &said.channel, &said.ts];
    let event = EventId::from(Hash::of(&parts.map(str::as_bytes)).text(15));
    needs.engine().on_command(&visitor, text, event).await
}
