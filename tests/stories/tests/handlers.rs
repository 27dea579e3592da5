//! Every handler is done twice, and killed, failed and left without an answer at each of its calls
//! in turn; in the end everything stands as after doing it once. No handler ships without it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use nightowl_domain::{Actor, Event, EventKind, Occurrence, SendState, Status};
use nightowl_engine::chat::{Identity, Visitor};
use nightowl_engine::testing::{Posted, Spring, fired, run, run_or_killed};
use nightowl_engine::{Clock, Config, Engine, EngineError, Ports, Providers, Report, Store};
use nightowl_messaging::{
    ActionId, ButtonValue, ChatUser, FormAnswer, FormId, FormState, IncomingAction, IncomingForm,
    Message, Post, Snooze,
};
use nightowl_test_stories::{Owl, Platform, StoryPorts};

type Night = Engine<StoryPorts>;

/// How often somebody who gets no answer asks again.
const TRIES: usize = 10;

/// One handler of the engine's, with what it is given.
struct Handler {
    /// The method's name, as it stands in the engine's source.
    name: &'static str,
    with: &'static str,
    /// What was before.
    before: fn(&mut Owl),
    /// Does it until whoever calls it in production is content. The same event each time.
    once: fn(&mut Owl),
}

/// All that change anything. A kill between two wishes of `with` is no other handler's business.
fn handlers() -> Vec<Handler> {
    let made = |name, with, before, once| Handler { name, with, before, once };
    let quiet: fn(&mut Owl) = |_| {};
    vec![
        made("apply", "a firing", quiet, |owl| apply(owl, &firing("e1", "disk full"))),
        made("apply", "a firing again", paged, |owl| apply(owl, &firing("e2", "disk full"))),
        made("apply", "a clear", paged, |owl| apply(owl, &clearing("e2", "disk full"))),
        made("apply", "a clear of nothing", quiet, |owl| apply(owl, &clearing("e1", "disk full"))),
        made("apply", "a firing after a clear", cleared, |owl| {
            apply(owl, &firing("e3", "disk full"));
        }),
        made("apply_all", "two series", quiet, |owl| {
            let events = [("e1", "disk full"), ("e2", "cpu hot"), ("e3", "disk full")];
            apply_all(owl, &events.map(|(id, title)| report(firing(id, title))));
        }),
        made("act", "an acknowledge", paged, |owl| act(owl, EventKind::Acked)),
        made("act", "taking it back", acknowledged, |owl| act(owl, EventKind::Unacked)),
        made("act", "an escalation", paged, |owl| {
            act(owl, EventKind::Escalated { seen: Some((0, 0)) });
        }),
        made("act", "a snooze", paged, |owl| {
            let until = owl.newest("disk full").opened.at + Duration::from_secs(3600);
            act(owl, EventKind::Snoozed { until });
        }),
        made("act", "a resolve", paged, |owl| {
            act(owl, EventKind::Resolved { note: Some("swapped the disk".to_owned()) });
        }),
        made("act", "a note", paged, |owl| act(owl, EventKind::Noted { text: "hm".to_owned() })),
        made("tick", "a tier that is over", overdue, tick),
        made("deliver", "a card and a page", owing, deliver),
        made("deliver", "a card that is behind", behind, deliver),
        made("deliver", "an overdue tier", overdue, deliver),
        made("sweep", "what nobody was woken for", forgotten, sweep),
        made("rebuild", "what the last process left", owing, rebuild),
        made("click", "an acknowledge", paged, |owl| press(owl, ActionId::Acknowledge)),
        made("click", "an escalation", paged, |owl| press(owl, ActionId::Escalate)),
        made("click", "a resolve", paged, |owl| press(owl, ActionId::Resolve)),
        made("click_later", "an acknowledge", paged, press_later),
        made("on_click", "an acknowledge", paged, |owl| on_click(owl, ActionId::Acknowledge)),
        made("on_click", "a snooze", paged, |owl| on_click(owl, ActionId::Snooze)),
        made("on_form", "a resolve", paged, on_form),
        made("on_command", "ack", paged, |owl| on_command(owl, "ack")),
        made("on_command", "escalate", paged, |owl| on_command(owl, "escalate")),
        made("on_command", "snooze", paged, |owl| on_command(owl, "snooze 2h")),
        made("on_command", "note", paged, |owl| on_command(owl, "note it smells")),
        made("on_command", "resolve", paged, |owl| on_command(owl, "resolve")),
        made("on_home", "somebody not met", unmet, on_home),
        made("identify", "somebody not met", unmet, identify),
        made("link", "with an acknowledge that waits", paged, link),
        made("tell_operators", "a topic", quiet, tell_operators),
        made("tell_broken", "a provider", quiet, tell_broken),
    ]
}

