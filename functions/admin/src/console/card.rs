//! A message of the inbox, as its template shows it.

use nightowl_inbox::inbound::Press;
use nightowl_inbox::render::{self, Stored, is_web_address};
use nightowl_inbox::wire;
use nightowl_messaging::{
    ActionId, AlertMessage, Button, ButtonValue, DigestMember, DigestMessage, LoggedMessage,
    Message, Person, Snooze,
};

use super::visit::Visit;
use super::when::{Watch, When};
use crate::Needs;

const NEWER: &str = "This message was written by a newer NightOwl.";

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
    /// The label and the address of a way on.
    pub(crate) link: Option<(String, String)>,
    pub(crate) alert: Option<AlertView>,
    /// Of a digest: a line for each alert in it.
    pub(crate) members: Vec<MemberView>,
    pub(crate) all: Option<ButtonView>,
    /// Oldest first.
    pub(crate) replies: Vec<Reply>,
}

/// What was said under a card.
pub(crate) struct Reply {
    pub(crate) id: String,
    pub(crate) posted: When,
    pub(crate) says: String,
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
    /// What the snooze menu does at once; empty: there is none.
    pub(crate) snooze: Vec<ButtonView>,
    /// The note form is on the page of the alert: here it would be gone with the next news.
    pub(crate) takes_note: bool,
    pub(crate) superseded_by: Option<String>,
}

/// One alert of a digest.
pub(crate) struct MemberView {
    pub(crate) href: String,
    pub(crate) short_id: String,
    pub(crate) title: String,
    pub(crate) severity: &'static str,
    pub(crate) standing: String,
    pub(crate) button: Option<ButtonView>,
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
        let id = format!("m-{}", message.id.replace('.', "-"));
        let mut card = Self {
            // Times and buttons are the reader's own.
            rev: format!("{}-{}", message.revision, visit.presser().user),
            posted: watch.show(message.posted_at),
            says: None,
            link: None,
            alert: None,
            members: Vec::new(),
            all: None,
            replies: Vec::new(),
            id,
        };
        match wire::decode(&message.body) {
            Some(Stored::Rich(said)) => {
                card.says = render::says(&said);
                let shown = said.alert().map(|alert| alert_view(&watch, alert));
                let maker = Maker { visit, card: &card.id, message, nonce };
                if let Message::Digest(digest) = &*said {
                    card.says = Some(digest.headline());
                    let members = digest.members.iter();
                    card.members = members.map(|one| maker.member(digest, one)).collect();
                    card.all = maker.all(digest);
                }
                card.alert = shown.zip(said.alert()).map(|(view, alert)| AlertView {
                    buttons: maker.buttons(alert),
                    snooze: maker.snooze(alert),
                    takes_note: alert.buttons.contains(&Button::Note),
                    ..view
                });
            }
            Some(Stored::Plain(text)) => card.says = Some(text),
            Some(Stored::Whisper { text, link }) => {
                card.says = Some(text);
                card.link = link
                    .filter(|link| is_web_address(&link.url))
                    .map(|link| (link.label, link.url));
            }
            None => {
                card.says = Some(NEWER.to_owned());
            }
        }
        card
    }

    /// Puts what was said under it there.
    pub(crate) fn with_replies<N: Needs>(
        mut self,
        visit: &Visit<N>,
        replies: &[&LoggedMessage],
    ) -> Self {
        let watch = visit.watch();
        for message in replies {
            let says = match wire::decode(&message.body) {
                Some(Stored::Rich(said)) => render::says(&said).unwrap_or_default(),
                Some(Stored::Plain(text) | Stored::Whisper { text, .. }) => text,
                None => NEWER.to_owned(),
            };
            let id = format!("m-{}", message.id.replace('.', "-"));
            self.rev = format!("{}-{}.{}", self.rev, message.id, message.revision);
            self.replies.push(Reply { id, posted: watch.show(message.posted_at), says });
        }
        self
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
        snooze: Vec::new(),
        takes_note: false,
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

/// Makes the buttons of one message, signed for this visit.
struct Maker<'m, N> {
    visit: &'m Visit<N>,
    card: &'m str,
    message: &'m LoggedMessage,
    nonce: &'m str,
}

