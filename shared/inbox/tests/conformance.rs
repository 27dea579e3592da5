//! The inbox in the suite that every provider is put through, over a log in memory that can be
//! told to fail. Nobody calls the inbox from outside: a press in the console is the callback, and
//! `presses.rs` has the same cases for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Tenant, Time, User};
use nightowl_inbox::render::{self, Stored};
use nightowl_inbox::{Inbox, NAME, personal_channel, root_of, wire};
use nightowl_messaging::conformance::{
    Callbacks, Fault, Seen, SeenButton, Subject, Verb, Whispered, World,
};
use nightowl_messaging::{
    AlertMessage, Button, ButtonValue, ChatUser, DigestMessage, Form, LogError, LoggedMessage,
    Message, MessageLog, NoticeMessage, Post, Provider, ProviderError, Snooze, WayOn, Whisper,
};

nightowl_messaging::provider_conformance!(Desk);

const NOW: Time = Time::from_seconds(1_790_000_000);
const TENANT: &str = "acme";

/// An inbox and the log behind it.
struct Desk {
    inbox: Inbox,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    /// Oldest first.
    messages: Vec<LoggedMessage>,
    fault: Option<(Verb, Fault)>,
    held: Vec<LoggedMessage>,
    is_down: bool,
}

impl Log {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().expect("no test panics while it holds the rows")
    }
}

impl Rows {
    /// The fault that this call meets, taken away unless it stays.
    fn meet(&mut self, verbs: &[Verb]) -> Option<Fault> {
        let met = self.fault.take_if(|(verb, _)| verbs.contains(verb));
        let fault = met.map(|(_, fault)| fault);
        self.is_down |= fault == Some(Fault::Unreachable);
        if self.is_down { Some(Fault::Unreachable) } else { fault }
    }

    fn put(&mut self, message: LoggedMessage) {
        if !self.messages.iter().any(|known| known.id == message.id) {
            self.messages.push(message);
        }
    }
}

fn lost() -> LogError {
    LogError::Unknown("no answer".to_owned())
}

fn down() -> LogError {
    LogError::Unavailable("nothing listens".to_owned())
}

#[async_trait]
impl MessageLog for Log {
    async fn append(&self, tenant: &str, message: LoggedMessage) -> Result<String, LogError> {
        assert_eq!(tenant, TENANT);
        let mut rows = self.rows();
        let id = message.id.clone();
        match rows.meet(&[Verb::Post, Verb::Whisper]) {
            None => rows.put(message),
            Some(Fault::LostAnswer) => {
                rows.put(message);
                return Err(lost());
            }
            Some(Fault::LandsLate) => {
                rows.held.push(message);
                return Err(lost());
            }
            Some(Fault::Unreachable) => return Err(down()),
            Some(_) => return Err(lost()),
        }
        Ok(id)
    }

    async fn replace(
        &self,
        tenant: &str,
        channel: &str,
        id: &str,
        body: String,
    ) -> Result<bool, LogError> {
        assert_eq!(tenant, TENANT);
        let mut rows = self.rows();
        let fault = rows.meet(&[Verb::Update]);
        match fault {
            None | Some(Fault::LostAnswer) => {}
            Some(Fault::NoMessage) => return Ok(false),
            Some(Fault::Unreachable) => return Err(down()),
            Some(_) => return Err(lost()),
        }
        let found = rows.messages.iter_mut().find(|row| row.channel == channel && row.id == id);
        let Some(row) = found else { return Ok(false) };
        row.body = body;
        row.revision += 1;
        if fault.is_none() { Ok(true) } else { Err(lost()) }
    }

    async fn list(
        &self,
        tenant: &str,
        channel: &str,
        limit: usize,
    ) -> Result<Vec<LoggedMessage>, LogError> {
        assert_eq!(tenant, TENANT);
        let rows = self.rows();
        let of_channel = rows.messages.iter().rev().filter(|row| row.channel == channel);
        Ok(of_channel.take(limit).cloned().collect())
    }

    async fn find(
        &self,
        tenant: &str,
        channel: &str,
        delivery: &SendKey,
    ) -> Result<Option<String>, LogError> {
        assert_eq!(tenant, TENANT);
        let mut rows = self.rows();
        match rows.meet(&[Verb::Find]) {
            None => {}
            Some(Fault::Unreachable) => return Err(down()),
            Some(_) => return Err(lost()),
        }
        let mut of_channel = rows.messages.iter().filter(|row| row.channel == channel);
        Ok(of_channel.find(|row| row.delivery == *delivery).map(|row| row.id.clone()))
    }
}

