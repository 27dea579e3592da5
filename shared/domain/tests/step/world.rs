//! One series of one tenant, and everything that happens to it.

use std::collections::BTreeMap;
use std::time::Duration;

use nightowl_domain::*;

pub(crate) const START: Time = Time::from_seconds(1_763_726_400);

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
pub(crate) const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

pub(crate) fn person(id: &str) -> Actor {
    let mut name = id.to_owned();
    name[..1].make_ascii_uppercase();
    Actor::User { id: id.to_owned(), name }
}

pub(crate) fn tier(via: &[Method], targets: &[Target]) -> Tier {
    Tier {
        timeout: minutes(5),
        notify_via: via.to_vec(),
        targets: targets.to_vec(),
        provider: None,
    }
}

pub(crate) fn user(id: &str) -> Target {
    Target::User(id.to_owned())
}

/// Two tiers, two rounds, on slack: Alice by direct message, then Bob by message and channel.
fn policy() -> Policy {
    Policy {
        id: "default".to_owned(),
        repeat: 1,
        ack_timeout: Some(minutes(60)),
        reopen_after: minutes(60),
        tiers: vec![
            tier(&[Method::MessagingDm], &[user("alice")]),
            tier(&[Method::MessagingDm, Method::MessagingChannel], &[user("bob")]),
        ],
    }
}

fn tenant() -> Tenant {
    let users = ["alice", "bob"].map(|id| User {
        id: id.to_owned(),
        name: person(id).show(),
        email: None,
        timezone: None,
        handles: BTreeMap::new(),
    });
    Tenant {
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        hash: "c1".to_owned(),
        provider: Some("slack".to_owned()),
        default_channels: BTreeMap::from([
            ("inbox".to_owned(), "alerts".to_owned()),
            ("slack".to_owned(), "#ops".to_owned()),
        ]),
        allow_unlinked: false,
        thread_replies: std::collections::BTreeSet::new(),
        users: users.to_vec(),
        schedules: Vec::new(),
        policies: vec![policy()],
        integrations: vec![Integration {
            id: "prometheus".to_owned(),
            format: "alertmanager".to_owned(),
            policy: "default".to_owned(),
            schedule: None,
            provider: None,
            channel: None,
            default_severity: Severity::Warning,
            cards_per_minute: None,
        }],
    }
}

/// What one event did.
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    pub(crate) wrote: bool,
}

