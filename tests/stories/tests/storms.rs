//! More is to be said than the platform takes.

use std::collections::BTreeSet;
use std::time::Duration;

use nightowl_domain::{EventKind, Method, Time};
use nightowl_engine::testing::{Posted, Script, sample_tenant};
use nightowl_messaging::Message;
use nightowl_test_stories::{Owl, Platform, stories, stories_at_home};

stories! {
    a_refusal_is_for_every_process,
    escalation_goes_on_while_a_channel_must_be_left_alone,
    edits_are_held_back_and_show_the_newest_state,
    a_throttle_holds_back_cards_and_no_page,
}

stories_at_home! {
    a_page_overtakes_a_hundred_cards,
}

const SECOND: Duration = Duration::from_secs(1);

fn cards(owl: &Owl) -> Vec<Posted> {
    let all = owl.chat.posted().into_iter();
    all.filter(|posted| matches!(posted.post.message, Message::Alert(_))).collect()
}

/// Alerts that stand in a card or in a digest.
fn told(owl: &Owl) -> BTreeSet<String> {
    let of = |posted: Posted| match posted.shows {
        Message::Alert(alert) => vec![alert.alert_id],
        Message::Digest(digest) => {
            digest.members.into_iter().map(|member| member.alert_id).collect()
        }
        Message::Escalation(_) | Message::Direct(_) | Message::Notice(_) | Message::Prompt(_) => {
            Vec::new()
        }
    };
    owl.chat.posted().into_iter().flat_map(of).collect()
}

/// No two are closer than a second.
fn expect_spaced(mut at: Vec<Time>) {
    at.sort_unstable();
    for pair in at.windows(2) {
        assert!(pair[1].since(pair[0]) >= SECOND, "{} and {}", pair[0], pair[1]);
    }
}

fn a_refusal_is_for_every_process(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.script([Script::Retry(Some(40 * SECOND))]);
    owl.alert("one");
    owl.pass_seconds(2);
    owl.expect_card("one");
    for title in ["two", "three"] {
        owl.another_process();
        owl.alert(title);
        owl.pass_seconds(3);
        owl.expect_card(title);
    }
    assert_eq!(owl.chat.attempts().len(), 4, "nobody else asked Alice's channel");
    // What was acknowledged while it waited is not said any more.
    owl.ack_as("alice");
    owl.pass_seconds(30);
    owl.expect_silence();
    owl.pass_seconds(5);
    let pages = [owl.expect_page("alice"), owl.expect_page("alice")];
    owl.expect_silence();
    expect_spaced(pages.iter().map(|page| page.at).collect());
    owl.expect_no_doubles();
}

fn escalation_goes_on_while_a_channel_must_be_left_alone(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.script([Script::Retry(Some(600 * SECOND))]);
    owl.alert("disk full");
    owl.pass(5);
    owl.expect_card("disk full");
    owl.expect_page("bob");
    owl.expect_silence();
    owl.ack_as("bob");
    owl.pass(10);
    owl.expect_silence();
    owl.expect_all_settled();
}

fn a_page_overtakes_a_hundred_cards(on: Platform) {
    let mut tenant = sample_tenant();
    let tiers = &mut tenant.policies[0].tiers;
    tiers[0].timeout = 3_600 * SECOND;
    // The second tier is paged where the cards are.
    tiers[1].notify_via = vec![Method::MessagingChannel];
    let mut owl = Owl::with(on, tenant);
    let titles: Vec<String> = (0..100).map(|number| format!("storm {number}")).collect();
    for title in &titles {
        owl.alert(title);
    }
    owl.pass_seconds(5);
    owl.ignore_all();
    let waiting = titles.len() - cards(&owl).len();
    assert!(waiting > 90, "{waiting} cards wait");
    owl.another_process();
    let (before, urgent) = (owl.now(), owl.newest("storm 42").occurrence());
    owl.act_on(&urgent, "alice", EventKind::Escalated { seen: None });
    let page = owl.expect_page("bob");
    assert!(page.at.since(before) < SECOND, "it waits for no card: {}", page.at);
    owl.pass(20);
    assert_eq!(told(&owl).len(), 100, "and every alert is told of in the end");
    expect_spaced(cards(&owl).iter().map(|posted| posted.at).collect());
    owl.expect_no_doubles();
}

fn edits_are_held_back_and_show_the_newest_state(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(1);
    owl.ignore_all();
    owl.chat.script([Script::Retry(Some(40 * SECOND)), Script::Retry(Some(40 * SECOND))]);
    owl.ack_as("alice");
    let tried = owl.chat.attempts().len();
    owl.another_process();
    for _ in 0..5 {
        owl.unack_as("alice");
        owl.pass_seconds(3);
        owl.ack_as("alice");
        owl.pass_seconds(3);
    }
    let edits = |owl: &Owl| owl.chat.posted().iter().map(|posted| posted.edits).sum::<usize>();
    assert_eq!(edits(&owl), 0, "edits wait");
    owl.pass(2);
    owl.expect_status("disk full", "acknowledged");
    assert!(edits(&owl) <= 2 + owl.chat.posted().len(), "and come once: {}", edits(&owl));
    assert!(owl.chat.attempts().len() > tried, "posts went on");
}

fn a_throttle_holds_back_cards_and_no_page(on: Platform) {
    let mut tenant = sample_tenant();
    tenant.integrations[0].cards_per_minute = Some(2);
    let mut owl = Owl::with(on, tenant);
    let titles = ["one", "two", "three", "four"];
    for title in titles {
        owl.alert(title);
        owl.pass_seconds(3);
    }
    for _ in titles {
        owl.expect_page("alice");
    }
    assert_eq!(cards(&owl).len(), 2, "as many as they want to see");
    owl.pass(4);
    assert_eq!(cards(&owl).len(), 2, "the others are in a digest");
    assert_eq!(told(&owl).len(), titles.len());
}