#[async_trait]
impl Subject for Desk {
    async fn fresh() -> Self {
        let user = |id: &str, name: &str| User {
            id: id.to_owned(),
            name: name.to_owned(),
            email: Some(format!("{id}@example.com")),
            timezone: None,
            handles: BTreeMap::new(),
        };
        let tenant = Tenant {
            slug: TENANT.to_owned(),
            name: "Acme".to_owned(),
            users: vec![user("alice", "Alice"), user("bob", "Bob")],
            ..Tenant::default()
        };
        let log = Arc::new(Log::default());
        let inbox = Inbox::new(&tenant, log.clone(), Arc::new(|| NOW));
        Self { inbox, log }
    }

    fn provider(&self) -> &dyn Provider {
        &self.inbox
    }

    fn world(&self) -> World {
        let person = |id: &str, name: &str| ChatUser {
            user: id.to_owned(),
            email: Some(format!("{id}@example.com")),
            name: name.to_owned(),
            ..ChatUser::default()
        };
        World {
            channel: "#alerts".to_owned(),
            channel_id: "alerts".to_owned(),
            no_channel: Some("@alice".to_owned()),
            person: person("alice", "Alice"),
            person_ref: "alice".to_owned(),
            stranger: Some(person("mallory", "Mallory")),
            workspace: TENANT.to_owned(),
            secrets: Vec::new(),
        }
    }

    async fn script(&self, verb: Verb, fault: Fault) -> bool {
        let can = match fault {
            Fault::LostAnswer | Fault::Hangs | Fault::BrokeInside | Fault::Unreachable => {
                matches!(verb, Verb::Post | Verb::Update | Verb::Whisper | Verb::Find)
            }
            Fault::LandsLate => matches!(verb, Verb::Post | Verb::Whisper),
            Fault::NoMessage => verb == Verb::Update,
            Fault::Status { .. }
            | Fault::RateLimited { .. }
            | Fault::Nonsense
            | Fault::RefusesContent
            | Fault::BadCredentials
            | Fault::NoPermission
            | Fault::NoChannel
            | Fault::Echo => false,
        };
        if can {
            self.log.rows().fault = Some((verb, fault));
        }
        can
    }

    async fn land(&self) {
        let mut rows = self.log.rows();
        for message in std::mem::take(&mut rows.held) {
            rows.put(message);
        }
    }

    async fn somebody_else_posts(&self, _: &Destination, _: &SendKey) -> bool {
        false
    }

    async fn delete(&self, at: &MessageRef) -> bool {
        self.log.rows().messages.retain(|row| row.id != at.message);
        true
    }

    async fn seen(&self) -> Vec<Seen> {
        let rows = self.log.rows();
        rows.messages.iter().filter(|row| whisper_of(row).is_none()).map(seen).collect()
    }

    async fn whispered(&self) -> Vec<Whispered> {
        let rows = self.log.rows();
        rows.messages.iter().filter_map(whisper_of).collect()
    }

    fn now(&self) -> Time {
        NOW
    }

    fn debug(&self) -> String {
        format!("{:?}", self.inbox)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        None
    }
}

fn person_of(channel: &str) -> Option<String> {
    channel.strip_prefix('@').map(str::to_owned)
}

/// What is said to one person without being about an alert.
fn whisper_of(row: &LoggedMessage) -> Option<Whispered> {
    let user_ref = person_of(&row.channel)?;
    let Some(Stored::Whisper { text, link }) = wire::decode(&row.body) else { return None };
    let text = [Some(text), link.as_ref().map(|link| link.label.clone())];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let links = link.into_iter().map(|link| link.url).collect();
    let (mentions, markup) = (Vec::new(), Vec::new());
    Some(Whispered { channel: row.channel.clone(), user_ref, text, mentions, links, markup })
}