impl Taken {
    pub(crate) fn code(&self) -> &'static str {
        match &self.outcome {
            Outcome::Applied { .. } => "applied",
            Outcome::Ignored(reason) => reason.code(),
        }
    }
    pub(crate) fn granted(&self) -> Vec<ClaimMode> {
        match &self.outcome {
            Outcome::Applied { granted } => granted.iter().map(|(_, mode)| *mode).collect(),
            Outcome::Ignored(_) => Vec::new(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) skew: Skew,
    pub(crate) now: Time,
    /// All occurrences, the oldest first.
    pub(crate) series: Vec<Alert>,
    pub(crate) details: BTreeMap<String, Details>,
    pub(crate) drawn: u32,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            tenant: tenant(),
            skew: Skew::NONE,
            now: START,
            series: Vec::new(),
            details: BTreeMap::new(),
            drawn: 0,
        }
    }
    pub(crate) fn with_clocks_that_differ() -> Self {
        Self { skew: Skew::CLOUD, ..Self::new() }
    }
    /// Every turn is told under the card.
    pub(crate) fn that_replies(mut self) -> Self {
        self.tenant.thread_replies = Turn::ALL.into();
        self
    }
    /// Its card has a channel of its own, which may go.
    pub(crate) fn with_a_channel(mut self) -> Self {
        self.tenant.integrations[0].channel = Some("#db".to_owned());
        self
    }
    /// Firing, its card and first page posted.
    pub(crate) fn firing() -> Self {
        let mut world = Self::new();
        world.fire();
        world.deliver();
        world
    }

    pub(crate) fn policy(&mut self) -> &mut Policy {
        &mut self.tenant.policies[0]
    }
    pub(crate) fn alert(&self) -> &Alert {
        self.series.last().expect("an alert")
    }
    pub(crate) fn pass(&mut self, span: Duration) -> &mut Self {
        self.now = self.now + span;
        self
    }

    pub(crate) fn draw(&mut self, what: &str) -> String {
        self.drawn += 1;
        format!("{what}{}", self.drawn)
    }

    pub(crate) fn event(&mut self, actor: Actor, received: Time, kind: EventKind) -> Event {
        Event {
            id: EventId::from(self.draw("e")),
            received: Received { at: received, position: 0 },
            actor,
            kind,
        }
    }

    /// Applies to the occurrence at `index`, or to none.
    pub(crate) fn step_at(&mut self, index: Option<usize>, event: &Event) -> Taken {
        let write = WriteId::from(self.draw("w"));
        let tenant = &self.tenant;
        let plan = Plan {
            tenant,
            policy: &tenant.policies[0],
            policy_config: &tenant.hash,
            policy_replaced: false,
            integration: tenant.integrations.first(),
        };
        let before = index.map(|index| &self.series[index]);
        let Step { change, outcome } =
            step(before, event, self.now, self.skew, plan, "acme", &write);
        let wrote = change != Change::None;
        match change {
            Change::None => {}
            Change::Write(alert) => self.series[index.expect("an alert")] = *alert,
            Change::Open { alert, details, previous } => {
                if let Some(previous) = previous {
                    self.series[index.expect("an alert")] = *previous;
                }
                if let Some(details) = details {
                    self.details.insert(alert.details.clone(), details);
                }
                self.series.push(*alert);
            }
        }
        Taken { outcome, wrote }
    }

    /// Applies to the newest occurrence.
    pub(crate) fn step(&mut self, event: &Event) -> Taken {
        self.step_at(self.series.len().checked_sub(1), event)
    }

    /// Somebody does something now.
    pub(crate) fn act(&mut self, who: &str, kind: EventKind) -> Taken {
        let event = self.event(person(who), self.now, kind);
        self.step(&event)
    }

    pub(crate) fn system(&mut self, kind: EventKind) -> Taken {
        let event = self.event(Actor::System, self.now, kind);
        self.step(&event)
    }

    pub(crate) fn fire(&mut self) -> Taken {
        self.fire_at(self.now, None)
    }
    pub(crate) fn fire_at(&mut self, received: Time, starts_at: Option<Time>) -> Taken {
        let event = self.fired(received, starts_at);
        self.step(&event)
    }
    pub(crate) fn fired(&mut self, received: Time, starts_at: Option<Time>) -> Event {
        let kind = EventKind::Fired {
            integration: "prometheus".to_owned(),
            dedup_key: "disk".to_owned(),
            firing: Firing {
                title: "Disk full".to_owned(),
                severity: Severity::Critical,
                starts_at,
                ..Firing::default()
            },
        };
        self.event(Actor::Source, received, kind)
    }

    pub(crate) fn clear(&mut self) -> Taken {
        self.clear_at(self.now, None)
    }
    pub(crate) fn clear_at(&mut self, received: Time, ends_at: Option<Time>) -> Taken {
        let event = self.cleared(received, ends_at);
        self.step(&event)
    }
    pub(crate) fn cleared(&mut self, received: Time, ends_at: Option<Time>) -> Event {
        let event = EventId::from(self.draw("e"));
        let received = Received { at: received, position: 0 };
        Event {
            id: event.clone(),
            received,
            actor: Actor::Source,
            kind: EventKind::Cleared {
                integration: "prometheus".to_owned(),
                dedup_key: "disk".to_owned(),
                clearing: Clearing { event, received, starts_at: None, ends_at },
            },
        }
    }

    /// Waits for the plan's timeout and asks.
    pub(crate) fn tick(&mut self) -> Taken {
        if let Some(due) = self.alert().plan.tick_due {
            self.now = self.now.max(due);
        }
        let generation = self.alert().plan.generation;
        self.system(EventKind::Tick { generation })
    }

    pub(crate) fn keys(&self) -> Vec<SendKey> {
        let sends = self.alert().sends.iter();
        sends.map(|send| send.key.clone()).collect()
    }
    pub(crate) fn claim(&mut self, claim: &str) -> Taken {
        let keys = self.keys();
        self.claim_keys(claim, keys)
    }
    pub(crate) fn claim_keys(&mut self, claim: &str, keys: Vec<SendKey>) -> Taken {
        let lease_until = self.now + seconds(15);
        self.system(EventKind::Claimed { keys, claim: claim.into(), lease_until })
    }
    pub(crate) fn settle(&mut self, claim: &str, key: &SendKey, settlement: Settlement) -> Taken {
        self.system(EventKind::Settled {
            claim: claim.into(),
            settles: vec![Settle { key: key.clone(), settlement }],
        })
    }
    pub(crate) fn sent(&mut self, key: &SendKey) -> Settlement {
        Settlement::Sent {
            at: self.now,
            message: MessageRef {
                provider: "slack".to_owned(),
                channel: "C1".to_owned(),
                message: key.to_string(),
            },
            rev: self.alert().card_rev,
            count: self.alert().count,
            found: false,
        }
    }
    /// Everything owed now is posted or edited without trouble.
    pub(crate) fn deliver(&mut self) {
        let claim = self.draw("c");
        let granted = match self.claim(&claim).outcome {
            Outcome::Applied { granted } => granted,
            Outcome::Ignored(_) => return,
        };
        for (key, mode) in granted {
            let settlement = match mode {
                ClaimMode::Refresh => Settlement::Refreshed {
                    at: self.now,
                    rev: self.alert().card_rev,
                    count: self.alert().count,
                },
                ClaimMode::FindOnly => Settlement::NotPosted { retry_at: self.now },
                ClaimMode::Post | ClaimMode::FindThenPost | ClaimMode::PostAnyway => {
                    self.sent(&key)
                }
            };
            self.settle(&claim, &key, settlement);
        }
    }

    /// Who is owed a page now, and how: "Bob by messaging_dm on slack".
    pub(crate) fn owed_pages(&self) -> Vec<String> {
        let owed = |send: &&Send| matches!(send.state, SendState::Wanted { .. });
        let sends = self.alert().sends.iter().filter(owed);
        sends.filter_map(show_page).collect()
    }
    pub(crate) fn page(&self, shown: &str) -> SendKey {
        let sends = &self.alert().sends;
        let page = sends.iter().rev().find(|send| show_page(send).as_deref() == Some(shown));
        page.unwrap_or_else(|| panic!("no page {shown} in {sends:#?}")).key.clone()
    }
    pub(crate) fn card(&self) -> &Send {
        let cards = self.alert().sends.iter().rev();
        let mut cards = cards.filter(|send| send.what == What::Card);
        cards.next().expect("a card")
    }
    pub(crate) fn state(&self, key: &SendKey) -> &SendState {
        &self.alert().send(key).expect("a send").state
    }
    pub(crate) fn said(&self) -> String {
        let entries = self.alert().timeline.iter();
        let texts: Vec<&str> = entries.map(|entry| entry.text.as_str()).collect();
        texts.join("\n")
    }
    pub(crate) fn at(&self) -> (u32, u32, &'static str) {
        let alert = self.alert();
        (alert.plan.round, alert.plan.tier, alert.status.name())
    }
}

pub(crate) fn show_page(send: &Send) -> Option<String> {
    let What::Page(page) = &send.what else {
        return None;
    };
    let whom = page.person.as_deref().unwrap_or("nobody");
    let to = match &send.to {
        Destination::Person { provider, .. } => provider.clone(),
        Destination::Channel { provider, channel } => format!("{provider} {channel}"),
    };
    Some(format!("{whom} by {} on {to}", page.method.name()))
}
