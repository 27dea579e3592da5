//! An alert as people see it: the one place that turns state into what messages and the console
//! show.

mod escalation;
mod message;
mod page;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use nightowl_domain::{
    Alert, Details, LinkKind, Policy, Schedule, SendKey, Status, Tenant, Time, User,
};
use nightowl_messaging::{AlertMessage, Button, Person};

pub(crate) use message::message;

/// Labels that messages show as fields of their own, with the names that senders use for them.
const CLUSTER: [&str; 1] = ["cluster"];
const NAMESPACE: [&str; 2] = ["namespace", "kubernetes_namespace"];
const SERVICE: [&str; 3] = ["service", "app", "job"];

/// The platform's user ids of our people, by our user id, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faces(pub BTreeMap<String, String>);

impl Faces {
    pub(crate) fn person(&self, user: &User) -> Person {
        Person { name: user.name.clone(), user_ref: self.0.get(&user.id).cloned() }
    }
}

/// Everything that an alert is shown from.
#[derive(Clone, Debug)]
pub struct View<'a> {
    pub alert: &'a Alert,
    pub details: &'a Details,
    /// As configured now.
    pub tenant: &'a Tenant,
    /// The one that the alert follows.
    pub policy: &'a Policy,
    pub on_call: OnCallNow,
    /// Short id of the alert that came after this one.
    pub next: Option<String>,
    /// Into the console.
    pub link: Option<String>,
    pub faces: &'a Faces,
}

/// Who is primary and secondary in the schedule that serves an alert, by their places among the
/// tenant's users: worked out once for all messages of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnCallNow([Option<usize>; 2]);

impl OnCallNow {
    /// The first who holds each role at `at`.
    pub fn of(alert: &Alert, tenant: &Tenant, at: Time) -> Self {
        let schedule = schedule_of(alert, tenant);
        Self(["primary", "secondary"].map(|role| {
            let holder = schedule?.on_call(role, at).into_iter().next()?;
            tenant.users.iter().position(|user| user.id == holder.user)
        }))
    }
}

/// The schedule that serves this alert.
fn schedule_of<'a>(alert: &Alert, tenant: &'a Tenant) -> Option<&'a Schedule> {
    let integration = tenant.integration(&alert.integration);
    match integration.and_then(|found| found.schedule.as_deref()) {
        Some(named) => tenant.schedule(named),
        None => match tenant.schedules.as_slice() {
            [only] => Some(only),
            [] | [_, _, ..] => None,
        },
    }
}

/// `delivery`: the send that the message is or edits.
pub fn alert_message(view: &View<'_>, delivery: &SendKey) -> AlertMessage {
    let alert = view.alert;
    let details = view.details;
    let runbook = details.link(LinkKind::Runbook);
    let OnCallNow([primary, secondary]) = view.on_call;
    let [primary, secondary] = [primary, secondary].map(|user| view.tenant.users.get(user?));
    let shown = Shown::of(&alert.status);
    AlertMessage {
        alert_id: alert.id.to_string(),
        short_id: alert.short_id.to_uppercase(),
        tenant: alert.tenant.clone(),
        integration: alert.integration.clone(),
        title: alert.title.clone(),
        severity: alert.severity,
        status: alert.status.name(),
        cluster: label(details, &CLUSTER),
        namespace: label(details, &NAMESPACE),
        service: label(details, &SERVICE),
        description: details.description.clone(),
        labels: other_labels(details),
        count: alert.count,
        zone: view.zone().iana_name().unwrap_or("UTC").to_owned(),
        fired_at: alert.opened.at,
        acknowledged_by: shown.acknowledged.as_ref().map(|(by, _)| by.clone()),
        acknowledged_at: shown.acknowledged.map(|(_, at)| at),
        resolved_by: shown.resolved.as_ref().map(|(by, _)| by.clone()),
        resolved_at: shown.resolved.map(|(_, at)| at),
        resolution: shown.resolution,
        snoozed_until: shown.snoozed_until,
        runbook_title: runbook.map(|link| link.text.clone()),
        runbook_url: runbook.map(|link| link.url.clone()),
        links: other_links(details),
        primary_on_call: primary.map(|user| view.faces.person(user)),
        secondary_on_call: secondary.map(|user| view.faces.person(user)),
        escalation: escalation::sentence(view),
        round: alert.plan.round,
        tier: alert.plan.tier,
        buttons: buttons(view),
        superseded_by: view.next.as_deref().map(str::to_uppercase),
        alert_url: view.link.clone(),
        delivery: delivery.clone(),
    }
}

