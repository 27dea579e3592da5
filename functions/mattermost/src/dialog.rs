//! Forms, filled in.

use bytes::Bytes;
use nightowl_domain::Hash;
use nightowl_engine::chat::{Visitor, words as chat};
use nightowl_engine::{Ports, Store};
use nightowl_mattermost::inbound::{Filled, FormClaim, FormRefused, Submitted};
use nightowl_messaging::{FormAnswer, Provider, Whisper};
use serde_json::{Value, json};

use crate::deadlines::Arrival;
use crate::needs::{MattermostTenants, Needs};
use crate::problem::Problem;
use crate::route::Desk;
use crate::tenants::{Candidate, named};
use crate::words;

/// What the dialog shows, or `{}` to close it.
pub(crate) async fn answer<N: Needs>(
    desk: &Desk<N>,
    slug: Option<&str>,
    body: &Bytes,
    arrival: Arrival,
) -> Result<Value, Problem> {
    let claim = FormClaim::read(body).map_err(|error| {
        tracing::warn!(%error, "a request to the address of the forms was refused");
        Problem::Forged
    })?;
    let said = claim.names();
    let slug = slug.or(said.as_deref()).ok_or(Problem::Forged)?;
    let of = named(desk.needs.mattermost_tenants(), slug).await?;
    let Some(of) = of.first() else { return Err(Problem::Forged) };
    let Some(signer) = of.connection.signer() else { return Err(Problem::Forged) };
    match claim.prove(signer, arrival.at) {
        Ok(Submitted::Cancelled) => Ok(json!({})),
        Ok(Submitted::Filled(filled)) => Ok(filled_in(desk, of, &filled, arrival).await),
        Err(reason) => {
            tracing::warn!(%reason, "a form was refused");
            Ok(error(match reason {
                FormRefused::Forged(_) => words::FORM_FORGED,
                FormRefused::OtherUser => words::FORM_OF_ANOTHER,
                FormRefused::OtherChannel => words::FORM_ELSEWHERE,
                FormRefused::Expired => words::FORM_LATE,
            }))
        }
    }
}

async fn filled_in<N: Needs>(
    desk: &Desk<N>,
    of: &Candidate,
    filled: &Filled,
    arrival: Arrival,
) -> Value {
    let needs = &*desk.needs;
    let (store, form) = (needs.engine().ports().store(), &filled.form);
    let once = format!("form:{}", nonce_name(&of.slug, &form.submit_id));
    match store.kept(&once, arrival.at).await {
        Ok(None) => {}
        Ok(Some(_)) => return error(words::FORM_USED),
        Err(trouble) => {
            tracing::warn!(error = %trouble, "whether a form was used cannot be read");
            return error(words::FORM_NOT_CHECKED);
        }
    }
    let tenant = match needs.mattermost_tenants().tenant(&of.slug).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return error(words::FORM_NOT_CHECKED),
        Err(trouble) => {
            tracing::error!(error = %trouble, "the tenant's configuration cannot be read");
            return error(words::FORM_NOT_CHECKED);
        }
    };
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*of.connection,
        user_ref: &form.user_ref,
        user_name: &form.user_name,
        channel: &filled.channel_id,
        thread: None,
        arrived: arrival.at,
    };
    match needs.engine().on_form(&visitor, form).await {
        FormAnswer::Done { whisper } => {
            // Only now: a form that was sent back to be corrected is sent again. Two at the same
            // moment have one name, and so they are one event.
            let seconds = filled.until.since(arrival.at).as_secs() + 60;
            if let Err(trouble) = store.keep(&once, "used", arrival.at, seconds).await {
                tracing::warn!(error = %trouble, "that a form was used cannot be kept");
            }
            if let Some(whisper) = whisper {
                tell(of, filled, &whisper, arrival).await;
            }
            json!({})
        }
        FormAnswer::Errors(errors) => json!({ "errors": errors }),
        FormAnswer::Failed(text) => error(&text),
    }
}

/// A closed dialog shows nothing more, so it is said beside it.
async fn tell(of: &Candidate, filled: &Filled, whisper: &Whisper, arrival: Arrival) {
    let said = of.connection.whisper(&filled.channel_id, &filled.form.user_ref, whisper);
    match arrival.to_tell(said).await {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::warn!(%error, "a person could not be answered"),
        None => tracing::warn!("answering a person took too long"),
    }
}

fn nonce_name(tenant: &str, nonce: &str) -> String {
    Hash::of(&["mattermost form", tenant, nonce].map(str::as_bytes)).text(20)
}

fn error(text: &str) -> Value {
    let text = if text.is_empty() { chat::NOT_DONE } else { text };
    json!({ "error": text })
}