/// Public methods that change nothing.
const READERS: [&str; 4] = ["find_alert", "link_offer", "show", "view"];

#[test]
fn every_handler_is_here() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/engine/src");
    let mut found = BTreeSet::new();
    methods(&source, &mut found);
    let here: BTreeSet<String> = handlers().iter().map(|handler| handler.name.to_owned()).collect();
    let known: BTreeSet<String> = here.into_iter().chain(READERS.map(ToOwned::to_owned)).collect();
    assert_eq!(found, known, "left: of the engine; right: done twice and killed here");
}

/// `pub async fn`s of the engine; those of its own tests and doubles are none.
fn methods(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the engine's source").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("testing") && !path.ends_with("tests") {
                methods(&path, found);
            }
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        for line in text.lines() {
            if let Some(rest) = line.trim_start().strip_prefix("pub async fn ") {
                let end = rest.find(['(', '<']).expect("a name ends");
                found.insert(rest[..end].to_owned());
            }
        }
    }
}

#[test]
fn done_twice_is_done_once() {
    for handler in handlers() {
        let mut owl = world(&handler);
        (handler.once)(&mut owl);
        (handler.once)(&mut owl);
        assert_eq!(in_the_end(&mut owl), expected(&handler), "{} {}", handler.name, handler.with);
    }
}

#[test]
fn killed_at_each_call_it_comes_to_the_same() {
    for handler in handlers() {
        let expected = expected(&handler);
        let mut quiet = world(&handler);
        let begin = quiet.ports.trap.calls();
        (handler.once)(&mut quiet);
        let calls = quiet.ports.trap.calls() - begin;
        for spring in Spring::ALL {
            for number in 0..calls {
                let mut owl = world(&handler);
                owl.ports.trap.arm(number, spring);
                (handler.once)(&mut owl);
                let (name, with) = (handler.name, handler.with);
                let place = format!("{name} {with}: {spring:?} at call {number} of {calls}");
                assert_eq!(in_the_end(&mut owl), expected, "{place}");
            }
        }
    }
}

fn world(handler: &Handler) -> Owl {
    let mut owl = Owl::on(Platform::Script);
    (handler.before)(&mut owl);
    owl
}

fn expected(handler: &Handler) -> String {
    let mut owl = world(handler);
    (handler.once)(&mut owl);
    in_the_end(&mut owl)
}

// What was before.

fn paged(owl: &mut Owl) {
    owl.alert("disk full");
    owl.pass_seconds(30);
    meet(owl, "alice");
}

fn acknowledged(owl: &mut Owl) {
    paged(owl);
    owl.ack_as("alice");
    owl.pass_seconds(30);
}

fn cleared(owl: &mut Owl) {
    paged(owl);
    owl.clear("disk full");
    owl.pass_seconds(30);
}

/// The first tier is over, and its timer was lost.
fn overdue(owl: &mut Owl) {
    paged(owl);
    owl.lose_wakeups();
    owl.ports.clock.advance(Duration::from_secs(300));
}

/// Stored, and nobody was woken for it.
fn owing(owl: &mut Owl) {
    apply(owl, &firing("e1", "disk full"));
    owl.lose_wakeups();
}

fn forgotten(owl: &mut Owl) {
    owing(owl);
    owl.ports.clock.advance(Duration::from_secs(120));
}

fn behind(owl: &mut Owl) {
    paged(owl);
    act(owl, EventKind::Acked);
    owl.lose_wakeups();
}

fn meet(owl: &Owl, user: &str) {
    let user_ref = format!("U-{user}");
    run(owl.ports.store.put_identity("acme", "chat", &user_ref, user)).expect("nothing fails yet");
}

