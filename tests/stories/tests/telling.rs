//! What is told beside cards and pages: replies under the card, the question after a resolve, and
//! where things go whose place is gone.

use nightowl_domain::{Destination, EventKind, Tenant, Turn};
use nightowl_engine::testing::sample_tenant;
use nightowl_messaging::{Button, Message};
use nightowl_test_stories::{Owl, Platform, stories};

stories! {
    turning_points_are_replies_under_the_card,
    who_resolved_it_is_asked_what_fixed_it,
    who_said_what_fixed_it_is_not_asked,
}

fn telling() -> Tenant {
    Tenant { thread_replies: Turn::ALL.into_iter().collect(), ..sample_tenant() }
}

fn turning_points_are_replies_under_the_card(on: Platform) {
    let mut owl = Owl::with(on, telling());
    owl.alert("disk full");
    let card = owl.expect_card("disk full").message;
    owl.expect_page("alice");
    owl.expect_silence();
    owl.pass(5);
    owl.expect_page("bob");
    owl.pass_seconds(5);
    let told = owl.expect_notice("Nobody answered tier 1");
    assert_eq!(told.post.under, Some(card.clone()));
    owl.act("bob", EventKind::Noted { text: "swapping the disk".to_owned() });
    owl.pass_seconds(5);
    let told = owl.expect_notice("swapping the disk");
    assert_eq!(told.post.under, Some(card.clone()));
    owl.ack_as("bob");
    owl.pass_seconds(5);
    assert_eq!(owl.expect_notice("Bob acknowledged").post.under, Some(card));
    owl.clear("disk full");
    owl.pass_seconds(5);
    owl.expect_notice("over");
    owl.expect_silence();
    owl.expect_status("disk full", "resolved");
    owl.expect_all_settled();
}

fn who_resolved_it_is_asked_what_fixed_it(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.ignore_all();
    owl.resolve_as("bob");
    owl.pass_seconds(5);
    let asked = owl.expect_prompt("bob");
    let Message::Prompt(prompt) = asked.shows else { unreachable!("it is a prompt") };
    assert_eq!(prompt.alert.buttons, [Button::Note]);
    assert!(matches!(asked.post.to, Destination::Person { .. }));
    owl.act("bob", EventKind::Noted { text: "swapped the disk".to_owned() });
    owl.pass_seconds(5);
    assert_eq!(owl.card("disk full").resolution.as_deref(), Some("swapped the disk"));
    owl.expect_silence();
    owl.expect_all_settled();
}

fn who_said_what_fixed_it_is_not_asked(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.ignore_all();
    owl.act("bob", EventKind::Resolved { note: Some("swapped the disk".to_owned()) });
    owl.pass(1);
    owl.expect_silence();
    owl.expect_status("disk full", "resolved");
    owl.expect_all_settled();
}
