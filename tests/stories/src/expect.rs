//! What people see. Each message is expected once.

use std::collections::BTreeSet;

use nightowl_domain::{Alert, Digest, MessageRef, Occurrence, SendState, Status, What, due_at};
use nightowl_engine::testing::{Posted, run};
use nightowl_engine::{Clock, Store};
use nightowl_messaging::{AlertMessage, DigestMessage, Message};

use crate::Owl;
use crate::people::name_of;

impl Owl {
    /// Somebody was woken, by a direct message or by name in a channel. Answers what they read.
    pub fn expect_page(&mut self, user: &str) -> Posted {
        let name = name_of(user);
        self.expect(&format!("a page to {user}"), |posted| match &posted.post.message {
            Message::Direct(_) => match &posted.post.to {
                nightowl_domain::Destination::Person { user: to, .. } => to == user,
                nightowl_domain::Destination::Channel { .. } => false,
            },
            Message::Escalation(page) => {
                page.target.as_ref().is_some_and(|target| target.name == name)
            }
            Message::Alert(_) | Message::Notice(_) | Message::Prompt(_) | Message::Digest(_) => {
                false
            }
        })
    }

    /// A page that found nobody. Answers why.
    pub fn expect_page_to_nobody(&mut self) -> String {
        let posted = self.expect("a page to nobody", |posted| match &posted.post.message {
            Message::Escalation(page) => page.target.is_none(),
            Message::Alert(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_)
            | Message::Digest(_) => false,
        });
        match posted.post.message {
            Message::Escalation(page) => page.because.unwrap_or_default(),
            Message::Alert(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_)
            | Message::Digest(_) => unreachable!("see above"),
        }
    }

    pub fn expect_card(&mut self, title: &str) -> Posted {
        self.expect(&format!("the card of {title:?}"), |posted| match &posted.post.message {
            Message::Alert(alert) => alert.title == title,
            Message::Escalation(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_)
            | Message::Digest(_) => false,
        })
    }

    /// Somebody was asked what fixed it.
    pub fn expect_prompt(&mut self, user: &str) -> Posted {
        self.expect(&format!("a question to {user}"), |posted| match &posted.post.to {
            nightowl_domain::Destination::Person { user: to, .. } => {
                to == user && matches!(posted.post.message, Message::Prompt(_))
            }
            nightowl_domain::Destination::Channel { .. } => false,
        })
    }

    /// Something was said once that has these words.
    pub fn expect_notice(&mut self, words: &str) -> Posted {
        self.expect(&format!("a notice with {words:?}"), |posted| match &posted.post.message {
            Message::Notice(notice) => notice.text.contains(words),
            Message::Alert(_)
            | Message::Escalation(_)
            | Message::Direct(_)
            | Message::Prompt(_)
            | Message::Digest(_) => false,
        })
    }

    /// Nothing was said that was not expected.
    ///
    /// # Panics
    /// If something was.
    pub fn expect_silence(&mut self) {
        let unheard = self.unheard();
        assert!(unheard.is_empty(), "said besides: {}", tell(&unheard));
    }

    /// Leaves what was said so far out of the story.
    pub fn ignore_all(&mut self) {
        for posted in self.unheard() {
            self.heard.insert(posted.message);
        }
    }

    /// What the alert's card shows now.
    ///
    /// # Panics
    /// If it has no card, or more than one.
    pub fn card(&self, title: &str) -> AlertMessage {
        let id = self.newest(title).id.to_string();
        let all = self.chat.posted().into_iter().chain(self.inbox.posted());
        let mut cards: Vec<AlertMessage> = all
            .filter_map(|posted| match posted.shows {
                Message::Alert(alert) if alert.alert_id == id => Some(alert),
                Message::Alert(_)
                | Message::Escalation(_)
                | Message::Direct(_)
                | Message::Notice(_)
                | Message::Prompt(_)
                | Message::Digest(_) => None,
            })
            .collect();
        assert_eq!(cards.len(), 1, "{title:?} has {} cards", cards.len());
        self.expect_all_seen();
        cards.remove(0)
    }

