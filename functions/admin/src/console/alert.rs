//! `/console/alerts/{id}`: one alert with all that happened to it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use nightowl_domain::{
    Alert, Entry, EventId, EventKind, Ignored, LinkKind, Occurrence, Outcome, Status, Time,
};
use nightowl_messaging::{AlertMessage, Button};

use nightowl_engine::{ApiRole, Shown};
use nightowl_inbox::render::is_web_address;

use super::form::Form;
use super::page::{self, Frame, Plain};
use super::session;
use super::visit::{Refusal, Visit};
use super::when::{Watch, When};
use crate::Needs;
use crate::find::{self, Found};
use crate::verb::{self, Verb};

const SNOOZE_MIN: Duration = Duration::from_secs(30);
const SNOOZE_MAX: Duration = Duration::from_secs(30 * 86_400);

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    frame: Frame,
    id: String,
    short_id: String,
    /// Where the escalation is, in one sentence.
    escalation: String,
    title: String,
    severity: &'static str,
    status: &'static str,
    integration: String,
    dedup_key: String,
    count: u32,
    /// Both from 0, for the escalate button; shown from 1.
    round: u32,
    tier: u32,
    policy: String,
    fired: When,
    state: Vec<(&'static str, String, Option<When>)>,
    description: String,
    labels: Vec<(String, String)>,
    annotations: Vec<(String, String)>,
    links: Vec<(String, String)>,
    runbook: Option<String>,
    buttons: Vec<(Verb, &'static str)>,
    entries: Vec<EntryView>,
    /// The addresses of the alerts before and after it.
    previous: Option<String>,
    next: Option<String>,
    is_open: bool,
    /// In which zone the snooze field is read, and the first moment that makes sense there.
    zone: String,
    least: String,
}

struct EntryView {
    seq: u64,
    at: When,
    kind: String,
    actor: String,
    text: String,
}

pub(crate) async fn show<N: Needs>(
    State(needs): State<Arc<N>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let visit = Visit::of(needs, &headers, Some(&uri)).await?;
    let occurrence = find(&visit, &id).await?;
    let shown = visit.needs.engine().show(&occurrence).await?;
    let shown = shown.ok_or_else(|| no_alert("It is older than what NightOwl keeps."))?;
    let version = shown.alert.version.to_be_bytes();
    let etag = visit.etag(&[b"alert", occurrence.id.to_string().as_bytes(), &version]);
    if let Some(answer) = visit.unchanged(&headers, &etag) {
        return Ok(answer);
    }
    let alert = &shown.alert;
    let card = visit.needs.engine().view(&shown).await?;
    let title = format!("{} {}", alert.short_id.to_uppercase(), alert.title);
    let mut frame = visit.frame(&headers, &uri, &title).await?;
    frame.section = "alerts";
    frame.summary = format!("{}, {}.", alert.title, alert.status.name());
    frame.etag = etag;
    let mut page = view(frame, &visit.watch(), &shown, &card);
    page.least = visit.watch().local(visit.now);
    Ok(visit.page(&page.frame, &page))
}

/// In the tenant that is looked at first; a link from elsewhere may lead to another one.
async fn find<N: Needs>(visit: &Visit<N>, id: &str) -> Result<Occurrence, Refusal> {
    let own = [visit.tenant.slug.clone()];
    let mut found = find::find(&*visit.needs, &own, id).await?;
    if matches!(found, Found::Nothing(_)) {
        found = find::find(&*visit.needs, &visit.tenants, id).await?;
    }
    match found {
        Found::One(occurrence) => Ok(occurrence),
        Found::Several(_) => {
            Err(no_alert("Several alerts could be meant; type the whole short id."))
        }
        Found::Nothing(_) => Err(no_alert("No alert has this id.")),
    }
}

fn no_alert(text: &str) -> Refusal {
    let mut page = Plain::new("There is no such alert", text);
    page.link = Some(("/console/alerts", "To the alerts"));
    page.answer(StatusCode::NOT_FOUND).into()
}

fn view(frame: Frame, watch: &Watch, shown: &Shown, card: &AlertMessage) -> AlertPage {
    let (alert, details) = (&shown.alert, &shown.details);
    let pairs = |map: &std::collections::BTreeMap<String, String>| {
        map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let runbook = details.link(LinkKind::Runbook).map(|link| link.url.clone());
    let links = details
        .links
        .iter()
        .filter(|link| link.kind != LinkKind::Runbook && is_web_address(&link.url));
    AlertPage {
        frame,
        id: alert.id.to_string(),
        short_id: alert.short_id.to_uppercase(),
        escalation: card.escalation.clone(),
        title: alert.title.clone(),
        severity: alert.severity.name(),
        status: alert.status.name(),
        integration: alert.integration.clone(),
        dedup_key: alert.dedup_key.clone(),
        count: alert.count,
        round: alert.plan.round,
        tier: alert.plan.tier,
        policy: alert.plan.policy.clone(),
        fired: watch.show(alert.opened.at),
        state: state(watch, alert),
        description: details.description.clone(),
        labels: pairs(&details.labels),
        annotations: pairs(&details.annotations),
        links: links.map(|link| (name_of(link), link.url.clone())).collect(),
        runbook: runbook.filter(|url| is_web_address(url)),
        buttons: buttons(card),
        entries: shown.timeline.iter().rev().map(|entry| entry_view(watch, entry)).collect(),
        previous: alert.previous.map(|id| format!("/console/alerts/{id}")),
        next: alert.next.map(|id| format!("/console/alerts/{id}")),
        is_open: alert.is_open(),
        zone: watch.zone().to_owned(),
        least: String::new(),
    }
}

fn name_of(link: &nightowl_domain::Link) -> String {
    if link.text.is_empty() { link.kind.name().to_owned() } else { link.text.clone() }
}

fn state(watch: &Watch, alert: &Alert) -> Vec<(&'static str, String, Option<When>)> {
    let show = |time| Some(watch.show(time));
    let mut state = match &alert.status {
        Status::Firing => Vec::new(),
        Status::Acknowledged { by, at } => vec![("Acknowledged by", by.show(), show(*at))],
        Status::Snoozed { by, at, until } => vec![
            ("Snoozed by", by.show(), show(*at)),
            ("Snoozed until", String::new(), show(*until)),
        ],
        Status::Resolved { by, at, note } => {
            let mut state = vec![("Resolved by", by.show(), show(*at))];
            state.extend(note.clone().map(|note| ("Resolution", note, None)));
            state
        }
    };
    if let Some(at) = alert.plan.exhausted {
        state.push(("Nobody answered", "all tiers were told".to_owned(), show(at)));
    }
    if let (Some(at), true) = (alert.plan.tick_due, alert.is_open()) {
        state.push(("Next step", String::new(), show(at)));
    }
    state
}

/// The same as on its card; the runbook is a link beside them.
fn buttons(card: &AlertMessage) -> Vec<(Verb, &'static str)> {
    let shown = card.buttons.iter().filter_map(|button| match button {
        Button::Acknowledge => Some((Verb::Acknowledge, "Acknowledge")),
        Button::Unacknowledge => Some((Verb::Unacknowledge, "Unacknowledge")),
        Button::Escalate => Some((Verb::Escalate, "Escalate")),
        Button::Resolve => Some((Verb::Resolve, "Resolve")),
        // The page has their forms below, and the runbook as a link.
        Button::Snooze | Button::Note | Button::Runbook | Button::AcknowledgeAll => None,
    });
    shown.collect()
}

fn entry_view(watch: &Watch, entry: &Entry) -> EntryView {
    EntryView {
        seq: entry.seq,
        at: watch.show(entry.at),
        kind: entry.kind.name().replace('_', " "),
        actor: entry.actor.show(),
        text: entry.text.clone(),
    }
}

/// `POST /console/alerts/{id}/act`: a button or a form of the page.
pub(crate) async fn act<N: Needs>(
    State(needs): State<Arc<N>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (visit, form) = Form::read(needs, &headers, &body, ApiRole::Responder).await?;
    let occurrence = find(&visit, &id).await?;
    let text = match wish(&form, &visit) {
        Ok((verb, kind)) => apply(&visit, &occurrence, verb, kind).await?,
        Err(text) => Some(text.to_owned()),
    };
    let back = page::see_other(&format!("/console/alerts/{}", occurrence.id));
    Ok(match text {
        Some(text) => {
            let line = session::say_cookie(visit.console(), &text);
            page::with_header(back, header::SET_COOKIE, &line)
        }
        None => back,
    })
}

fn wish<N: Needs>(form: &Form, visit: &Visit<N>) -> Result<(Verb, EventKind), &'static str> {
    let number = |name| form.text(name).parse::<u32>().ok();
    let note = form.text("note").trim();
    let note = (!note.is_empty()).then(|| verb::cut_note(note));
    let verb = Verb::parse(form.text("verb")).ok_or("There is no such button.")?;
    let kind = match verb {
        Verb::Acknowledge => EventKind::Acked,
        Verb::Unacknowledge => EventKind::Unacked,
        Verb::Escalate => EventKind::Escalated { seen: number("round").zip(number("tier")) },
        Verb::Resolve => EventKind::Resolved { note },
        Verb::Note => EventKind::Noted { text: note.ok_or("A note needs a text.")? },
        Verb::Snooze => EventKind::Snoozed { until: until(form, &visit.watch(), visit.now)? },
    };
    Ok((verb, kind))
}

/// The moment in the field, the next morning, or so many minutes from now.
fn until(form: &Form, watch: &Watch, now: Time) -> Result<Time, &'static str> {
    const SPAN: &str = "A snooze lasts 1 minute to 30 days.";
    let written = form.text("until");
    let until = if written.is_empty() {
        match form.text("minutes") {
            "morning" => watch.morning(now).ok_or(SPAN)?,
            minutes => {
                let minutes = minutes.parse::<u32>().ok().filter(|minutes| *minutes <= 43_200);
                now + Duration::from_secs(u64::from(minutes.ok_or(SPAN)?) * 60)
            }
        }
    } else {
        watch.read_local(written).ok_or("A snooze lasts until a date and a time of day.")?
    };
    let span = until.since(now);
    let is_fit = until > now && (SNOOZE_MIN..=SNOOZE_MAX).contains(&span);
    if is_fit { Ok(until) } else { Err(SPAN) }
}

/// Answers what the person should read; nothing where the page itself shows it.
async fn apply<N: Needs>(
    visit: &Visit<N>,
    occurrence: &Occurrence,
    verb: Verb,
    kind: EventKind,
) -> Result<Option<String>, Refusal> {
    let event = EventId::from(format!("console-{:032x}", visit.draw()));
    // A person of this tenant is nobody in another one.
    let actor = if occurrence.tenant == visit.tenant.slug { visit.actor() } else { visit.nobody() };
    let applied = visit.needs.engine().act(occurrence, kind, actor.clone(), event).await?;
    match applied.outcome {
        Outcome::Applied { .. } => Ok(None),
        Outcome::Ignored(Ignored::NoAlert) => Err(no_alert("It expired a moment ago.")),
        Outcome::Ignored(reason) => {
            let alert = applied.alert.as_ref();
            Ok(Some(crate::words::ignored(&*visit.needs, verb, reason, alert, &actor).await))
        }
    }
}