// What is done.

/// Until it is done: again after the death of the process, or if it says that it is not done. Each
/// try has its number, from 0.
fn until_done<T>(owl: &mut Owl, act: impl AsyncFn(&Night, usize) -> Option<T>) -> T {
    for number in 0..TRIES {
        let night = Engine::new(owl.ports.clone()).with_console("https://owl.example");
        match run_or_killed(&owl.ports.trap, act(&night, number)) {
            Some(Some(done)) => return done,
            Some(None) => {}
            None => owl.restart(),
        }
    }
    panic!("it was never done");
}

/// An error that may pass makes the caller try again.
fn done<T>(result: Result<T, EngineError>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(error) => {
            assert!(error.is_retryable(), "{error}");
            None
        }
    }
}

fn at() -> nightowl_domain::Time {
    Owl::on(Platform::Script).ports.clock.now()
}

fn firing(id: &str, title: &str) -> Event {
    let second = Duration::from_secs(u64::from(id.as_bytes()[1]));
    fired(id, title, title, at() + second)
}

fn clearing(id: &str, title: &str) -> Event {
    let Event { id, received, actor, .. } = firing(id, title);
    let clearing =
        nightowl_domain::Clearing { event: id.clone(), received, starts_at: None, ends_at: None };
    let kind = EventKind::Cleared {
        integration: "prometheus".to_owned(),
        dedup_key: title.to_owned(),
        clearing,
    };
    Event { id, received, actor, kind }
}

fn report(event: Event) -> Report {
    Report { tenant: "acme".to_owned(), alert: None, event }
}

fn alice() -> Actor {
    Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() }
}

fn the_alert(owl: &Owl) -> Occurrence {
    owl.newest("disk full").occurrence()
}

fn apply(owl: &mut Owl, event: &Event) {
    let report = report(event.clone());
    until_done(owl, async |night, number| done(night.apply(&report, number > 0).await));
}

fn apply_all(owl: &mut Owl, reports: &[Report]) {
    until_done(owl, async |night, number| {
        night.apply_all(reports.to_vec(), number > 0, 2).await.ok()
    });
}

fn act(owl: &mut Owl, kind: EventKind) {
    let on = the_alert(owl);
    until_done(owl, async |night, _| {
        done(night.act(&on, kind.clone(), alice(), "act".into()).await)
    });
}

fn tick(owl: &mut Owl) {
    let on = the_alert(owl);
    // Armed when the alert opened, whatever happened since.
    let generation = owl.ports.store.history()[0].plan.generation;
    until_done(owl, async |night, _| done(night.tick(&on, generation).await));
}

fn deliver(owl: &mut Owl) {
    let on = the_alert(owl);
    until_done(owl, async |night, _| done(night.deliver(&on).await));
}

fn sweep(owl: &mut Owl) {
    until_done(owl, async |night, _| done(night.sweep().await));
}

fn rebuild(owl: &mut Owl) {
    until_done(owl, async |night, _| done(night.rebuild().await));
}

// What people do. The person who is told that it did not work does it again.

