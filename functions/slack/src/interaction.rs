//! Buttons, menus and forms.

use nightowl_domain::{AlertId, Occurrence};
use nightowl_engine::chat::words;
use nightowl_engine::{Ports, Store};
use nightowl_messaging::{ActionId, FormAnswer, Whisper};
use nightowl_slack::form_answer;
use nightowl_slack::inbound::{Click, Clicker, Interaction, Submission, parse_interaction};
use serde_json::Value;
use tokio::time::timeout_at;

use crate::door::{Who, open};
use crate::needs::Needs;
use crate::problem::Problem;
use crate::prove::Proven;
use crate::route::Desk;
use crate::tell::{Listener, tell};
use crate::wait::Deadlines;

/// The body to answer with. Slack reads it after a form only: whoever clicked is told by another
/// way.
pub(crate) async fn take<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    deadlines: Deadlines,
) -> Result<Option<Value>, Problem> {
    match parse_interaction(&proven.body)? {
        Interaction::Click(click) => clicked(desk, proven, &click, deadlines).await?,
        Interaction::Submission(form) => return submitted(desk, proven, &form, deadlines).await,
        Interaction::Foreign(clicker) => foreign(desk, proven, &clicker, deadlines).await?,
        Interaction::ForeignForm { workspace, app_id } => {
            proven.pinned(&workspace, &app_id, &desk.learned)?;
            return Ok(form_answer(&FormAnswer::Failed(words::FOREIGN.to_owned()), &[]));
        }
        Interaction::Other { kind } => {
            tracing::debug!(kind, "an interaction that nothing is to be done about");
        }
    }
    Ok(None)
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
    let tenant = owner(needs, &tenants, &action.value.alert_id, deadlines).await;
    let told = match open(needs, tenant, deadlines).await {
        Some(door) => {
            let visitor = door.visitor(Who {
                user_ref: &action.user_ref,
                user_name: &action.user_name,
                channel: &action.channel_id,
                thread: click.thread.as_deref(),
            });
            needs.engine().on_click(&visitor, action, click.trigger.as_ref()).await
        }
        None => Some(Whisper::say(words::NOT_DONE)),
    };
    if let Some(whisper) = told {
        let listener = Listener {
            tenant,
            channel: &action.channel_id,
            user_ref: &action.user_ref,
            response_url: click.response_url.as_ref(),
        };
        tell(needs, &listener, &whisper, deadlines).await;
    }
    Ok(())
}

async fn submitted<N: Needs>(
    desk: &Desk<N>,
    proven: &Proven,
    submission: &Submission,
    deadlines: Deadlines,
) -> Result<Option<Value>, Problem> {
    let form = &submission.form;
    let tenants = proven.pinned(&form.workspace, &form.app_id, &desk.learned)?;
    let needs = &*desk.needs;
    let tenant = owner(needs, &tenants, &form.state.value.alert_id, deadlines).await;
    let answer = match open(needs, tenant, deadlines).await {
        Some(door) => {
            let visitor = door.visitor(Who {
                user_ref: &form.user_ref,
                user_name: &form.user_name,
                channel: &form.state.channel_id,
                thread: None,
            });
            needs.engine().on_form(&visitor, form).await
        }
        None => FormAnswer::Failed(words::NOT_DONE.to_owned()),
    };
    if let FormAnswer::Done { whisper: Some(whisper) } = &answer {
        let listener = Listener {
            tenant,
            channel: &form.state.channel_id,
            user_ref: &form.user_ref,
            response_url: None,
        };
        tell(needs, &listener, whisper, deadlines).await;
    }
    Ok(form_answer(&answer, &submission.inputs))
}

/// Of tenants that share an app, the one that has the alert; the first if none has.
async fn owner<'a, N: Needs>(
    needs: &N,
    tenants: &'a [String],
    alert: &str,
    deadlines: Deadlines,
) -> &'a str {
    let [first, others @ ..] = tenants else { return "" };
    if others.is_empty() {
        return first;
    }
    let Ok(id) = alert.parse::<AlertId>() else { return first };
    let store = needs.engine().ports().store();
    for tenant in tenants {
        let occurrence = Occurrence::new(tenant, id);
        let read = timeout_at(deadlines.opened(), store.read(&occurrence)).await;
        if matches!(read, Ok(Ok(Some(_)))) {
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
    tell(&*desk.needs, &listener, &Whisper::say(words::FOREIGN), deadlines).await;
    Ok(())
}
