//! More alerts than a channel can take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nightowl_domain::{Destination, MessageRef, Method, Tenant};
use nightowl_engine::testing::{Posted, Spring, sample_tenant};
use nightowl_messaging::{ActionId, Button, ButtonValue, DigestMessage, Message};
use nightowl_test_stories::{Owl, Platform, stories, stories_at_home};

stories! {
    one_alert_of_a_digest_is_acknowledged,
    all_alerts_of_a_digest_are_acknowledged,
    a_digest_goes_where_its_channel_is_gone,
}

stories_at_home! {
    a_storm_is_some_cards_and_then_digests,
    pages_are_never_in_a_digest_and_go_first,
    a_digest_that_was_deleted_comes_again,
    nobody_is_lost_whatever_call_fails,
}

/// Nobody is paged twice within the story.
fn patient() -> Tenant {
    let mut tenant = sample_tenant();
    tenant.policies[0].repeat = 0;
    for tier in &mut tenant.policies[0].tiers {
        tier.timeout = Duration::from_secs(24 * 3600);
    }
    tenant
}

fn storm(owl: &mut Owl, numbers: std::ops::Range<usize>) {
    for number in numbers {
        owl.alert(&format!("disk {number}"));
    }
}

fn posted(owl: &Owl) -> Vec<Posted> {
    owl.chat.posted().into_iter().chain(owl.inbox.posted()).collect()
}

fn digests(owl: &Owl) -> Vec<(MessageRef, DigestMessage)> {
    let digest = |posted: Posted| match posted.shows {
        Message::Digest(digest) => Some((posted.message, digest)),
        Message::Alert(_)
        | Message::Escalation(_)
        | Message::Direct(_)
        | Message::Notice(_)
        | Message::Prompt(_) => None,
    };
    posted(owl).into_iter().filter_map(digest).collect()
}

/// In how many cards and lines of digests each alert stands.
fn places(owl: &Owl) -> BTreeMap<String, usize> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for posted in posted(owl) {
        match posted.shows {
            Message::Alert(alert) => *places.entry(alert.alert_id).or_default() += 1,
            Message::Digest(digest) => {
                for member in digest.members {
                    *places.entry(member.alert_id).or_default() += 1;
                }
            }
            Message::Escalation(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_) => {}
        }
    }
    places
}

fn everybody_is_somewhere(owl: &Owl) {
    let places = places(owl);
    for alert in owl.ports.store.alerts() {
        assert!(places.contains_key(&alert.id.to_string()), "{:?} is nowhere", alert.title);
    }
}

fn a_storm_is_some_cards_and_then_digests(on: Platform) {
    let mut owl = Owl::with(on, patient());
    storm(&mut owl, 0..200);
    owl.pass(6);
    everybody_is_somewhere(&owl);
    assert!(places(&owl).values().all(|places| *places == 1), "each in one place");
    let digests = digests(&owl);
    let cards =
        places(&owl).len() - digests.iter().map(|(_, one)| one.members.len()).sum::<usize>();
    assert!((25..=40).contains(&cards), "{cards} cards");
    assert!((5..=12).contains(&digests.len()), "{} digests", digests.len());
    let (first, shown) = &digests[0];
    assert!(shown.headline().starts_with("30 more alerts, the worst first"), "{shown:?}");
    assert_eq!(first.provider, owl.chat.posted()[0].message.provider);
    let paged: BTreeSet<String> = posted(&owl)
        .iter()
        .filter_map(|posted| match &posted.shows {
            Message::Direct(page) => Some(page.alert.alert_id.clone()),
            Message::Alert(_)
            | Message::Escalation(_)
            | Message::Notice(_)
            | Message::Prompt(_)
            | Message::Digest(_) => None,
        })
        .collect();
    assert_eq!(paged.len(), 200, "everybody was paged");
    owl.expect_all_settled();
    storm_ends(&mut owl, 200);
}

/// Many are over at once, and every message shows it.
fn storm_ends(owl: &mut Owl, count: usize) {
    for number in 0..count {
        owl.clear(&format!("disk {number}"));
    }
    owl.pass(3);
    owl.expect_all_settled();
    for (_, digest) in digests(owl) {
        assert!(digest.members.iter().all(|member| member.status == "resolved"), "{digest:?}");
        assert!(!digest.has_unacknowledged());
    }
}

fn pages_are_never_in_a_digest_and_go_first(on: Platform) {
    let mut tenant = patient();
    for tier in &mut tenant.policies[0].tiers {
        tier.notify_via = vec![Method::MessagingChannel];
    }
    let mut owl = Owl::with(on, tenant);
    let began = owl.now();
    storm(&mut owl, 0..60);
    owl.pass(4);
    everybody_is_somewhere(&owl);
    let mut pages = 0;
    let mut last_page = began;
    for posted in posted(&owl) {
        if matches!(posted.post.message, Message::Escalation(_)) {
            pages += 1;
            last_page = last_page.max(posted.at);
        }
    }
    assert_eq!(pages, 60);
    let spent = last_page.since(began);
    assert!(spent <= Duration::from_secs(61), "the last page waited for {spent:?}");
    for posted in posted(&owl) {
        if matches!(posted.post.message, Message::Digest(_)) {
            assert!(posted.at >= last_page, "a digest went before a page");
        }
    }
    owl.expect_all_settled();
}

/// Forty alerts, a digest of some of them.
fn with_digest(on: Platform) -> (Owl, MessageRef, DigestMessage) {
    let mut owl = Owl::with(on, patient());
    storm(&mut owl, 0..40);
    owl.pass(2);
    let (at, shown) = digests(&owl).remove(0);
    (owl, at, shown)
}