/// A platform's callback from this account, which is proved.
async fn visit<T>(night: &Night, who: &str, act: impl AsyncFnOnce(&Night, Visitor<'_>) -> T) -> T {
    let ports = night.ports();
    let tenant = ports.config().tenant("acme").await.expect("it works").expect("configured");
    let provider = ports.providers().provider("acme", "chat").await;
    let provider = provider.expect("it works").expect("configured");
    let visitor = Visitor {
        tenant: &tenant,
        provider: provider.as_ref(),
        user_ref: who,
        user_name: "al",
        channel: "C-ops",
        thread: None,
        arrived: ports.clock().now(),
    };
    act(night, visitor).await
}

/// Whoever hears anything else did not get what they want, and asks again.
fn is_content(said: &str) -> bool {
    let heard = [
        "You acknowledged ",
        "You escalated ",
        "You resolved ",
        "You snoozed ",
        "You have acknowledged ",
        "Your acknowledgement ",
        "Your escalation ",
        "Your note ",
    ];
    heard.iter().any(|start| said.starts_with(start))
        || said.contains("has moved on already")
        || said.contains("is over: you")
}

/// A press of a button of the alert's card.
fn action(owl: &Owl, action: ActionId, who: &str) -> IncomingAction {
    let posted = owl.chat.posted();
    let is_card = |posted: &&Posted| matches!(posted.post.message, Message::Alert(_));
    let card = posted.iter().find(is_card).expect("the card is posted");
    let alert_id = owl.newest("disk full").id.to_string();
    let delivery = card.post.delivery.clone();
    IncomingAction {
        provider: "chat",
        action,
        choice: (action == ActionId::Snooze).then_some(Snooze::TwoHours),
        value: ButtonValue { alert_id, delivery, round: 0, tier: 0 },
        user_ref: who.to_owned(),
        user_name: "al".to_owned(),
        channel_id: card.message.channel.clone(),
        message_id: card.message.message.clone(),
        workspace: "T1".to_owned(),
        app_id: "A1".to_owned(),
        click_id: "click".to_owned(),
    }
}

fn press(owl: &mut Owl, button: ActionId) {
    let action = action(owl, button, "U-alice");
    until_done(owl, async |night, _| done(night.click("acme", &action, &alice()).await));
}

fn press_later(owl: &mut Owl) {
    let action = action(owl, ActionId::Acknowledge, "U-alice");
    until_done(owl, async |night, _| done(night.click_later("acme", &action, &alice()).await));
}

fn on_click(owl: &mut Owl, button: ActionId) {
    let action = action(owl, button, "U-alice");
    until_done(owl, async |night, _| {
        visit(night, "U-alice", async |night, visitor| {
            let whisper = night.on_click(&visitor, &action, None).await;
            whisper.is_none_or(|whisper| is_content(&whisper.text)).then_some(())
        })
        .await
    });
}

fn on_form(owl: &mut Owl) {
    let action = action(owl, ActionId::Resolve, "U-alice");
    let form = IncomingForm {
        provider: "chat",
        state: FormState {
            form: FormId::Resolve,
            value: action.value,
            channel_id: action.channel_id,
            message_id: action.message_id,
        },
        user_ref: "U-alice".to_owned(),
        user_name: "al".to_owned(),
        workspace: "T1".to_owned(),
        app_id: "A1".to_owned(),
        fields: BTreeMap::from([("note".to_owned(), "swapped the disk".to_owned())]),
        submit_id: "submit".to_owned(),
    };
    until_done(owl, async |night, _| {
        visit(night, "U-alice", async |night, visitor| match night.on_form(&visitor, &form).await {
            FormAnswer::Done { whisper } => {
                whisper.is_none_or(|whisper| is_content(&whisper.text)).then_some(())
            }
            FormAnswer::Failed(_) | FormAnswer::Errors(_) => None,
        })
        .await
    });
}

fn on_command(owl: &mut Owl, text: &str) {
    let text = match text.split_once(' ') {
        Some((verb, rest)) => format!("{verb} {} {rest}", owl.newest("disk full").short_id),
        None => format!("{text} {}", owl.newest("disk full").short_id),
    };
    until_done(owl, async |night, _| {
        visit(night, "U-alice", async |night, visitor| {
            let answer = night.on_command(&visitor, &text, "typed".into()).await;
            is_content(&answer.text).then_some(())
        })
        .await
    });
}

/// Bob's account says who he is, and nobody has asked it yet.
fn unmet(owl: &mut Owl) {
    paged(owl);
    let email = Some("bob@example.com".to_owned());
    let user = ChatUser { email, ..ChatUser::default() };
    owl.chat.add_user("U-bob", user);
}

/// People come more than once, whatever came of it.
fn again(number: usize) -> Option<()> {
    (number > 0).then_some(())
}

fn on_home(owl: &mut Owl) {
    until_done(owl, async |night, number| {
        visit(night, "U-bob", async |night, visitor| {
            night.on_home(&visitor).await;
            again(number)
        })
        .await
    });
}

fn identify(owl: &mut Owl) {
    until_done(owl, async |night, number| {
        visit(night, "U-bob", async |night, visitor| {
            let met = night.identify(visitor.tenant, visitor.provider, "U-bob", "bob").await;
            matches!(met, Ok(Identity::Known(_))).then_some(()).and(again(number))
        })
        .await
    });
}

/// A link may be used up by an attempt that failed; then they ask for another.
fn link(owl: &mut Owl) {
    let action = action(owl, ActionId::Acknowledge, "U-nobody");
    owl.chat.add_user("U-nobody", ChatUser::default());
    until_done(owl, async |night, _| {
        let offer = visit(night, "U-nobody", async |night, visitor| {
            night.on_click(&visitor, &action, None).await
        });
        let Some(said) = offer.await else { return Some(()) };
        let Some(way) = said.link else { return is_content(&said.text).then_some(()) };
        let (_, token) = way.url.split_once("?t=").expect("a link has a token");
        done(night.link(token, "alice").await).map(|_| ())
    });
}

fn tell_operators(owl: &mut Owl) {
    on_each_occasion(owl, async |night| {
        night.tell_operators("acme", "keys", "a key was refused", None).await;
    });
}

fn tell_broken(owl: &mut Owl) {
    on_each_occasion(owl, async |night| night.tell_broken("acme", "chat", "chat is broken").await);
}

/// What is wrong goes on for minutes, and is seen again and again.
fn on_each_occasion(owl: &mut Owl, tell: impl AsyncFn(&Night)) {
    for _ in 0..3 {
        until_done(owl, async |night, _| {
            tell(night).await;
            Some(())
        });
        owl.ports.clock.advance(Duration::from_secs(90));
    }
}

// What stands in the end.

/// Everything that people and the next event can see, when all is worked off and nothing fails.
fn in_the_end(owl: &mut Owl) -> String {
    owl.ports.trap.disarm();
    owl.pass(3);
    let mut stands = Vec::new();
    for alert in owl.ports.store.alerts() {
        let (status, plan) = (status(&alert.status), &alert.plan);
        stands.push(format!(
            "{} {status}, {} times, round {} tier {}, next {:?}",
            alert.title, alert.count, plan.round, plan.tier, alert.next
        ));
        for send in &alert.sends {
            let state = match &send.state {
                SendState::Sent(shown) => format!("sent, shows {}", shown.rev == alert.card_rev),
                SendState::Dropped(reason) => format!("dropped: {reason:?}"),
                SendState::Folded { .. } => "in a digest".to_owned(),
                SendState::Wanted { .. }
                | SendState::Claimed { .. }
                | SendState::InDoubt { .. } => "owed".to_owned(),
            };
            stands.push(format!("  {:?}: {state}", send.to));
        }
        // What went wrong on the way is told, and differs.
        let timeline = owl.timeline(&alert.occurrence());
        stands.extend(timeline.lines().filter(|line| !is_trouble(line)).map(ToOwned::to_owned));
    }
    let posted: Vec<Post> =
        owl.chat.posted().into_iter().chain(owl.inbox.posted()).map(|posted| posted.post).collect();
    let is_for_operators =
        |post: &Post| matches!(&post.message, Message::Notice(notice) if notice.alert.is_none());
    // They hear of it once at least, in whichever of their channels.
    stands.push(format!("operators were told: {}", posted.iter().any(is_for_operators)));
    // A card and a page owe each other no order.
    let mut said: Vec<String> = posted
        .iter()
        .filter(|post| !is_for_operators(post))
        .map(|post| {
            let times = owl.chat.count(&post.delivery) + owl.inbox.count(&post.delivery);
            format!("posted {times} times to {:?}", post.to)
        })
        .collect();
    said.sort();
    stands.extend(said);
    for user_ref in ["U-alice", "U-bob", "U-nobody"] {
        let met = run(owl.ports.store.read_identity("acme", "chat", user_ref));
        stands.push(format!("{user_ref} is {:?}", met.expect("nothing fails any more")));
    }
    stands.join("\n")
}

fn is_trouble(line: &str) -> bool {
    line.starts_with("Could not ")
}

fn status(status: &Status) -> String {
    match status {
        Status::Firing => "fires".to_owned(),
        Status::Acknowledged { by, .. } => format!("is {}'s", by.show()),
        Status::Snoozed { by, .. } => format!("sleeps for {}", by.show()),
        Status::Resolved { by, note, .. } => format!("was resolved by {}: {note:?}", by.show()),
    }
}