/// As the console shows it: all fields are text there, and only addresses and buttons are more.
fn seen(row: &LoggedMessage) -> Seen {
    let mut seen = Seen {
        at: MessageRef {
            provider: NAME.to_owned(),
            channel: row.channel.clone(),
            message: row.id.clone(),
        },
        delivery: Some(row.delivery.clone()),
        text: String::new(),
        mentions: Vec::new(),
        links: Vec::new(),
        markup: Vec::new(),
        buttons: Vec::new(),
        direct_to: person_of(&row.channel),
        under: root_of(&row.id).map(str::to_owned),
    };
    match wire::decode(&row.body).expect("our own body is read") {
        Stored::Plain(text) | Stored::Whisper { text, .. } => seen.text = text,
        Stored::Rich(message) => {
            let mut lines: Vec<String> = render::says(&message).into_iter().collect();
            if let Some(alert) = message.alert() {
                lines.extend(lines_of(alert));
                seen.links.extend(alert.links.iter().map(|(_, url)| url.clone()));
                seen.links.extend(alert.alert_url.clone());
                seen.buttons = alert.buttons.iter().map(|button| shown(*button, alert)).collect();
            }
            if let Message::Digest(digest) = &*message {
                seen.links.extend(digest.members.iter().filter_map(|one| one.alert_url.clone()));
                seen.buttons = of_digest(digest);
            }
            seen.text = lines.join("\n");
        }
    }
    seen
}

fn of_digest(digest: &DigestMessage) -> Vec<SeenButton> {
    let made = |button: Button, value: ButtonValue| SeenButton {
        button,
        label: format!("{button:?}"),
        value: Some(value),
        url: None,
        choices: Vec::new(),
    };
    let each = digest.members.iter();
    let each = each.filter_map(|member| Some(made(member.button?, digest.value_of(member))));
    let all =
        digest.has_unacknowledged().then(|| made(Button::AcknowledgeAll, digest.value_of_all()));
    each.chain(all).collect()
}