fn one_alert_of_a_digest_is_acknowledged(on: Platform) {
    let (mut owl, at, shown) = with_digest(on);
    let member = shown.members[2].clone();
    assert_eq!(member.button, Some(Button::Acknowledge));
    let told = owl.press("alice", &at, ActionId::Acknowledge, shown.value_of(&member));
    assert_eq!(told, None, "the digest says it");
    owl.expect_acknowledged(&member.title, "Alice");
    owl.pass_seconds(12);
    let now = owl.shows(&at);
    let line = now.members.iter().find(|one| one.alert_id == member.alert_id).expect("a line");
    assert_eq!(
        (line.standing.as_str(), line.button),
        ("acknowledged by Alice", Some(Button::Resolve))
    );
    let others = now.members.iter().filter(|one| one.status == "firing").count();
    assert_eq!(others, now.members.len() - 1);
    owl.expect_all_settled();
    // A place that no member has, and a button that was copied to another message.
    let nowhere = ButtonValue { tier: 99, ..shown.value_of(&member) };
    assert!(owl.press("bob", &at, ActionId::Acknowledge, nowhere).is_some());
    let card = owl.expect_card("disk 0").message;
    let other = shown.members[3].clone();
    assert!(owl.press("bob", &card, ActionId::Acknowledge, shown.value_of(&other)).is_some());
    assert_eq!(owl.newest(&other.title).status.name(), "firing");
}

fn all_alerts_of_a_digest_are_acknowledged(on: Platform) {
    let (mut owl, at, shown) = with_digest(on);
    let count = shown.members.len();
    let (cleared, yours) = (shown.members[0].clone(), shown.members[1].clone());
    owl.clear(&cleared.title);
    owl.press("alice", &at, ActionId::Acknowledge, shown.value_of(&yours));
    let told = owl.press("alice", &at, ActionId::AcknowledgeAll, shown.value_of_all());
    let expected = format!("{} acknowledged, 1 yours already, 1 was already resolved.", count - 2);
    assert_eq!(told.as_deref(), Some(expected.as_str()));
    owl.pass_seconds(15);
    let now = owl.shows(&at);
    assert_eq!(now.members.iter().filter(|one| one.status == "acknowledged").count(), count - 1);
    assert_eq!(
        now.members.last().map(|last| last.status),
        Some("resolved"),
        "what is over is last"
    );
    owl.expect_all_settled();
}

fn a_digest_that_was_deleted_comes_again(on: Platform) {
    let (mut owl, at, shown) = with_digest(on);
    owl.chat.delete(&at);
    let member = shown.members[0].clone();
    owl.clear(&member.title);
    owl.pass_seconds(30);
    everybody_is_somewhere(&owl);
    let again = digests(&owl);
    assert!(
        again.iter().any(|(other, one)| *other != at && one.members.len() == shown.members.len())
    );
    storm_ends(&mut owl, 40);
}

fn a_digest_goes_where_its_channel_is_gone(on: Platform) {
    if on != Platform::Script {
        return;
    }
    let mut tenant = patient();
    tenant.integrations[0].channel = Some("payments".to_owned());
    let mut owl = Owl::with(on, tenant);
    storm(&mut owl, 0..33);
    owl.chat.close_channel("payments");
    owl.pass(3);
    everybody_is_somewhere(&owl);
    for posted in posted(&owl) {
        if matches!(posted.shows, Message::Digest(_)) {
            let is_there = matches!(&posted.post.to, Destination::Channel { channel, .. } if channel != "payments");
            assert!(is_there, "{:?}", posted.post.to);
        }
    }
    owl.expect_all_settled();
}

/// So many cards wait before one more is folded.
const CROWD: usize = 31;

/// Two alerts too many, which join a digest.
fn too_many(owl: &mut Owl) {
    storm(owl, CROWD..CROWD + 2);
}

/// Until shortly before the digest has its turn: the cards before it are posted.
const IN_LINE: u64 = 28;
/// Until it is out and settled.
const OUT: u64 = 17;

/// Every call of the two that join, and from there on where the digest is posted: each is broken in
/// every way.
fn nobody_is_lost_whatever_call_fails(on: Platform) {
    let mut quiet = Owl::with(on, patient());
    storm(&mut quiet, 0..CROWD);
    let joining = quiet.ports.trap.calls();
    too_many(&mut quiet);
    let joined = quiet.ports.trap.calls();
    quiet.pass_seconds(IN_LINE);
    let posting = quiet.ports.trap.calls();
    assert_eq!(digests(&quiet).len(), 0, "the digest waits for its turn");
    quiet.pass_seconds(OUT);
    let posted = quiet.ports.trap.calls();
    let [(_, digest)] = &*digests(&quiet) else { panic!("there is one digest") };
    assert_eq!(digest.members.len(), 2);
    assert!(joined - joining > 20 && posted - posting > 10, "these are no calls of a storm");
    for spring in Spring::ALL {
        for number in (joining..joined).chain(posting..posted).step_by(4 * on.stride() - 3) {
            let told = std::panic::catch_unwind(|| broken_at(on, number, spring));
            assert!(told.is_ok(), "{spring:?} at call {number}");
        }
    }
}

fn broken_at(on: Platform, number: usize, spring: Spring) {
    let mut owl = Owl::with(on, patient());
    storm(&mut owl, 0..CROWD);
    owl.ports.trap.arm(number, spring);
    too_many(&mut owl);
    owl.pass_seconds(IN_LINE + OUT);
    owl.ports.trap.disarm();
    owl.clear(&format!("disk {CROWD}"));
    owl.pass(4);
    everybody_is_somewhere(&owl);
    owl.expect_all_settled();
}
