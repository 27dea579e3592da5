//! What is said, without a platform's form. All text fields are untrusted and plain: each provider
//! escapes them for its own markup.

use jiff::tz::TimeZone;
use nightowl_domain::{Destination, MessageRef, SendKey, Severity, Time};

/// One post.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    pub to: Destination,
    /// The message, in the same channel, that this is a reply to.
    pub under: Option<MessageRef>,
    /// Carried invisibly with the message, so that `find` recognises it.
    pub delivery: SendKey,
    pub message: Message,
    pub form: Form,
}

/// `Plain` after a platform refused the rich one: text only, nothing that could be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Rich,
    Plain,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The card.
    Alert(AlertMessage),
    /// A page through a channel.
    Escalation(EscalationMessage),
    /// A page to one person: the alert with its buttons, addressed.
    Direct(DirectMessage),
    Notice(NoticeMessage),
    /// Asks one person for something about an alert that is over: its only button opens a form.
    Prompt(PromptMessage),
    /// Many alerts, a line each, where the channel cannot take a card for each.
    Digest(DigestMessage),
}

/// A person as a message shows them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// The platform's user id for a mention, if known.
    pub user_ref: Option<String>,
}

/// The alert as it stands now. Everything that people see of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertMessage {
    pub alert_id: String,
    /// As people read it, in upper case.
    pub short_id: String,
    pub tenant: String,
    pub integration: String,
    pub title: String,
    pub severity: Severity,
    /// `firing`, `acknowledged`, `snoozed`, `resolved`.
    pub status: &'static str,
    pub cluster: Option<String>,
    pub namespace: Option<String>,
    pub service: Option<String>,
    pub description: String,
    /// Labels that are not shown as a field of their own, in order.
    pub labels: Vec<(String, String)>,
    pub count: u32,
    /// In which moments are told, by its IANA name: that of those who are on call.
    pub zone: String,
    pub fired_at: Time,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<Time>,
    pub resolved_by: Option<String>,
    pub resolved_at: Option<Time>,
    pub resolution: Option<String>,
    pub snoozed_until: Option<Time>,
    pub runbook_title: Option<String>,
    pub runbook_url: Option<String>,
    /// Title and address of further links, http(s) only.
    pub links: Vec<(String, String)>,
    pub primary_on_call: Option<Person>,
    pub secondary_on_call: Option<Person>,
    /// One sentence on where the escalation is: "Tier 2 of 2, round 1 of 3: paging Bob; next at
    /// 12:05 UTC" or "Nobody answered".
    pub escalation: String,
    /// From 0; what an escalate button shows and says.
    pub round: u32,
    pub tier: u32,
    /// Which buttons make sense now, in order.
    pub buttons: Vec<Button>,
    /// The short id of the alert that came after this one, in upper case.
    pub superseded_by: Option<String>,
    /// Deep link into the console.
    pub alert_url: Option<String>,
    /// The delivery that this message is or edits; buttons carry it.
    pub delivery: SendKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    Acknowledge,
    Unacknowledge,
    Escalate,
    Resolve,
    /// A menu of [`Snooze::ALL`].
    Snooze,
    /// Opens a form for a note.
    Note,
    /// A link, where there is one; never an action.
    Runbook,
    /// Of a digest: all of its members.
    AcknowledgeAll,
}

/// What the snooze menu offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Snooze {
    HalfHour,
    TwoHours,
    /// Until 9:00, in the zone of whoever chooses it.
    Morning,
    /// Opens a form that asks until when.
    Until,
}

impl Snooze {
    pub const ALL: [Self; 4] = [Self::HalfHour, Self::TwoHours, Self::Morning, Self::Until];

    /// Letters and digits only; what comes back with the choice.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfHour => "30m",
            Self::TwoHours => "2h",
            Self::Morning => "morning",
            Self::Until => "until",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::HalfHour => "for 30 minutes",
            Self::TwoHours => "for 2 hours",
            Self::Morning => "until 9:00",
            Self::Until => "until …",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == word)
    }
}

/// A page through a channel: it names whom it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct EscalationMessage {
    pub alert: AlertMessage,
    /// From 1.
    pub tier: u32,
    /// "Tier 1: oncall_primary".
    pub tier_label: String,
    /// `None`: nobody could be found; `because` says whom and why.
    pub target: Option<Person>,
    /// `messaging_channel` …
    pub notify_method: &'static str,
    /// Until the next tier; 0 if that one is told already.
    pub timeout_minutes: f64,
    pub because: Option<String>,
    /// Once the page calls nobody any more: whom it was for and how the alert stands now, in two
    /// sentences. Said instead of the call, and nobody is mentioned.
    pub standing: Option<String>,
}