fn lines_of(alert: &AlertMessage) -> Vec<String> {
    let mut lines: Vec<String> = [
        alert.severity.name(),
        alert.status,
        &alert.short_id,
        &alert.title,
        &alert.description,
        &alert.escalation,
        &alert.integration,
    ]
    .map(str::to_owned)
    .to_vec();
    let optional = [
        &alert.cluster,
        &alert.namespace,
        &alert.service,
        &alert.acknowledged_by,
        &alert.resolved_by,
        &alert.resolution,
        &alert.runbook_title,
        &alert.superseded_by,
    ];
    lines.extend(optional.into_iter().flatten().cloned());
    let people = [&alert.primary_on_call, &alert.secondary_on_call];
    lines.extend(people.into_iter().flatten().map(|person| person.name.clone()));
    lines.extend(alert.labels.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(alert.links.iter().map(|(title, _)| title.clone()));
    lines
}

fn shown(button: Button, alert: &AlertMessage) -> SeenButton {
    let is_link = button == Button::Runbook;
    let value = ButtonValue {
        alert_id: alert.alert_id.clone(),
        delivery: alert.delivery.clone(),
        round: alert.round,
        tier: alert.tier,
    };
    SeenButton {
        button,
        label: format!("{button:?}"),
        value: (!is_link).then_some(value),
        url: alert.runbook_url.clone().filter(|_| is_link),
        choices: if button == Button::Snooze { Snooze::ALL.to_vec() } else { Vec::new() },
    }
}

/// What was said to one person is in no channel, and what a channel is called names no person.
#[tokio::test]
async fn a_person_who_is_not_configured_cannot_be_written_to() {
    let desk = Desk::fresh().await;
    let told = desk.inbox.whisper("alerts", "mallory", &Whisper::say("psst")).await;
    assert!(told.is_err());
    assert!(desk.log.rows().messages.is_empty());
    assert_eq!(personal_channel("alice"), "@alice");
    assert!(desk.inbox.resolve_channel("@alice").await.is_err());
}

#[tokio::test]
async fn what_is_stored_reads_back_as_it_was() {
    for (kind, message) in nightowl_messaging::conformance::every_message("zorn\n\"ü", None) {
        let stored = render::stored(&message, nightowl_messaging::Form::Rich);
        assert_eq!(stored, Stored::Rich(Box::new(message)), "{kind}: benign text is kept whole");
        assert_eq!(wire::decode(&wire::encode(&stored)), Some(stored), "{kind}");
    }
    let newer =
        wire::encode(&Stored::Plain("a".to_owned())).replace("\"format\":1", "\"format\":2");
    assert_eq!(wire::decode(&newer), None);
}

fn notice(key: &str, under: Option<MessageRef>) -> Post {
    Post {
        to: Destination::Channel { provider: NAME.to_owned(), channel: "alerts".to_owned() },
        under,
        delivery: key.into(),
        message: Message::Notice(NoticeMessage { text: key.to_owned(), alert: None }),
        form: Form::Rich,
    }
}

/// An edit replaces all that is stored of a reply but its place.
#[tokio::test]
async fn a_reply_stays_under_its_root() {
    let desk = Desk::fresh().await;
    let root = desk.inbox.post(&notice("card", None)).await.expect("posted");
    let reply = desk.inbox.post(&notice("reply", Some(root.clone()))).await.expect("posted");
    let again = desk.inbox.post(&notice("reply", Some(root.clone()))).await.expect("posted");
    assert_eq!(again, reply, "once");
    let edited = Message::Notice(NoticeMessage { text: "edited".to_owned(), alert: None });
    desk.inbox.update(&reply, &edited).await.expect("edited");
    // A thread is one level deep, whatever a reply is said to be under.
    let deeper = desk.inbox.post(&notice("deeper", Some(reply.clone()))).await.expect("posted");
    let elsewhere = MessageRef { channel: "other".to_owned(), ..root.clone() };
    let stray = desk.inbox.post(&notice("stray", Some(elsewhere))).await.expect("posted");
    let foreign = MessageRef { provider: "slack".to_owned(), ..root.clone() };
    let foreign = desk.inbox.post(&notice("foreign", Some(foreign))).await.expect("posted");
    let under = |at: &MessageRef| root_of(&at.message).map(str::to_owned);
    assert_eq!(under(&reply), Some(root.message.clone()));
    assert_eq!(under(&deeper), Some(root.message.clone()));
    assert_eq!([under(&root), under(&stray), under(&foreign)], [None, None, None]);
    let seen = desk.seen().await;
    let texts: Vec<(&str, Option<&str>)> =
        seen.iter().map(|seen| (seen.text.as_str(), seen.under.as_deref())).collect();
    assert_eq!(texts[1], ("edited", Some(root.message.as_str())));
}

#[tokio::test]
async fn a_whisper_may_carry_a_way_on_and_no_other_link() {
    let desk = Desk::fresh().await;
    for (url, expected) in
        [("https://owl.example.com/console/link?t=1", 1), ("javascript:alert(1)", 0)]
    {
        let link = Some(WayOn { label: "Link".to_owned(), url: url.to_owned() });
        let whisper = Whisper { text: "who are you?".to_owned(), link };
        desk.inbox.whisper("alerts", "alice", &whisper).await.expect("told");
        let told = desk.whispered().await.pop().expect("it is there");
        assert_eq!((told.user_ref.as_str(), told.links.len()), ("alice", expected), "{url}");
        desk.log.rows().messages.clear();
    }
}

#[tokio::test]
async fn forms_are_the_console_s_own() {
    let desk = Desk::fresh().await;
    let opener = nightowl_messaging::Opener {
        trigger: nightowl_messaging::Secret::new("t"),
        user_ref: "alice".to_owned(),
        channel_id: "alerts".to_owned(),
    };
    let form = nightowl_messaging::FormDef {
        title: "Note".to_owned(),
        intro: String::new(),
        submit: "Keep".to_owned(),
        fields: Vec::new(),
    };
    let state = nightowl_messaging::FormState {
        form: nightowl_messaging::FormId::Note,
        value: ButtonValue {
            alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
            delivery: "key".into(),
            round: 0,
            tier: 0,
        },
        channel_id: "alerts".to_owned(),
        message_id: "m".to_owned(),
    };
    let refused = desk.inbox.open_form(&opener, &form, &state).await;
    assert!(matches!(refused, Err(ProviderError::Cannot { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_check_posts_and_edits_and_says_what_is_wrong() {
    let desk = Desk::fresh().await;
    let checkup = desk.inbox.check("#alerts").await.expect("it answers");
    let names: Vec<&str> = checkup.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, ["channel", "post", "edit"]);
    assert!(checkup.checks.iter().all(|check| check.ok), "{checkup:?}");
    assert_eq!(checkup.workspace.name, "Acme");
    assert!(desk.seen().await[0].text.contains("Everything works"), "it was edited");
    let checkup = desk.inbox.check("@alice").await.expect("it answers");
    assert!(matches!(checkup.checks.as_slice(), [only] if !only.ok && !only.hint.is_empty()));
    desk.script(Verb::Post, Fault::Unreachable).await;
    let checkup = desk.inbox.check("alerts").await.expect("it answers");
    let (last, before) = checkup.checks.split_last().expect("some");
    assert!(before.iter().all(|check| check.ok) && !last.ok && last.name == "post");
}
