//! The stored form of a message: JSON with a format number. These records are the only ones here
//! that know serde; they are turned into the neutral messages and back explicitly.

use nightowl_domain::{Severity, Time};
use nightowl_messaging::{
    AlertMessage, Button, DigestMember, DigestMessage, DirectMessage, EscalationMessage, Message,
    NoticeMessage, Person, PromptMessage, WayOn,
};
use serde::{Deserialize, Serialize};

use crate::render::Stored;

/// Moves when an older release could misread what is written.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct BodyV1 {
    format: u32,
    #[serde(flatten)]
    said: SaidV1,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum SaidV1 {
    Plain { text: String },
    Alert { alert: Box<AlertV1> },
    Escalation { alert: Box<AlertV1>, page: PageV1 },
    Direct { alert: Box<AlertV1>, text: String, urgency: String },
    Notice { text: String, alert: Option<Box<AlertV1>> },
    Prompt { alert: Box<AlertV1>, text: String },
    Whisper { text: String, link: Option<LinkV1> },
    Digest { digest_id: String, delivery: String, members: Vec<MemberV1> },
}

#[derive(Serialize, Deserialize)]
struct MemberV1 {
    place: u32,
    alert_id: String,
    short_id: String,
    title: String,
    severity: String,
    status: String,
    standing: String,
    button: Option<String>,
    alert_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct PageV1 {
    tier: u32,
    tier_label: String,
    target: Option<PersonV1>,
    notify_method: String,
    timeout_minutes: f64,
    because: Option<String>,
    /// Not there in what older releases wrote.
    standing: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LinkV1 {
    label: String,
    url: String,
}

#[derive(Serialize, Deserialize)]
struct PersonV1 {
    name: String,
    user_ref: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct AlertV1 {
    alert_id: String,
    short_id: String,
    tenant: String,
    integration: String,
    title: String,
    severity: String,
    status: String,
    cluster: Option<String>,
    namespace: Option<String>,
    service: Option<String>,
    description: String,
    labels: Vec<(String, String)>,
    count: u32,
    /// Absent in what older releases wrote.
    #[serde(default)]
    zone: String,
    fired_at: i64,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<i64>,
    resolved_by: Option<String>,
    resolved_at: Option<i64>,
    resolution: Option<String>,
    snoozed_until: Option<i64>,
    runbook_title: Option<String>,
    runbook_url: Option<String>,
    links: Vec<(String, String)>,
    primary_on_call: Option<PersonV1>,
    secondary_on_call: Option<PersonV1>,
    escalation: String,
    round: u32,
    tier: u32,
    buttons: Vec<String>,
    superseded_by: Option<String>,
    alert_url: Option<String>,
    delivery: String,
}

/// The stored body of a message.
pub fn encode(stored: &Stored) -> String {
    let said = match stored {
        Stored::Plain(text) => SaidV1::Plain { text: text.clone() },
        Stored::Whisper { text, link } => SaidV1::Whisper {
            text: text.clone(),
            link: link.clone().map(|WayOn { label, url }| LinkV1 { label, url }),
        },
        Stored::Rich(message) => said(message),
    };
    // Strings, numbers and lists only: writing them cannot fail.
    serde_json::to_string(&BodyV1 { format: FORMAT, said }).unwrap_or_default()
}

/// `None` for a body of a newer format, or one that was never written by [`encode`].
pub fn decode(body: &str) -> Option<Stored> {
    let body: BodyV1 = serde_json::from_slice(body.as_bytes()).ok()?;
    if body.format != FORMAT {
        return None;
    }
    let message = match body.said {
        SaidV1::Plain { text } => return Some(Stored::Plain(text)),
        SaidV1::Whisper { text, link } => {
            let link = link.map(|LinkV1 { label, url }| WayOn { label, url });
            return Some(Stored::Whisper { text, link });
        }
        SaidV1::Prompt { alert, text } => {
            Message::Prompt(PromptMessage { alert: read_alert(*alert)?, text })
        }
        SaidV1::Alert { alert } => Message::Alert(read_alert(*alert)?),
        SaidV1::Escalation { alert, page } => Message::Escalation(EscalationMessage {
            alert: read_alert(*alert)?,
            tier: page.tier,
            tier_label: page.tier_label,
            target: page.target.map(read_person),
            notify_method: word(&METHODS, &page.notify_method)?,
            timeout_minutes: page.timeout_minutes,
            because: page.because,
            standing: page.standing,
        }),
        SaidV1::Direct { alert, text, urgency } => Message::Direct(DirectMessage {
            alert: read_alert(*alert)?,
            text,
            urgency: word(&["critical", "normal"], &urgency)?,
        }),
        SaidV1::Notice { text, alert } => {
            let alert = match alert {
                Some(alert) => Some(read_alert(*alert)?),
                None => None,
            };
            Message::Notice(NoticeMessage { text, alert })
        }
        SaidV1::Digest { digest_id, delivery, members } => {
            let members = members.into_iter().map(read_member).collect::<Option<_>>()?;
            Message::Digest(DigestMessage { digest_id, members, delivery: delivery.into() })
        }
    };
    Some(Stored::Rich(Box::new(message)))
}

const METHODS: [&str; 4] = ["messaging_dm", "messaging_channel", "phone", "sms"];
const STATUSES: [&str; 4] = ["firing", "acknowledged", "snoozed", "resolved"];

fn word(known: &[&'static str], given: &str) -> Option<&'static str> {
    known.iter().find(|word| **word == given).copied()
}

fn said(message: &Message) -> SaidV1 {
    let boxed = |alert: &AlertMessage| Box::new(write_alert(alert));
    match message {
        Message::Alert(alert) => SaidV1::Alert { alert: boxed(alert) },
        Message::Escalation(page) => SaidV1::Escalation {
            alert: boxed(&page.alert),
            page: PageV1 {
                tier: page.tier,
                tier_label: page.tier_label.clone(),
                target: page.target.as_ref().map(write_person),
                notify_method: page.notify_method.to_owned(),
                timeout_minutes: page.timeout_minutes,
                because: page.because.clone(),
                standing: page.standing.clone(),
            },
        },
        Message::Direct(page) => SaidV1::Direct {
            alert: boxed(&page.alert),
            text: page.text.clone(),
            urgency: page.urgency.to_owned(),
        },
        Message::Notice(notice) => {
            SaidV1::Notice { text: notice.text.clone(), alert: notice.alert.as_ref().map(boxed) }
        }
        Message::Prompt(prompt) => {
            SaidV1::Prompt { alert: boxed(&prompt.alert), text: prompt.text.clone() }
        }
        Message::Digest(digest) => SaidV1::Digest {
            digest_id: digest.digest_id.clone(),
            delivery: digest.delivery.to_string(),
            members: digest.members.iter().map(write_member).collect(),
        },
    }
}

fn write_member(member: &DigestMember) -> MemberV1 {
    MemberV1 {
        place: member.place,
        alert_id: member.alert_id.clone(),
        short_id: member.short_id.clone(),
        title: member.title.clone(),
        severity: member.severity.name().to_owned(),
        status: member.status.to_owned(),
        standing: member.standing.clone(),
        button: member.button.map(write_button),
        alert_url: member.alert_url.clone(),
    }
}

fn read_member(member: MemberV1) -> Option<DigestMember> {
    let button = match member.button {
        Some(name) => Some(read_button(&name)?),
        None => None,
    };
    Some(DigestMember {
        place: member.place,
        alert_id: member.alert_id,
        short_id: member.short_id,
        title: member.title,
        severity: Severity::parse(&member.severity)?,
        status: word(&STATUSES, &member.status)?,
        standing: member.standing,
        button,
        alert_url: member.alert_url,
    })
}

fn write_person(person: &Person) -> PersonV1 {
    PersonV1 { name: person.name.clone(), user_ref: person.user_ref.clone() }
}

fn read_person(person: PersonV1) -> Person {
    Person { name: person.name, user_ref: person.user_ref }
}

const BUTTONS: [(Button, &str); 8] = [
    (Button::Acknowledge, "acknowledge"),
    (Button::Unacknowledge, "unacknowledge"),
    (Button::Escalate, "escalate"),
    (Button::Resolve, "resolve"),
    (Button::Snooze, "snooze"),
    (Button::Note, "note"),
    (Button::Runbook, "runbook"),
    (Button::AcknowledgeAll, "acknowledge_all"),
];

fn write_button(button: Button) -> String {
    let name = match button {
        Button::Acknowledge => "acknowledge",
        Button::Unacknowledge => "unacknowledge",
        Button::Escalate => "escalate",
        Button::Resolve => "resolve",
        Button::Snooze => "snooze",
        Button::Note => "note",
        Button::Runbook => "runbook",
        Button::AcknowledgeAll => "acknowledge_all",
    };
    name.to_owned()
}

fn read_button(name: &str) -> Option<Button> {
    BUTTONS.iter().find(|(_, known)| *known == name).map(|(button, _)| *button)
}

fn write_alert(alert: &AlertMessage) -> AlertV1 {
    let millis = |time: Option<Time>| time.map(Time::millis);
    AlertV1 {
        alert_id: alert.alert_id.clone(),
        short_id: alert.short_id.clone(),
        tenant: alert.tenant.clone(),
        integration: alert.integration.clone(),
        title: alert.title.clone(),
        severity: alert.severity.name().to_owned(),
        status: alert.status.to_owned(),
        cluster: alert.cluster.clone(),
        namespace: alert.namespace.clone(),
        service: alert.service.clone(),
        description: alert.description.clone(),
        labels: alert.labels.clone(),
        count: alert.count,
        zone: alert.zone.clone(),
        fired_at: alert.fired_at.millis(),
        acknowledged_by: alert.acknowledged_by.clone(),
        acknowledged_at: millis(alert.acknowledged_at),
        resolved_by: alert.resolved_by.clone(),
        resolved_at: millis(alert.resolved_at),
        resolution: alert.resolution.clone(),
        snoozed_until: millis(alert.snoozed_until),
        runbook_title: alert.runbook_title.clone(),
        runbook_url: alert.runbook_url.clone(),
        links: alert.links.clone(),
        primary_on_call: alert.primary_on_call.as_ref().map(write_person),
        secondary_on_call: alert.secondary_on_call.as_ref().map(write_person),
        escalation: alert.escalation.clone(),
        round: alert.round,
        tier: alert.tier,
        buttons: alert.buttons.iter().copied().map(write_button).collect(),
        superseded_by: alert.superseded_by.clone(),
        alert_url: alert.alert_url.clone(),
        delivery: alert.delivery.to_string(),
    }
}

fn read_alert(alert: AlertV1) -> Option<AlertMessage> {
    let time = |millis: Option<i64>| millis.map(Time::from_millis);
    Some(AlertMessage {
        status: word(&STATUSES, &alert.status)?,
        severity: Severity::parse(&alert.severity)?,
        buttons: alert.buttons.iter().filter_map(|name| read_button(name)).collect(),
        alert_id: alert.alert_id,
        short_id: alert.short_id,
        tenant: alert.tenant,
        integration: alert.integration,
        title: alert.title,
        cluster: alert.cluster,
        namespace: alert.namespace,
        service: alert.service,
        description: alert.description,
        labels: alert.labels,
        count: alert.count,
        zone: alert.zone,
        fired_at: Time::from_millis(alert.fired_at),
        acknowledged_by: alert.acknowledged_by,
        acknowledged_at: time(alert.acknowledged_at),
        resolved_by: alert.resolved_by,
        resolved_at: time(alert.resolved_at),
        resolution: alert.resolution,
        snoozed_until: time(alert.snoozed_until),
        runbook_title: alert.runbook_title,
        runbook_url: alert.runbook_url,
        links: alert.links,
        primary_on_call: alert.primary_on_call.map(read_person),
        secondary_on_call: alert.secondary_on_call.map(read_person),
        escalation: alert.escalation,
        round: alert.round,
        tier: alert.tier,
        superseded_by: alert.superseded_by,
        alert_url: alert.alert_url,
        delivery: alert.delivery.into(),
    })
}