    /// The alert and its card agree on this.
    pub fn expect_status(&self, title: &str, status: &str) {
        assert_eq!(self.newest(title).status.name(), status);
        assert_eq!(self.card(title).status, status, "the card is behind");
    }

    /// By this person.
    pub fn expect_acknowledged(&self, title: &str, name: &str) {
        match &self.newest(title).status {
            Status::Acknowledged { by, .. } => assert_eq!(by.show(), name),
            other => panic!("{title:?} is {other:?}"),
        }
    }

    /// Every message of every alert shows the alert as it is, every key was posted once, every
    /// posted message is noted (but for replies, which have no button), and nothing is owed but
    /// the next tick.
    pub fn expect_all_settled(&self) {
        for alert in self.ports.store.alerts() {
            for send in &alert.sends {
                match &send.state {
                    SendState::Sent(shown) => {
                        let follows = !matches!(send.what, What::Notice(_));
                        let is_current = shown.rev == alert.card_rev || shown.closed || !follows;
                        assert!(is_current, "{send:?} is behind {}", alert.card_rev);
                        let noted = run(self.ports.store.read_reverse(&shown.message));
                        let has_row = !send.is_reply();
                        let expected = has_row.then(|| (alert.occurrence(), send.key.clone()));
                        assert_eq!(noted.unwrap_or_else(|error| panic!("{error}")), expected);
                    }
                    SendState::Dropped(_) => {}
                    SendState::Folded { rev, .. } => {
                        assert_eq!(*rev, alert.card_rev, "its digest was not told");
                    }
                    SendState::Wanted { .. }
                    | SendState::Claimed { .. }
                    | SendState::InDoubt { .. } => panic!("{send:?} is still owed"),
                }
            }
            if !alert.is_open() {
                assert_eq!(due_at(&alert), None, "nothing is owed");
            }
        }
        self.expect_digests_settled();
        self.expect_no_doubles();
        self.expect_all_seen();
    }

    /// Every digest that an alert is in has a message that is noted and shows each of its alerts as
    /// it is.
    fn expect_digests_settled(&self) {
        let alerts = self.ports.store.alerts();
        for digest in self.digests() {
            let standing = digest.sends.iter().filter_map(|send| match &send.state {
                SendState::Sent(shown) if !shown.closed => Some((send, shown)),
                SendState::Sent(_) | SendState::Dropped(_) => None,
                SendState::Wanted { .. }
                | SendState::Claimed { .. }
                | SendState::InDoubt { .. }
                | SendState::Folded { .. } => panic!("{send:?} is still owed"),
            });
            let [(send, shown)] = &*standing.collect::<Vec<_>>() else {
                panic!("{digest:?} has not one message")
            };
            assert_eq!(shown.rev, digest.rev, "a digest is behind");
            let noted = run(self.ports.store.read_reverse(&shown.message));
            let expected = Some((digest.occurrence(), send.key.clone()));
            assert_eq!(noted.unwrap_or_else(|error| panic!("{error}")), expected);
            let shows = self.shows(&shown.message);
            for member in &digest.members {
                let alert = alerts.iter().find(|alert| alert.id == *member).expect("an alert");
                let line = shows.members.iter().find(|one| one.alert_id == member.to_string());
                let line = line.unwrap_or_else(|| panic!("{:?} is not shown", alert.title));
                assert_eq!(line.status, alert.status.name(), "{:?} in a digest", alert.title);
            }
        }
    }

