//! Messages with every field filled, from one piece of text.

use nightowl_domain::{Destination, SendKey, Severity, Time};

use crate::{
    AlertMessage, Button, ButtonValue, DigestMember, DigestMessage, DirectMessage,
    EscalationMessage, FieldKind, Form, FormDef, FormField, FormId, FormOption, FormState, Message,
    NoticeMessage, Person, Post, PromptMessage,
};

use super::World;

pub(super) const ALERT_ID: &str = "0123456789abcdef0hjkmnpq";
/// A member of a series' highest numbers, as a digest is one.
pub(super) const DIGEST_ID: &str = "0123456789abcdefzhjkmnpq";
pub(super) const SHORT_ID: &str = "X2K9FQ";
pub(super) const RUNBOOK: &str = "https://runbooks.example.com/disk?a=1&b=2";
pub(super) const LINK: &str = "https://grafana.example.com/d/1";
pub(super) const ALERT_URL: &str = "https://owl.example.com/console/alerts/x2k9fq";

/// An alert whose every untrusted field is `text`.
pub fn alert(text: &str, user_ref: Option<&str>) -> AlertMessage {
    let some = || Some(text.to_owned());
    let person = || Some(Person { name: text.to_owned(), user_ref: user_ref.map(str::to_owned) });
    AlertMessage {
        alert_id: ALERT_ID.to_owned(),
        short_id: SHORT_ID.to_owned(),
        tenant: "acme".to_owned(),
        integration: text.to_owned(),
        title: text.to_owned(),
        severity: Severity::Critical,
        status: "firing",
        cluster: some(),
        namespace: some(),
        service: some(),
        description: text.to_owned(),
        labels: vec![(text.to_owned(), text.to_owned())],
        count: 3,
        zone: "Europe/Berlin".to_owned(),
        fired_at: Time::from_seconds(1_790_000_000),
        acknowledged_by: some(),
        acknowledged_at: Some(Time::from_seconds(1_790_000_060)),
        resolved_by: some(),
        resolved_at: Some(Time::from_seconds(1_790_000_120)),
        resolution: some(),
        snoozed_until: Some(Time::from_seconds(1_790_000_180)),
        runbook_title: some(),
        runbook_url: Some(RUNBOOK.to_owned()),
        links: vec![(text.to_owned(), LINK.to_owned())],
        primary_on_call: person(),
        secondary_on_call: person(),
        escalation: text.to_owned(),
        round: 1,
        tier: 2,
        buttons: vec![
            Button::Acknowledge,
            Button::Escalate,
            Button::Resolve,
            Button::Snooze,
            Button::Runbook,
        ],
        superseded_by: Some("Y3M8GR".to_owned()),
        alert_url: Some(ALERT_URL.to_owned()),
        delivery: SendKey::from("delivery-of-the-card"),
    }
}

/// A page through a channel, to somebody if `user_ref` is known.
pub fn escalation(text: &str, user_ref: Option<&str>) -> EscalationMessage {
    EscalationMessage {
        alert: alert(text, user_ref),
        tier: 2,
        tier_label: text.to_owned(),
        target: Some(Person { name: text.to_owned(), user_ref: user_ref.map(str::to_owned) }),
        notify_method: "messaging_channel",
        timeout_minutes: 7.5,
        because: Some(text.to_owned()),
        standing: None,
    }
}

pub fn direct(text: &str, user_ref: Option<&str>) -> DirectMessage {
    DirectMessage { alert: alert(text, user_ref), text: text.to_owned(), urgency: "critical" }
}

pub fn notice(text: &str, user_ref: Option<&str>) -> NoticeMessage {
    NoticeMessage { text: text.to_owned(), alert: Some(alert(text, user_ref)) }
}

pub fn prompt(text: &str, user_ref: Option<&str>) -> PromptMessage {
    let mut alert = alert(text, user_ref);
    alert.buttons = vec![Button::Note];
    PromptMessage { alert, text: text.to_owned() }
}