/// A page to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectMessage {
    pub alert: AlertMessage,
    /// Why this person is woken; once that is over, how the alert stands now.
    pub text: String,
    /// `critical` or `normal`.
    pub urgency: &'static str,
}

/// One thing said once, about an alert or about NightOwl itself.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeMessage {
    pub text: String,
    /// Shown with the alert's title and short id where it is about one.
    pub alert: Option<AlertMessage>,
}

/// Asked once the alert is over.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptMessage {
    /// Its buttons are [`Button::Note`] alone.
    pub alert: AlertMessage,
    /// The question, in a sentence or two.
    pub text: String,
}

/// Alerts that have no card of their own, the worst first. At most 30, so that all of them fit.
#[derive(Clone, Debug, PartialEq)]
pub struct DigestMessage {
    /// What its buttons name; a member by its place besides.
    pub digest_id: String,
    pub members: Vec<DigestMember>,
    /// The delivery that this message is or edits; buttons carry it.
    pub delivery: SendKey,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DigestMember {
    /// In the order in which they joined; it never changes.
    pub place: u32,
    pub alert_id: String,
    /// As people read it, in upper case.
    pub short_id: String,
    pub title: String,
    pub severity: Severity,
    /// `firing`, `acknowledged`, `snoozed`, `resolved`.
    pub status: &'static str,
    /// "firing, tier 2", "acknowledged by Alice".
    pub standing: String,
    /// What makes most sense now: to acknowledge it, to resolve it, or nothing.
    pub button: Option<Button>,
    /// Deep link into the console.
    pub alert_url: Option<String>,
}

impl DigestMessage {
    /// "14 more alerts, the worst first: 3 firing, 11 resolved".
    pub fn headline(&self) -> String {
        let counted = ["firing", "acknowledged", "snoozed", "resolved"].map(|status| {
            let count = self.members.iter().filter(|member| member.status == status).count();
            (count, status)
        });
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        let counted: Vec<String> =
            counted.map(|(count, status)| format!("{count} {status}")).collect();
        let alerts = if self.members.len() == 1 { "alert" } else { "alerts, the worst first" };
        format!("{} more {alerts}: {}", self.members.len(), counted.join(", "))
    }

    /// Of what is still to be done about it; of an empty one as of one that is over.
    pub fn worst(&self) -> (&'static str, Severity) {
        let worst = self.members.first();
        worst.map_or(("resolved", Severity::Info), |worst| (worst.status, worst.severity))
    }

    /// What a button of this member says.
    pub fn value_of(&self, member: &DigestMember) -> ButtonValue {
        self.value(member.place)
    }

    /// What the buttons for all say.
    pub fn value_of_all(&self) -> ButtonValue {
        self.value(0)
    }

    /// Whether anything could be acknowledged.
    pub fn has_unacknowledged(&self) -> bool {
        self.members.iter().any(|member| member.button == Some(Button::Acknowledge))
    }

    fn value(&self, place: u32) -> ButtonValue {
        ButtonValue {
            alert_id: self.digest_id.clone(),
            delivery: self.delivery.clone(),
            round: 0,
            tier: place,
        }
    }
}

/// What a click on a button of a message says about it: the parts a provider puts into the button
/// and reads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonValue {
    /// Of an alert, or of a digest.
    pub alert_id: String,
    pub delivery: SendKey,
    pub round: u32,
    /// Of a digest: which member.
    pub tier: u32,
}

impl ButtonValue {
    /// `v1|alert id|delivery|round|tier`: under 100 characters.
    pub fn encode(&self) -> String {
        format!("v1|{}|{}|{}|{}", self.alert_id, self.delivery, self.round, self.tier)
    }

    /// `None` for anything that [`ButtonValue::encode`] cannot have written.
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        let (version, alert_id, delivery) = (parts.next()?, parts.next()?, parts.next()?);
        let (round, tier) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        if version != "v1" || parts.next().is_some() || alert_id.is_empty() {
            return None;
        }
        Some(Self { alert_id: alert_id.to_owned(), delivery: delivery.into(), round, tier })
    }
}

impl AlertMessage {
    /// `2026-09-21 16:05 CEST`, for a platform that has no mark for the reader's own zone.
    pub fn moment(&self, time: Time) -> String {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        time.timestamp().to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
    }
}

impl Message {
    /// The alert it is about, if any.
    pub fn alert(&self) -> Option<&AlertMessage> {
        match self {
            Self::Alert(alert) => Some(alert),
            Self::Escalation(page) => Some(&page.alert),
            Self::Direct(page) => Some(&page.alert),
            Self::Notice(notice) => notice.alert.as_ref(),
            Self::Prompt(prompt) => Some(&prompt.alert),
            Self::Digest(_) => None,
        }
    }
}
