//! Buttons.

use nightowl_domain::{AlertId, Occurrence};
use nightowl_engine::chat::words;
use nightowl_engine::{Ports, Store};
use nightowl_messaging::{ActionId, InteractionResponse};
use nightowl_slack::inbound::{Click, Clicker, Interaction, parse_interaction};

use crate::act::{Deadlines, carry_out};
use crate::needs::Needs;
use crate::person;
use crate::problem::Problem;
use crate::prove::Proven;
use crate::route::Desk;
use crate::tell::{Listener, tell};

/// Slack ignores what is answered to a click: whoever clicked is told by another way.
pub(crate) async fn take<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    deadlines: Deadlines,
) -> Result<(), Problem> {
    match parse_interaction(&proven.body)? {
        Interaction::Click(click) => clicked(desk, proven, &click, deadlines).await,
        Interaction::Foreign(clicker) => foreign(desk, proven, &clicker, deadlines).await,
        Interaction::Other { kind } => {
            tracing::debug!(kind, "an interaction that nothing here asks for");
            Ok(())
        }
    }
}

async fn clicked<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    click: &Click,
    deadlines: Deadlines,
) -> Result<(), Problem> {
    let action = &click.action;
    // The id of the app that posted the message: this is the proof that the message is ours.
    let tenants = proven.pinned(&action.workspace, &action.app_id, &desk.learned)?;
    if action.action == ActionId::Runbook {
        return Ok(());
    }
    let needs = &*desk.needs;
    let tenant = owner(needs, &tenants, &action.value.alert_id).await;
    let listener = Listener {
        tenant,
        channel: &action.channel_id,
        user_ref: &action.user_ref,
        response_url: click.response_url.as_ref(),
    };
    let who = (&*action.user_ref, &*action.user_name);
    let told = match person::identify(needs, tenant, who, deadlines).await {
        Ok(actor) => {
            let engine = needs.engine();
            let now = engine.click(tenant, action, &actor);
            let later = engine.click_later(tenant, action, &actor);
            let answered = carry_out(deadlines, now, later).await;
            answered.map_or_else(
                || Some(words::NOT_DONE.to_owned()),
                |InteractionResponse { ephemeral }| ephemeral,
            )
        }
        Err(told) => Some(told),
    };
    if let Some(text) = told {
        tell(needs, &listener, &text, deadlines).await;
    }
    Ok(())
}

/// Of tenants that share an app, the one that has the alert; the first if none has.
async fn owner<'a, N: Needs>(needs: &N, tenants: &'a [String], alert: &str) -> &'a str {
    let [first, others @ ..] = tenants else { return "" };
    if others.is_empty() {
        return first;
    }
    let Ok(id) = alert.parse::<AlertId>() else { return first };
    for tenant in tenants {
        let read = needs.engine().ports().store().read(&Occurrence::new(tenant, id)).await;
        if matches!(read, Ok(Some(_))) {
            return tenant;
        }
    }
    first
}

async fn foreign<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    clicker: &Clicker,
    deadlines: Deadlines,
) -> Result<(), Problem> {
    let tenants = proven.pinned(&clicker.workspace, &clicker.app_id, &desk.learned)?;
    let Some(tenant) = tenants.first() else { return Ok(()) };
    let listener = Listener {
        tenant,
        channel: &clicker.channel_id,
        user_ref: &clicker.user_ref,
        response_url: clicker.response_url.as_ref(),
    };
    tell(&*desk.needs, &listener, words::FOREIGN, deadlines).await;
    Ok(())
}