    /// All digests that an alert is in.
    pub fn digests(&self) -> Vec<Digest> {
        let alerts = self.ports.store.alerts();
        let of = |alert: &Alert| {
            let tenant = alert.tenant.clone();
            let states = alert.sends.iter().map(|send| send.state.clone()).collect::<Vec<_>>();
            states.into_iter().filter_map(move |state| match state {
                SendState::Folded { digest, .. } => Some(Occurrence::new(&tenant, digest)),
                SendState::Wanted { .. }
                | SendState::Claimed { .. }
                | SendState::InDoubt { .. }
                | SendState::Sent(_)
                | SendState::Dropped(_) => None,
            })
        };
        let ids: BTreeSet<Occurrence> = alerts.iter().flat_map(of).collect();
        let read = ids.iter().map(|id| run(self.ports.store.read_digest(id)));
        read.map(|read| read.ok().flatten().expect("a digest is there")).collect()
    }

    /// What the digest at this place shows now.
    pub fn shows(&self, at: &MessageRef) -> DigestMessage {
        let all = self.chat.posted().into_iter().chain(self.inbox.posted());
        let mut shown = all.filter(|posted| posted.message == *at);
        match shown.next().map(|posted| posted.shows) {
            Some(Message::Digest(digest)) => digest,
            other => panic!("no digest but {other:?}"),
        }
    }

    /// No message stands twice.
    pub fn expect_no_doubles(&self) {
        for provider in [&self.chat, &self.inbox] {
            for posted in provider.posted() {
                let key = &posted.post.delivery;
                let times = provider.count(key);
                assert_eq!(times, 1, "{} stands {times} times", describe(&posted));
            }
        }
    }

    /// The whole timeline, in one text.
    pub fn timeline(&self, occurrence: &Occurrence) -> String {
        let shown = run(self.engine.show(occurrence)).unwrap_or_else(|error| panic!("{error}"));
        let entries = shown.map(|shown| shown.timeline).unwrap_or_default();
        for (number, entry) in entries.iter().enumerate() {
            assert_eq!(entry.seq, number as u64, "the timeline has no gap");
        }
        entries.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// People see on the platform what was posted and edited, once each.
    fn expect_all_seen(&self) {
        let Some(stage) = &self.stage else { return };
        for posted in self.chat.posted() {
            let what = describe(&posted);
            let [seen] = &*stage.seen(&posted.message) else { panic!("{what} is not there once") };
            assert_eq!(seen.delivery, Some(posted.post.delivery.clone()), "{what}");
            let Some(alert) = posted.shows.alert() else { continue };
            for word in [&*alert.title, &*alert.short_id] {
                assert!(seen.text.contains(word), "{what} does not show {word:?}: {}", seen.text);
            }
            if matches!(posted.shows, Message::Alert(_)) {
                assert!(seen.text.contains(alert.status), "{what}: {}", seen.text);
            }
        }
    }

    fn expect(&mut self, what: &str, is_it: impl Fn(&Posted) -> bool) -> Posted {
        let unheard = self.unheard();
        let Some(posted) = unheard.iter().find(|posted| is_it(posted)) else {
            panic!("{what} was expected at {}; said: {}", self.ports.clock.now(), tell(&unheard));
        };
        self.heard.insert(posted.message.clone());
        posted.clone()
    }

    fn unheard(&self) -> Vec<Posted> {
        let all = self.chat.posted().into_iter().chain(self.inbox.posted());
        all.filter(|posted| !self.heard.contains(&posted.message)).collect()
    }
}

fn tell(messages: &[Posted]) -> String {
    let each: Vec<String> = messages.iter().map(describe).collect();
    if each.is_empty() { "nothing".to_owned() } else { each.join("; ") }
}

fn describe(posted: &Posted) -> String {
    let what = match &posted.post.message {
        Message::Alert(alert) => format!("card {:?}", alert.title),
        Message::Escalation(page) => format!("channel page to {:?}", page.target),
        Message::Direct(page) => format!("page {:?} {:?}", posted.post.to, page.text),
        Message::Notice(notice) => format!("notice {:?}", notice.text),
        Message::Prompt(prompt) => format!("prompt {:?}", prompt.text),
        Message::Digest(digest) => format!("digest {:?}", digest.headline()),
    };
    format!("{} {} {what}", posted.at, posted.message.provider)
}