/// So many alerts in one message, every untrusted field of them `text`.
pub fn digest(text: &str, members: u32) -> DigestMessage {
    let statuses = [
        ("firing", Some(Button::Acknowledge)),
        ("acknowledged", Some(Button::Resolve)),
        ("resolved", None),
    ];
    let member = |place: u32| {
        let (status, button) = statuses[place as usize % statuses.len()];
        DigestMember {
            place,
            alert_id: ALERT_ID.to_owned(),
            short_id: SHORT_ID.to_owned(),
            title: text.to_owned(),
            severity: Severity::Critical,
            status,
            standing: text.to_owned(),
            button,
            alert_url: Some(ALERT_URL.to_owned()),
        }
    };
    DigestMessage {
        digest_id: DIGEST_ID.to_owned(),
        members: (0..members).map(member).collect(),
        delivery: SendKey::from("delivery-of-the-card"),
    }
}

/// A form with a field of each kind, whose every untrusted text is `text`.
pub fn form(text: &str) -> FormDef {
    let field = |id, kind, required| FormField {
        id,
        label: text.to_owned(),
        kind,
        placeholder: text.to_owned(),
        hint: text.to_owned(),
        required,
        value: String::new(),
    };
    let options =
        ["one", "two"].map(|value| FormOption { label: text.to_owned(), value: value.to_owned() });
    FormDef {
        title: text.to_owned(),
        intro: text.to_owned(),
        submit: "Resolve".to_owned(),
        fields: vec![
            field("when", FieldKind::Text { max: 100 }, true),
            field("note", FieldKind::TextArea { max: 3000 }, false),
            field("choice", FieldKind::Select { options: options.to_vec() }, true),
        ],
    }
}

pub fn form_state() -> FormState {
    FormState {
        form: FormId::Resolve,
        value: ButtonValue {
            alert_id: ALERT_ID.to_owned(),
            delivery: SendKey::from("delivery-of-the-card"),
            round: 1,
            tier: 2,
        },
        channel_id: String::new(),
        message_id: String::new(),
    }
}

/// One message of each kind, with its name.
pub fn every_message(text: &str, user_ref: Option<&str>) -> Vec<(&'static str, Message)> {
    let bare = NoticeMessage { text: text.to_owned(), alert: None };
    vec![
        ("alert", Message::Alert(alert(text, user_ref))),
        ("escalation", Message::Escalation(escalation(text, user_ref))),
        ("direct", Message::Direct(direct(text, user_ref))),
        ("notice", Message::Notice(notice(text, user_ref))),
        ("bare notice", Message::Notice(bare)),
        ("prompt", Message::Prompt(prompt(text, user_ref))),
        ("digest", Message::Digest(digest(text, 6))),
    ]
}

/// To the world's channel, under this delivery id.
pub fn post(world: &World, provider: &str, delivery: &str, message: Message) -> Post {
    Post {
        to: Destination::Channel { provider: provider.to_owned(), channel: world.channel.clone() },
        under: None,
        delivery: SendKey::from(delivery),
        message: carrying(message, delivery),
        form: Form::Rich,
    }
}

/// Buttons carry the delivery that the message is, so the message has to know it.
pub(super) fn carrying(mut message: Message, delivery: &str) -> Message {
    let alert = match &mut message {
        Message::Alert(alert) => Some(alert),
        Message::Escalation(page) => Some(&mut page.alert),
        Message::Direct(page) => Some(&mut page.alert),
        Message::Notice(notice) => notice.alert.as_mut(),
        Message::Prompt(prompt) => Some(&mut prompt.alert),
        Message::Digest(digest) => {
            digest.delivery = SendKey::from(delivery);
            None
        }
    };
    if let Some(alert) = alert {
        alert.delivery = SendKey::from(delivery);
    }
    message
}
