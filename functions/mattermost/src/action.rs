//! Clicks: three proofs, then the act.

use std::sync::Arc;

use bytes::Bytes;
use nightowl_domain::{AlertId, MessageRef, Occurrence};
use nightowl_engine::chat::{Visitor, words as chat};
use nightowl_engine::{Ports, Store};
use nightowl_mattermost::ServerFacts;
use nightowl_mattermost::inbound::{Button, Click, ClickClaim, Presser, TriggerRefused};
use nightowl_messaging::{ActionId, Forged, IncomingAction, Whisper};

use crate::deadlines::Arrival;
use crate::directory::Word;
use crate::drift;
use crate::needs::{MattermostTenants, Needs};
use crate::problem::Problem;
use crate::route::Desk;
use crate::tenants::{Candidate, candidates};
use crate::words;

/// Why a click does nothing.
enum Refused {
    /// Nothing says that it comes from the tenant's server.
    Problem(Problem),
    /// It may be a person's: they are told what to do.
    Tell(&'static str),
}

/// Whose click it is, and how far their server's clock is ahead of ours.
struct Proven {
    of: Candidate,
    click: Click,
}

/// What the person alone reads; `None`: the changed card, or the form, says it.
pub(crate) async fn answer<N: Needs>(
    desk: &Desk<N>,
    slug: Option<&str>,
    body: &Bytes,
    arrival: Arrival,
) -> Result<Option<Whisper>, Problem> {
    let mut clock = None;
    let proof = arrival.to_prove(prove(desk, slug, body, arrival, &mut clock)).await;
    let answered = async {
        match proof {
            Some(Ok(proven)) => Ok(act(desk, &proven, arrival).await),
            Some(Err(Refused::Tell(text))) => Ok(Some(Whisper::say(text))),
            Some(Err(Refused::Problem(problem))) => Err(problem),
            None => {
                tracing::warn!("proving a click took too long");
                Ok(Some(Whisper::say(words::NOT_CHECKED)))
            }
        }
    };
    let told = async {
        if let Some((tenant, ahead_millis)) = clock {
            drift::tell(desk.needs.engine(), &tenant, ahead_millis).await;
        }
    };
    tokio::join!(answered, told).0
}

async fn act<N: Needs>(desk: &Desk<N>, proven: &Proven, arrival: Arrival) -> Option<Whisper> {
    let (needs, Proven { of, click }) = (&*desk.needs, proven);
    let action = &click.action;
    if action.action == ActionId::Runbook {
        return None;
    }
    let tenant = match needs.mattermost_tenants().tenant(&of.slug).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return Some(Whisper::say(chat::NOT_DONE)),
        Err(error) => {
            tracing::error!(%error, "the tenant's configuration cannot be read");
            return Some(Whisper::say(chat::NOT_DONE));
        }
    };
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*of.connection,
        user_ref: &action.user_ref,
        user_name: &action.user_name,
        channel: &action.channel_id,
        thread: None,
        arrived: arrival.at,
    };
    needs.engine().on_click(&visitor, action, Some(&click.trigger)).await
}

/// `clock`: whose server's clock was learned, and how far it is ahead.
async fn prove<N: Needs>(
    desk: &Desk<N>,
    slug: Option<&str>,
    body: &Bytes,
    arrival: Arrival,
    clock: &mut Option<(String, i64)>,
) -> Result<Proven, Refused> {
    let claim = ClickClaim::read(body).map_err(|error| {
        tracing::warn!(%error, "a request to the address of the actions was refused");
        Refused::Problem(Problem::Forged)
    })?;
    let words = [Word::Key(claim.key())];
    let all = candidates(desk.needs.mattermost_tenants(), &desk.directory, slug, &words).await;
    let all = all.map_err(Refused::Problem)?;
    let Some((of, button)) = ours(&all, &claim) else {
        return Err(not_ours(desk, &all, slug, &claim, arrival).await);
    };
    let presser = presser(of, &claim, arrival, clock).await?;
    let (of, click) = (of.clone(), claim.click(button, presser));
    placed(&*desk.needs, &of, &click.action, arrival).await?;
    let (store, action) = (desk.needs.engine().ports().store(), &click.action);
    if !desk.triggers.use_once(store, &action.user_ref, &action.click_id, arrival).await {
        tracing::warn!("a trigger came a second time");
        return Err(Refused::Tell(words::USED));
    }
    Ok(Proven { of, click })
}

/// The first proof: a tenant of ours made the button.
fn ours<'a>(all: &'a [Candidate], claim: &ClickClaim) -> Option<(&'a Candidate, Button)> {
    all.iter().find_map(|candidate| {
        let signer = candidate.connection.signer()?;
        if !claim.names(signer) {
            return None;
        }
        Some((candidate, claim.button(signer).ok()?))
    })
}

