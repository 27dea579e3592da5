//! `/actions/dialogs`.

use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Access, Request, Route, Run, open, text};
use crate::double::Shared;
use crate::error::{Answer, AppError, ok, status_ok};
use crate::integration::{Question, ask};
use crate::lint::lint_dialog;
use crate::world::{OpenDialog, World};

pub(super) const ROUTES: &[Route] = &[
    open("POST", "/actions/dialogs/open", "dialogs.open", open_dialog),
    Route {
        method: "POST",
        pattern: "/actions/dialogs/submit",
        name: "dialogs.submit",
        access: Access::Session,
        run: Run::Outside(|shared, request| {
            Box::pin(async move {
                let user = request.user.clone();
                submit(&shared, &user, &request.json()?).await
            })
        }),
    },
    Route {
        method: "POST",
        pattern: "/actions/dialogs/lookup",
        name: "dialogs.lookup",
        access: Access::Session,
        run: Run::Outside(lookup),
    },
];

/// Needs no login: the trigger is the credential. What is in the dialog is not looked at.
fn open_dialog(world: &mut World, request: &Request) -> Answer {
    let body = request.json()?;
    let url = text(&body, "url")?;
    if url.is_empty() {
        return Err(AppError::body_param("url"));
    }
    let trigger_id = text(&body, "trigger_id")?;
    let user_id = world.key.verify(&trigger_id, world.now(), world.trigger_life())?;
    let dialog = body.get("dialog").cloned().unwrap_or_default();
    lint_dialog(world, &dialog);
    world.dialogs.push(OpenDialog { user_id, trigger_id, url, dialog });
    status_ok()
}

/// What a dialog's integration is sent, in the server's order of fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DialogBody {
    #[serde(rename = "type")]
    pub kind: String,
    pub callback_id: String,
    pub state: String,
    pub user_id: String,
    pub channel_id: String,
    pub team_id: String,
    /// `null` when it was cancelled.
    pub submission: Value,
    pub cancelled: bool,
}

/// Where it goes and what is sent. Only the user, the channel and the team are looked at: any user
/// may send any state and any submission anywhere.
fn checked(
    world: &World,
    user: &str,
    body: &Map<String, Value>,
    kind: &str,
) -> Result<(String, DialogBody), AppError> {
    let url = text(body, "url")?;
    if url.is_empty() {
        return Err(AppError::body_param("url"));
    }
    let (channel_id, team_id) = (text(body, "channel_id")?, text(body, "team_id")?);
    if channel_id.is_empty() {
        return Err(AppError::new(404, "app.channel.get.existing.app_error"));
    }
    if !world.may_read(&channel_id, user) {
        return Err(AppError::permissions());
    }
    let no_team_needed = world.is_old() && team_id.is_empty();
    if !no_team_needed && !world.is_team_member(&team_id, user) {
        return Err(AppError::permissions());
    }
    let sent = DialogBody {
        kind: kind.to_owned(),
        callback_id: text(body, "callback_id")?,
        state: text(body, "state")?,
        user_id: user.to_owned(),
        channel_id,
        team_id,
        submission: body.get("submission").cloned().unwrap_or_default(),
        cancelled: body.get("cancelled").and_then(Value::as_bool).unwrap_or_default(),
    };
    Ok((url, sent))
}

async fn send(shared: &Shared, url: String, sent: &DialogBody) -> Result<Vec<u8>, AppError> {
    let body = serde_json::to_string(sent).unwrap_or_default();
    let question = Question { url, content_type: Some("application/json"), body, token: None };
    let asked = ask(shared, question).await.filter(|asked| asked.status == 200);
    let id = "api.post.do_action.action_integration.app_error";
    Ok(asked.ok_or(AppError::saying(400, id, "Action integration error."))?.body)
}

pub(crate) async fn submit(shared: &Shared, user: &str, body: &Map<String, Value>) -> Answer {
    let is_refresh = body.get("type").is_some_and(|kind| kind == "refresh");
    let kind = if is_refresh { "refresh" } else { "dialog_submission" };
    let (url, sent) = checked(&shared.world(), user, body, kind)?;
    let answered = send(shared, url, &sent).await?;
    if answered.is_empty() {
        return ok(json!({}));
    }
    let answer: Map<String, Value> = serde_json::from_slice(&answered)
        .map_err(|_| AppError::new(500, "app.submit_interactive_dialog.decode_json_error"))?;
    let good = match answer.get("type").and_then(Value::as_str).unwrap_or_default() {
        "" | "ok" | "navigate" => true,
        "form" => answer.get("form").is_some_and(Value::is_object),
        _ => false,
    };
    if !good {
        return Err(AppError::new(400, "app.submit_interactive_dialog.invalid_response"));
    }
    // Other fields than these are not passed on.
    let known = ["error", "errors", "type", "form"];
    ok(answer.into_iter().filter(|(name, _)| known.contains(&name.as_str())).collect())
}

fn lookup(shared: Shared, request: Request) -> BoxFuture<'static, Answer> {
    Box::pin(async move {
        let body = request.json()?;
        let (url, sent) = checked(&shared.world(), &request.user, &body, "dialog_lookup")?;
        let answered = send(&shared, url, &sent).await?;
        let answer: Value = serde_json::from_slice(&answered).unwrap_or_default();
        ok(json!({"items": answer["items"].as_array().cloned().unwrap_or_default()}))
    })
}
