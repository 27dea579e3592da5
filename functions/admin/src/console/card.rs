//! A message of the inbox, as its template shows it.

use nightowl_inbox::inbound::Press;
use nightowl_inbox::render::{self, Stored, is_web_address};
use nightowl_inbox::wire;
use nightowl_messaging::{ActionId, AlertMessage, Button, ButtonValue, LoggedMessage, Person};

use super::visit::Visit;
use super::when::{Watch, When};
use crate::Needs;

/// Longer descriptions are folded.
const LEAD_CHARS_MAX: usize = 280;

pub(crate) struct Card {
    /// For the element: unique on the page and the same on the next.
    pub(crate) id: String,
    /// Moves when what is shown changes.
    pub(crate) rev: String,
    pub(crate) posted: When,
    /// What is said besides the alert: why somebody is woken, or a notice.
    pub(crate) says: Option<String>,
    pub(crate) alert: Option<AlertView>,
}

pub(crate) struct AlertView {
    pub(crate) short_id: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) severity: &'static str,
    pub(crate) status: &'static str,
    pub(crate) count: u32,
    pub(crate) fired: When,
    pub(crate) facts: Vec<Fact>,
    pub(crate) lead: String,
    /// The whole description where `lead` is only its beginning.
    pub(crate) description: Option<String>,
    pub(crate) escalation: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) links: Vec<(String, String)>,
    pub(crate) runbook: Option<(String, String)>,
    pub(crate) buttons: Vec<ButtonView>,
    pub(crate) superseded_by: Option<String>,
}

pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) when: Option<When>,
}

pub(crate) struct ButtonView {
    pub(crate) id: String,
    pub(crate) label: &'static str,
    /// `ack`, `escalate` …: for the stylesheet and for tests.
    pub(crate) name: &'static str,
    pub(crate) body: String,
    pub(crate) signature: String,
}

impl Card {
    pub(crate) fn of<N: Needs>(visit: &Visit<N>, message: &LoggedMessage, nonce: &str) -> Self {
        let watch = visit.watch();
        let id = format!("m-{}", message.id);
        let mut card = Self {
            // Times and buttons are the reader's own.
            rev: format!("{}-{}", message.revision, visit.presser().user),
            posted: watch.show(message.posted_at),
            says: None,
            alert: None,
            id,
        };
        match wire::decode(&message.body) {
            Some(Stored::Rich(said)) => {
                card.says = render::says(&said);
                let shown = said.alert().map(|alert| alert_view(&watch, alert));
                card.alert = shown.map(|view| AlertView {
                    buttons: said
                        .alert()
                        .map(|alert| buttons(visit, &card.id, message, alert, nonce))
                        .unwrap_or_default(),
                    ..view
                });
            }
            Some(Stored::Plain(text)) => card.says = Some(text),
            None => {
                card.says = Some("This message was written by a newer NightOwl.".to_owned());
            }
        }
        card
    }
}

fn alert_view(watch: &Watch, alert: &AlertMessage) -> AlertView {
    let is_long = alert.description.chars().count() > LEAD_CHARS_MAX;
    let lead = if is_long {
        alert.description.chars().take(LEAD_CHARS_MAX).chain(['…']).collect()
    } else {
        alert.description.clone()
    };
    let runbook = alert.runbook_url.as_ref().filter(|url| is_web_address(url));
    let title = alert.runbook_title.clone().filter(|title| !title.is_empty());
    AlertView {
        short_id: alert.short_id.clone(),
        href: format!("/console/alerts/{}", alert.alert_id),
        title: alert.title.clone(),
        severity: alert.severity.name(),
        status: alert.status,
        count: alert.count,
        fired: watch.show(alert.fired_at),
        facts: facts(watch, alert),
        lead,
        description: is_long.then(|| alert.description.clone()),
        escalation: alert.escalation.clone(),
        labels: alert.labels.clone(),
        links: alert.links.iter().filter(|(_, url)| is_web_address(url)).cloned().collect(),
        runbook: runbook.map(|url| (title.unwrap_or_default(), url.clone())),
        buttons: Vec::new(),
        superseded_by: alert.superseded_by.clone(),
    }
}

fn facts(watch: &Watch, alert: &AlertMessage) -> Vec<Fact> {
    let name = |person: &Option<Person>| person.as_ref().map(|person| person.name.clone());
    let show = |time: Option<_>| time.map(|time| watch.show(time));
    let known = [
        ("Service", alert.service.clone(), None),
        ("Cluster", alert.cluster.clone(), None),
        ("Namespace", alert.namespace.clone(), None),
        ("On call", name(&alert.primary_on_call), None),
        ("Second on call", name(&alert.secondary_on_call), None),
        ("Acknowledged by", alert.acknowledged_by.clone(), show(alert.acknowledged_at)),
        ("Resolved by", alert.resolved_by.clone(), show(alert.resolved_at)),
        ("Resolution", alert.resolution.clone(), None),
        ("Snoozed until", alert.snoozed_until.map(|_| String::new()), show(alert.snoozed_until)),
    ];
    let kept = known.into_iter().filter_map(|(label, value, when)| {
        let value = value?;
        (!value.is_empty() || when.is_some()).then_some(Fact { label, value, when })
    });
    kept.collect()
}

fn buttons<N: Needs>(
    visit: &Visit<N>,
    card: &str,
    message: &LoggedMessage,
    alert: &AlertMessage,
    nonce: &str,
) -> Vec<ButtonView> {
    let acts = alert.buttons.iter().filter_map(|button| match button {
        Button::Acknowledge => Some((ActionId::Acknowledge, "Acknowledge")),
        Button::Unacknowledge => Some((ActionId::Unacknowledge, "Unacknowledge")),
        Button::Escalate => Some((ActionId::Escalate, "Escalate")),
        Button::Resolve => Some((ActionId::Resolve, "Resolve")),
        Button::Runbook => None,
    });
    let view = |(action, label): (ActionId, &'static str)| {
        let press = Press {
            action,
            value: ButtonValue {
                alert_id: alert.alert_id.clone(),
                delivery: alert.delivery.clone(),
                round: alert.round,
                tier: alert.tier,
            },
            channel: message.channel.clone(),
            message: message.id.clone(),
            shown_at: visit.now,
            nonce: nonce.to_owned(),
        };
        let (body, signature) = press.sign(&visit.console().session_key, &visit.presser());
        let (id, name) = (format!("{card}-{}", action.name()), action.name());
        ButtonView { id, label, name, body, signature }
    };
    acts.map(view).collect()
}
