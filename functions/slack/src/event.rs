//! The Events API: what Slack tells of by itself. It tells again what is not answered with 200 in
//! three seconds, at once and then for six minutes, and sometimes the same under another name.

mod channel;
mod home;
mod mention;
mod once;

use nightowl_slack::inbound::{Event, What, parse_event};
use once::Once;

use crate::needs::Needs;
use crate::problem::Problem;
use crate::prove::Proven;
use crate::route::Desk;
use crate::wait::Deadlines;

/// The challenge to answer with, if it is one.
pub(crate) async fn take<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    deadlines: Deadlines,
) -> Result<Option<String>, Problem> {
    let (envelope, what) = match parse_event(&proven.body)? {
        Event::UrlVerification { challenge } => return Ok(Some(challenge)),
        Event::Told { envelope, what } => (envelope, what),
    };
    let tenants = proven.pinned(&envelope.team_id, &envelope.app_id, &desk.learned)?;
    let needs = &*desk.needs;
    // Most messages that Slack tells of are none of ours: they cost nothing more.
    let call = match &what {
        What::Other => None,
        What::Message(said) => {
            mention::call(said, envelope.bot.as_deref()).map(|text| Call::Mention(said, text))
        }
        What::ChannelGone { channel, is_deleted: false } => Some(Call::Archived(channel)),
        What::ChannelGone { channel, is_deleted: true } => Some(Call::Deleted(channel)),
        What::ChannelRenamed { channel } => Some(Call::Renamed(channel)),
        What::TokensRevoked => Some(Call::Revoked),
        What::AppUninstalled => Some(Call::Uninstalled),
        What::HomeOpened { user_ref } => Some(Call::Home(user_ref)),
    };
    let Some(call) = call else {
        tracing::debug!(kind = envelope.kind, "an event that nothing is to be done about");
        return Ok(None);
    };
    let once = Once::event(&envelope);
    if let Some(once) = &once
        && once.is_done(needs, deadlines).await?
    {
        tracing::info!(kind = envelope.kind, "an event was told again");
        return Ok(None);
    }
    match call {
        Call::Mention(said, text) => mention::act(needs, &tenants, said, &text, deadlines).await?,
        Call::Archived(channel) => {
            channel::gone(&desk.needs, &tenants, channel, "archived", deadlines).await;
        }
        Call::Deleted(channel) => {
            channel::gone(&desk.needs, &tenants, channel, "deleted", deadlines).await;
        }
        Call::Renamed(channel) => channel::renamed(&desk.needs, &tenants, channel, deadlines).await,
        Call::Revoked => {
            channel::disconnected(&desk.needs, &tenants, "its token was revoked").await;
        }
        Call::Uninstalled => {
            channel::disconnected(&desk.needs, &tenants, "the app was uninstalled").await;
        }
        Call::Home(user_ref) => home::show(needs, &tenants, user_ref, deadlines).await,
    }
    if let Some(once) = once {
        once.done(needs, deadlines).await;
    }
    Ok(None)
}

/// What an event asks of us.
enum Call<'a> {
    /// With what stands behind the mention.
    Mention(&'a nightowl_slack::inbound::Said, String),
    Archived(&'a str),
    Deleted(&'a str),
    Renamed(&'a str),
    Revoked,
    Uninstalled,
    Home(&'a str),
}
