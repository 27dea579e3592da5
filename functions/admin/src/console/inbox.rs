//! `GET /console/`: the channels of the inbox, and what the person was told.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use nightowl_domain::Tenant;
use nightowl_messaging::{LogError, LoggedMessage};

use super::card::Card;
use super::page::Frame;
use super::visit::{Refusal, Visit, trouble};
use crate::Needs;

/// The newest of a channel; older alerts are in the list of alerts.
const MESSAGES_MAX: usize = 120;
/// So many of them have a card, replies aside.
const CARDS_MAX: usize = 40;

#[derive(Template)]
#[template(path = "inbox.html")]
struct Inbox {
    frame: Frame,
    channel: String,
    channels: Vec<Channel>,
    cards: Vec<Card>,
    person: Option<String>,
    told: Vec<Card>,
}

struct Channel {
    name: String,
    selected: bool,
}

pub(crate) async fn show<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let visit = Visit::of(needs, &headers, Some(&uri)).await?;
    let names = channels(&visit.tenant);
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "channel")
        .map(|(_, value)| value.into_owned());
    let channel = asked.filter(|asked| names.contains(asked)).unwrap_or_else(|| names[0].clone());
    let posted = list(&visit, &channel).await?;
    let told = match &visit.user {
        Some(user) => list(&visit, &nightowl_inbox::personal_channel(&user.id)).await?,
        None => Vec::new(),
    };
    let etag =
        visit.etag(&[channel.as_bytes(), marks(&posted).as_bytes(), marks(&told).as_bytes()]);
    if let Some(answer) = visit.unchanged(&headers, &etag) {
        return Ok(answer);
    }
    let nonce = format!("{:032x}", visit.draw());
    let (cards, told) = (cards(&visit, &posted, &nonce), cards(&visit, &told, &nonce));
    let open = open_alerts(&cards);
    let title = if open == 0 { "Inbox".to_owned() } else { format!("({open}) Inbox") };
    let mut frame = visit.frame(&headers, &uri, &title).await?;
    frame.summary = summary(open, &cards, &told);
    frame.etag = etag;
    let channels =
        names.into_iter().map(|name| Channel { selected: name == channel, name }).collect();
    let person = visit.user.as_ref().map(|user| user.name.clone());
    let page = Inbox { frame, channel, channels, cards, person, told };
    Ok(visit.page(&page.frame, &page))
}

/// Newest first, each with what was said under it. What is under a card that is too old to be shown
/// stands for itself.
fn cards<N: Needs>(visit: &Visit<N>, messages: &[LoggedMessage], nonce: &str) -> Vec<Card> {
    let root_of = |message: &LoggedMessage| {
        let root = nightowl_inbox::root_of(&message.id)?;
        messages.iter().any(|known| known.id == root).then(|| root.to_owned())
    };
    let mut replies: BTreeMap<String, Vec<&LoggedMessage>> = BTreeMap::new();
    let mut roots = Vec::new();
    for message in messages {
        match root_of(message) {
            Some(root) => replies.entry(root).or_default().push(message),
            None => roots.push(message),
        }
    }
    let card = |message: &LoggedMessage| {
        let mut under = replies.remove(&message.id).unwrap_or_default();
        under.reverse();
        Card::of(visit, message, nonce).with_replies(visit, &under)
    };
    roots.into_iter().take(CARDS_MAX).map(card).collect()
}

async fn list<N: Needs>(visit: &Visit<N>, channel: &str) -> Result<Vec<LoggedMessage>, Refusal> {
    let log = visit.needs.log();
    log.list(&visit.tenant.slug, channel, MESSAGES_MAX).await.map_err(|error: LogError| {
        tracing::warn!(%error, "the message log failed a page");
        Refusal::from(trouble())
    })
}

/// The tenant's default channel first, then those that its integrations post to.
fn channels(tenant: &Tenant) -> Vec<String> {
    let default = tenant.default_channels.get(nightowl_inbox::NAME).cloned();
    let of_inbox = tenant.integrations.iter().filter(|integration| {
        let provider = integration.provider.as_ref().or(tenant.provider.as_ref());
        provider.is_none_or(|provider| provider == nightowl_inbox::NAME)
    });
    let mut names = vec![default.unwrap_or_else(|| nightowl_inbox::DEFAULT_CHANNEL.to_owned())];
    names.extend(of_inbox.filter_map(|integration| integration.channel.clone()));
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let name = name.trim().trim_start_matches('#').to_owned();
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn marks(messages: &[LoggedMessage]) -> String {
    messages.iter().map(|message| format!("{} {}\n", message.id, message.revision)).collect()
}

fn open_alerts(cards: &[Card]) -> usize {
    let firing = |card: &&Card| card.alert.as_ref().is_some_and(|alert| alert.status == "firing");
    let mut ids: Vec<&str> = cards
        .iter()
        .filter(firing)
        .filter_map(|card| card.alert.as_ref().map(|alert| alert.short_id.as_str()))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

fn summary(open: usize, cards: &[Card], told: &[Card]) -> String {
    let newest = cards.first().and_then(|card| card.alert.as_ref());
    let newest = newest
        .map(|alert| format!(" Newest: {}, {}, {}.", alert.title, alert.severity, alert.status))
        .unwrap_or_default();
    format!("{open} firing, {} messages for you.{newest}", told.len())
}