impl<'a> View<'a> {
    /// Those of them who are on call.
    pub(crate) fn on_call(&self) -> impl Iterator<Item = &'a User> {
        let OnCallNow(places) = self.on_call;
        places.into_iter().flatten().filter_map(|place| self.tenant.users.get(place))
    }

    fn schedule(&self) -> Option<&'a Schedule> {
        schedule_of(self.alert, self.tenant)
    }

    /// In which moments are told: those who are on call are on call in it.
    fn zone(&self) -> TimeZone {
        self.schedule().map_or(TimeZone::UTC, |schedule| schedule.timezone.clone())
    }

    /// Whether the policy has a tier or a round left.
    fn has_next_tier(&self) -> bool {
        let plan = &self.alert.plan;
        let tiers = u32::try_from(self.policy.tiers.len()).unwrap_or(u32::MAX);
        plan.exhausted.is_none()
            && (plan.tier.saturating_add(1) < tiers
                || plan.round.saturating_add(1) < self.policy.rounds())
    }
}

/// Who did what to it, as the message's fields want it.
#[derive(Default)]
struct Shown {
    acknowledged: Option<(String, Time)>,
    resolved: Option<(String, Time)>,
    resolution: Option<String>,
    snoozed_until: Option<Time>,
}

impl Shown {
    fn of(status: &Status) -> Self {
        match status {
            Status::Firing => Self::default(),
            Status::Acknowledged { by, at } => {
                Self { acknowledged: Some((by.show(), *at)), ..Self::default() }
            }
            Status::Snoozed { by, at, until } => Self {
                acknowledged: Some((by.show(), *at)),
                snoozed_until: Some(*until),
                ..Self::default()
            },
            Status::Resolved { by, at, note } => Self {
                resolved: Some((by.show(), *at)),
                resolution: note.clone(),
                ..Self::default()
            },
        }
    }
}

fn buttons(view: &View<'_>) -> Vec<Button> {
    let mut buttons = match view.alert.status {
        Status::Firing | Status::Snoozed { .. } => vec![Button::Acknowledge],
        Status::Acknowledged { .. } => vec![Button::Unacknowledge],
        Status::Resolved { .. } => Vec::new(),
    };
    if view.alert.is_open() {
        if view.has_next_tier() {
            buttons.push(Button::Escalate);
        }
        buttons.push(Button::Resolve);
        buttons.push(Button::Snooze);
    }
    if view.details.link(LinkKind::Runbook).is_some() {
        buttons.push(Button::Runbook);
    }
    buttons
}

fn label(details: &Details, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| details.labels.get(*name)).filter(|text| !text.is_empty()).cloned()
}

/// What is not shown as a field of its own.
fn other_labels(details: &Details) -> Vec<(String, String)> {
    let own: Vec<&str> = [&CLUSTER[..], &NAMESPACE[..], &SERVICE[..]]
        .iter()
        .filter_map(|names| names.iter().find(|name| details.labels.contains_key(**name)).copied())
        .collect();
    let others = details.labels.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    others.map(|(name, text)| (name.clone(), text.clone())).collect()
}

fn other_links(details: &Details) -> Vec<(String, String)> {
    details
        .links
        .iter()
        .filter(|link| match link.kind {
            LinkKind::Runbook => false,
            LinkKind::Dashboard
            | LinkKind::Panel
            | LinkKind::Silence
            | LinkKind::Source
            | LinkKind::Image
            | LinkKind::Other => true,
        })
        .map(|link| (link.text.clone(), link.url.clone()))
        .collect()
}
