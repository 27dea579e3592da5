//! Verify, parse, stamp, take.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use nightowl_domain::{Actor, Event, EventId, Received, Time};
use nightowl_engine::{Clock, Entropy, Intake, Report};
use nightowl_inbound::{Context, Parsed, Refused, Said};

use crate::body::{self, BODY_BYTES_MAX, Unread};
use crate::needs::{Dropped, Needs, Why};
use crate::problem::Problem;
use crate::sender::Sender;
use crate::signature;

/// What was taken: durable by now.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) events: usize,
    pub(crate) refused: Vec<Refused>,
}

/// All that happens to a body once its sender is known.
pub(crate) async fn accept<N: Needs>(
    needs: &N,
    sender: &Sender,
    headers: &HeaderMap,
    body: Body,
) -> Result<Accepted, Problem> {
    if is_encoded(headers) {
        let why = "its body is compressed (Content-Encoding). Switch that off at the sender.";
        drop_all(needs, sender, Why::Unreadable(why.to_owned())).await;
        return Err(Problem::encoded());
    }
    let bytes = match body::read(body).await {
        Ok(bytes) => bytes,
        Err(Unread::BrokenOff) => return Err(Problem::broken_off()),
        Err(Unread::TooLarge) => {
            drop_all(needs, sender, Why::TooLarge { bytes_max: BODY_BYTES_MAX }).await;
            return Err(Problem::too_large(BODY_BYTES_MAX));
        }
    };
    let received = needs.clock().now();
    let bytes = verified(needs, sender, headers, bytes, received).await?;
    let context = Context { default_severity: sender.default_severity, received };
    let parsed = match sender.format.parse(&bytes, context) {
        Ok(parsed) => parsed,
        Err(bad) => {
            drop_all(needs, sender, Why::Unreadable(bad.to_string())).await;
            return Err(Problem::bad_body(&bad));
        }
    };
    note(&parsed);
    let Parsed { taken, refused, notes: _ } = parsed;
    let mut reports = Vec::with_capacity(taken.len());
    for said in taken {
        // Drawn once, here: whatever redelivers the event later keeps its id and its place. It has
        // to differ from the others of its alert, which keeps the last of them: 64 bits do.
        let id = EventId::from(format!("{:016x}", needs.entropy().draw() >> 64));
        let received = Received { at: received, position: said.index };
        let kind = said.into_kind(&sender.integration, id.clone(), received);
        let event = Event { id, received, actor: Actor::Source, kind };
        reports.push(Report { tenant: sender.tenant.clone(), alert: None, event });
    }
    let events = reports.len();
    needs.intake().take(reports).await.map_err(|error| {
        tracing::warn!(%error, events, "the events could not be stored");
        Problem::unavailable()
    })?;
    if !refused.is_empty() {
        drop_all(needs, sender, Why::Members(refused.len())).await;
    }
    tracing::info!(events, refused = refused.len(), "accepted");
    Ok(Accepted { events, refused })
}

/// The bytes, proved to be the sender's where a secret is set.
async fn verified<N: Needs>(
    needs: &N,
    sender: &Sender,
    headers: &HeaderMap,
    bytes: Bytes,
    now: Time,
) -> Result<Bytes, Problem> {
    let Some(secret) = &sender.hmac_secret else { return Ok(bytes) };
    match signature::check(secret, headers, &bytes, now) {
        Ok(verified) => Ok(verified.into_inner()),
        Err(forged) => {
            tracing::warn!(%forged, "a signature was not believed");
            drop_all(needs, sender, Why::NotSigned).await;
            Err(Problem::not_signed(
                "this integration has an `hmac_secret`; expected the header \
                 X-Grafana-Alerting-Signature with the HMAC-SHA256 of the body under that secret, \
                 in hex, made within the last hour if it includes a timestamp",
            ))
        }
    }
}

/// Counts what a sender will not send again, and has the operators told.
async fn drop_all<N: Needs>(needs: &N, sender: &Sender, why: Why) {
    let counter = format!("inbound.dropped.{}", why.name());
    tracing::warn!(counter, "something of a sender was refused for good");
    let (tenant, integration) = (sender.tenant.clone(), sender.integration.clone());
    needs.dropped(Dropped { tenant, integration, why }).await;
}

/// Logs what no alert's timeline can bear.
fn note(parsed: &Parsed) {
    for note in &parsed.notes {
        tracing::info!(note, "a body had something to say");
    }
    let unread = parsed.taken.iter().filter(|taken| match &taken.said {
        Said::Firing(firing) => !firing.problems.is_empty(),
        Said::Clearing { problems, .. } => !problems.is_empty(),
    });
    let unread = unread.count();
    if unread > 0 {
        tracing::info!(alerts = unread, "some fields could not be read");
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    values.any(|value| {
        let value = value.to_str().map(str::trim);
        !value.is_ok_and(|value| value.is_empty() || value.eq_ignore_ascii_case("identity"))
    })
}