impl<N: Needs> Maker<'_, N> {
    fn buttons(&self, alert: &AlertMessage) -> Vec<ButtonView> {
        let acts = alert.buttons.iter().filter_map(|button| match button {
            Button::Acknowledge => Some((ActionId::Acknowledge, "Acknowledge")),
            Button::Unacknowledge => Some((ActionId::Unacknowledge, "Unacknowledge")),
            Button::Escalate => Some((ActionId::Escalate, "Escalate")),
            Button::Resolve => Some((ActionId::Resolve, "Resolve")),
            // A menu, a form and a link.
            Button::Snooze | Button::Note | Button::Runbook | Button::AcknowledgeAll => None,
        });
        acts.map(|(action, label)| self.of_alert(alert, action, None, label)).collect()
    }

    fn member(&self, digest: &DigestMessage, member: &DigestMember) -> MemberView {
        let act = match member.button {
            Some(Button::Acknowledge) => Some((ActionId::Acknowledge, "Acknowledge")),
            Some(Button::Resolve) => Some((ActionId::Resolve, "Resolve")),
            Some(
                Button::Unacknowledge
                | Button::Escalate
                | Button::Snooze
                | Button::Note
                | Button::Runbook
                | Button::AcknowledgeAll,
            )
            | None => None,
        };
        let button = act.map(|(action, label)| {
            let id = format!("{}-{}-{}", self.card, action.name(), member.place);
            self.button(id, digest.value_of(member), action, None, label)
        });
        MemberView {
            href: format!("/console/alerts/{}", member.alert_id),
            short_id: member.short_id.clone(),
            title: member.title.clone(),
            severity: member.severity.name(),
            standing: member.standing.clone(),
            button,
        }
    }

    fn all(&self, digest: &DigestMessage) -> Option<ButtonView> {
        let action = ActionId::AcknowledgeAll;
        digest.has_unacknowledged().then(|| {
            let id = format!("{}-{}", self.card, action.name());
            self.button(id, digest.value_of_all(), action, None, "Acknowledge all")
        })
    }

    fn snooze(&self, alert: &AlertMessage) -> Vec<ButtonView> {
        if !alert.buttons.contains(&Button::Snooze) {
            return Vec::new();
        }
        let at_once = Snooze::ALL.into_iter().filter(|choice| match choice {
            Snooze::HalfHour | Snooze::TwoHours | Snooze::Morning => true,
            // Asks for a moment, on the page of the alert.
            Snooze::Until => false,
        });
        at_once
            .map(|choice| self.of_alert(alert, ActionId::Snooze, Some(choice), choice.label()))
            .collect()
    }

    fn of_alert(
        &self,
        alert: &AlertMessage,
        action: ActionId,
        choice: Option<Snooze>,
        label: &'static str,
    ) -> ButtonView {
        let value = ButtonValue {
            alert_id: alert.alert_id.clone(),
            delivery: alert.delivery.clone(),
            round: alert.round,
            tier: alert.tier,
        };
        let (card, name) = (self.card, action.name());
        let id = match choice {
            Some(choice) => format!("{card}-{name}-{}", choice.name()),
            None => format!("{card}-{name}"),
        };
        self.button(id, value, action, choice, label)
    }

    fn button(
        &self,
        id: String,
        value: ButtonValue,
        action: ActionId,
        choice: Option<Snooze>,
        label: &'static str,
    ) -> ButtonView {
        let press = Press {
            action,
            choice,
            value,
            channel: self.message.channel.clone(),
            message: self.message.id.clone(),
            shown_at: self.visit.now,
            nonce: self.nonce.to_owned(),
        };
        let key = &self.visit.console().session_key;
        let (body, signature) = press.sign(key, &self.visit.presser());
        ButtonView { id, label, name: action.name(), body, signature }
    }
}
