//! An alert that nothing has happened to yet.

use super::draft::{Context, cut};
use crate::{
    Alert, AlertFields, AlertId, Hash, LastFiring, Position, SeriesHash, Severity, SharedVec,
    Status,
};

/// Which place in which series the alert takes.
pub(super) struct Place<'a> {
    tenant: &'a str,
    integration: &'a str,
    dedup_key: &'a str,
    series: SeriesHash,
    number: u32,
    previous: Option<&'a Alert>,
}

impl<'a> Place<'a> {
    pub(super) fn first(context: &Context<'a>, integration: &'a str, dedup_key: &'a str) -> Self {
        Self {
            tenant: context.tenant,
            integration,
            dedup_key,
            series: SeriesHash::of(context.tenant, integration, dedup_key),
            number: 1,
            previous: None,
        }
    }

    pub(super) fn after(previous: &'a Alert) -> Self {
        Self {
            tenant: &previous.tenant,
            integration: &previous.integration,
            dedup_key: &previous.dedup_key,
            // Not computed anew: the alert keeps only the beginning of a long key.
            series: previous.series(),
            number: previous.number().saturating_add(1),
            previous: Some(previous),
        }
    }
}

/// All names derive from `last`, the firing that opens it, so that a retry gives the same ones.
pub(super) fn blank(
    context: &Context<'_>,
    place: &Place<'_>,
    last: LastFiring,
    title: &str,
    severity: Severity,
) -> Alert {
    let opened = last.received;
    let id = AlertId::new(place.series, place.number, opened.at, opened.position);
    let fields = AlertFields {
        id,
        tenant: place.tenant.to_owned(),
        integration: place.integration.to_owned(),
        dedup_key: cut(place.dedup_key, Alert::DEDUP_KEY_MAX),
        short_id: String::new(),
        opened,
        details: details_key(id),
        hidden: false,
        status: Status::Firing,
        title: cut(title, Alert::TITLE_MAX),
        severity,
        starts_at: last.starts_at,
        count: 1,
        last_firing: last,
        clears_aside: Vec::new(),
        newest_clear: None,
        closed: None,
        last_human: None,
        snooze_left: None,
        next: None,
        previous: place.previous.map(|previous| previous.id),
        plan: Position {
            config: context.plan.policy_config.to_owned(),
            policy: context.plan.policy.id.clone(),
            round: 0,
            tier: 0,
            generation: 0,
            tick_due: None,
            exhausted: None,
            reminded: false,
        },
        sends: SharedVec::new(),
        card_rev: 0,
        owed_since: None,
        seen: Vec::new(),
        timeline: SharedVec::new(),
        timeline_next: 0,
        timeline_flushed: 0,
        version: 0,
        write_id: context.write_id.clone(),
    };
    fields.into()
}

/// `D#{number}#{hash of the id}`: two attempts at one number that opened from different firings
/// keep apart what they wrote first.
fn details_key(id: AlertId) -> String {
    let hash = Hash::of(&[b"details", id.to_string().as_bytes()]);
    format!("D#{}#{}", id.number(), hash.text(5))
}