/// A button whose proof fails: nobody's, unless the tenant's server says that a person clicked.
async fn not_ours<N: Needs>(
    desk: &Desk<N>,
    all: &[Candidate],
    slug: Option<&str>,
    claim: &ClickClaim,
    arrival: Arrival,
) -> Refused {
    let ([of], Some(_)) = (all, slug) else { return Refused::Problem(Problem::Forged) };
    // Nothing is proved yet: whoever sends many of these must not have many questions asked.
    let Ok(_doubt) = desk.doubts.try_acquire() else { return Refused::Problem(Problem::Forged) };
    let Ok(server) = server(of, false).await else { return Refused::Problem(Problem::Forged) };
    match claim.presser(&server.public_key, server.now(arrival.at)) {
        Ok(_) => {
            tracing::info!("a click on a button of another key");
            Refused::Tell(words::OLD_BUTTON)
        }
        Err(_) => {
            tracing::warn!("a click on a button that is not ours was refused");
            Refused::Problem(Problem::Forged)
        }
    }
}

/// The second proof: the server says that this person clicked, just now. Asked again once, because
/// its key may be a new one and its clock may have been set.
async fn presser(
    of: &Candidate,
    claim: &ClickClaim,
    arrival: Arrival,
    clock: &mut Option<(String, i64)>,
) -> Result<Presser, Refused> {
    let mut reason = None;
    for refresh in [false, true] {
        let server = server(of, refresh).await?;
        *clock = Some((of.slug.clone(), server.clock_ahead_millis));
        match claim.presser(&server.public_key, server.now(arrival.at)) {
            Ok(presser) => return Ok(presser),
            Err(TriggerRefused::OtherUser) => return Err(refused(TriggerRefused::OtherUser)),
            Err(
                again @ (TriggerRefused::Forged(_) | TriggerRefused::Late | TriggerRefused::Early),
            ) => reason = Some(again),
        }
    }
    Err(refused(reason.unwrap_or(TriggerRefused::Forged(Forged::Missing))))
}

/// Whoever stops waiting does not stop the question: the next click finds the key.
async fn server(of: &Candidate, refresh: bool) -> Result<ServerFacts, Refused> {
    let connection = Arc::clone(&of.connection);
    let asked = tokio::spawn(async move { connection.server(refresh).await }).await;
    match asked {
        Ok(Ok(server)) => return Ok(server),
        Ok(Err(error)) => tracing::error!(%error, "the server's key cannot be read"),
        Err(error) => tracing::error!(%error, "reading the server's key broke off"),
    }
    Err(Refused::Tell(words::NOT_CHECKED))
}

fn refused(reason: TriggerRefused) -> Refused {
    tracing::warn!(%reason, "a click on a button of ours was refused");
    match reason {
        TriggerRefused::Forged(_) | TriggerRefused::OtherUser => Refused::Problem(Problem::Forged),
        TriggerRefused::Late => Refused::Tell(words::LATE),
        TriggerRefused::Early => Refused::Tell(words::EARLY),
    }
}

/// The third proof: the post is the one that was made for the button's delivery. Anybody may post
/// a message with a copy of our button. What the store does not know yet, or cannot say, the
/// server is asked: our bot its author, the delivery in its props.
async fn placed<N: Needs>(
    needs: &N,
    of: &Candidate,
    action: &IncomingAction,
    arrival: Arrival,
) -> Result<(), Refused> {
    let foreign = || {
        tracing::warn!("a button of ours was clicked on a post that is not its own");
        Refused::Tell(chat::FOREIGN)
    };
    let Ok(alert) = action.value.alert_id.parse::<AlertId>() else { return Err(foreign()) };
    let at = MessageRef {
        provider: nightowl_mattermost::NAME.to_owned(),
        channel: action.channel_id.clone(),
        message: action.message_id.clone(),
    };
    match arrival.briefly(needs.engine().ports().store().read_reverse(&at)).await {
        Some(Ok(Some((occurrence, delivery)))) => {
            let is_its =
                occurrence == Occurrence::new(&of.slug, alert) && delivery == action.value.delivery;
            return if is_its { Ok(()) } else { Err(foreign()) };
        }
        Some(Ok(None)) => {}
        Some(Err(error)) => tracing::warn!(%error, "the clicked post cannot be looked up"),
        None => tracing::warn!("looking the clicked post up took too long"),
    }
    let delivery = &action.value.delivery;
    match of.connection.is_ours(&at.message, &at.channel, delivery).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(foreign()),
        Err(error) => {
            tracing::warn!(%error, "the clicked post cannot be read");
            Err(Refused::Tell(words::NOT_CHECKED))
        }
    }
}
