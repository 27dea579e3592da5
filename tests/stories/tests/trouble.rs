//! What goes wrong between NightOwl and the chat platform.

use std::time::Duration;

use nightowl_engine::testing::Script;
use nightowl_messaging::{Form, Message, ProviderError};
use nightowl_test_stories::{Owl, Platform, stories};

stories! {
    an_answer_is_lost_after_the_post_landed,
    an_answer_is_lost_and_the_post_never_came,
    a_post_lands_late,
    a_post_hangs,
    the_rich_form_is_refused,
    the_platform_asks_for_time,
    an_ack_while_a_page_is_in_doubt,
    finding_fails_for_long,
    finding_is_not_possible,
    the_provider_is_down_for_the_whole_policy,
    the_provider_comes_back_for_all_that_waits,
    an_ack_in_an_outage_stops_the_pages,
    the_card_is_deleted_in_chat,
    a_card_that_cannot_be_edited_is_followed_by_a_reply,
    an_edit_whose_answer_is_lost_is_made_again,
}

/// The page to Alice is the first thing that is posted.
fn with_first_post(on: Platform, script: Script) -> Owl {
    let mut owl = Owl::on(on);
    owl.chat.script([script]);
    owl.alert("disk full");
    owl
}

fn an_answer_is_lost_after_the_post_landed(on: Platform) {
    let mut owl = with_first_post(on, Script::LostLanded);
    owl.pass(2);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    owl.expect_all_settled();
}

fn an_answer_is_lost_and_the_post_never_came(on: Platform) {
    let mut owl = with_first_post(on, Script::LostNotLanded);
    owl.pass_seconds(14);
    owl.expect_card("disk full");
    owl.expect_silence();
    owl.pass_seconds(2);
    owl.expect_page("alice");
    owl.expect_silence();
    owl.expect_all_settled();
}

fn a_post_lands_late(on: Platform) {
    let mut owl = with_first_post(on, Script::LandsLate(Duration::from_secs(12)));
    owl.pass(2);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    owl.expect_all_settled();
}

fn a_post_hangs(on: Platform) {
    let mut owl = with_first_post(on, Script::Hang);
    owl.pass(2);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
    owl.expect_all_settled();
}

fn the_rich_form_is_refused(on: Platform) {
    let mut owl = with_first_post(on, Script::RefuseRich);
    assert_eq!(owl.expect_page("alice").post.form, Form::Plain);
    owl.expect_card("disk full");
    owl.expect_silence();
}

fn the_platform_asks_for_time(on: Platform) {
    let mut owl = with_first_post(on, Script::Retry(Some(Duration::from_secs(40))));
    owl.pass_seconds(39);
    owl.expect_card("disk full");
    owl.expect_silence();
    owl.pass_seconds(1);
    owl.expect_page("alice");
    assert_eq!(owl.chat.attempts().len(), 3, "nothing was tried in between");
}

fn an_ack_while_a_page_is_in_doubt(on: Platform) {
    for script in [Script::LostLanded, Script::LostNotLanded] {
        let mut owl = with_first_post(on, script);
        owl.pass_seconds(5);
        owl.ack_as("alice");
        owl.pass(10);
        owl.expect_card("disk full");
        if script == Script::LostLanded {
            let page = owl.expect_page("alice");
            let shows = page.shows.alert().map(|alert| alert.status);
            assert_eq!(shows, Some("acknowledged"), "it does not go on crying");
        }
        owl.expect_silence();
        owl.expect_all_settled();
        assert_eq!(owl.chat.attempts().len(), 2, "nothing is posted after an ack");
    }
}

fn finding_fails_for_long(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.script([Script::LostNotLanded]);
    let error = || ProviderError::Refused { reason: "odd".to_owned() };
    owl.chat.fail_finds((0..100).map(|_| error()));
    owl.alert("disk full");
    owl.pass(3);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
}

fn finding_is_not_possible(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.set_cannot_find(true);
    owl.chat.script([Script::LostNotLanded]);
    owl.alert("disk full");
    owl.pass_seconds(16);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_silence();
}

fn the_provider_is_down_for_the_whole_policy(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.set_down(true);
    owl.alert("disk full");
    owl.pass(45);
    owl.expect_silence();
    let tried = owl.chat.attempts().len();
    assert!(tried < 20, "{tried} posts were tried on a provider that is down");
    let asked = owl.chat.connects();
    assert!((150..=200).contains(&asked), "it was asked {asked} times how it is");
    owl.chat.set_down(false);
    owl.pass_seconds(60);
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.expect_page("bob");
    owl.expect_notice("Nobody answered");
    owl.expect_silence();
    owl.expect_all_settled();
}

fn the_provider_comes_back_for_all_that_waits(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.set_down(true);
    let titles = ["one", "two", "three", "four"];
    for title in titles {
        owl.alert(title);
    }
    owl.pass(3);
    owl.expect_silence();
    owl.chat.set_down(false);
    owl.pass_seconds(40);
    for title in titles {
        owl.expect_card(title);
        owl.expect_page("alice");
    }
    owl.expect_silence();
}

fn an_ack_in_an_outage_stops_the_pages(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.set_down(true);
    owl.alert("disk full");
    owl.pass(7);
    owl.ack_as("alice");
    owl.chat.set_down(false);
    owl.pass(5);
    owl.expect_card("disk full");
    owl.expect_silence();
    owl.expect_status("disk full", "acknowledged");
    owl.expect_all_settled();
}

fn the_card_is_deleted_in_chat(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    let card = owl.expect_card("disk full").message;
    owl.expect_page("alice");
    owl.chat.delete(&card);
    owl.pass(6);
    owl.ignore_all();
    let again = owl.card("disk full");
    assert!(again.escalation.starts_with("Tier 2 of 2"), "{}", again.escalation);
    let cards = owl.ports.store.cards(&owl.newest("disk full").occurrence());
    assert_eq!(cards.len(), 1, "the mapping knows one card");
    assert_ne!(cards[0], card, "and it is the new one");
    owl.ack_as("bob");
    owl.expect_status("disk full", "acknowledged");
}

fn a_card_that_cannot_be_edited_is_followed_by_a_reply(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass(1);
    owl.chat.script([Script::Uneditable, Script::Uneditable]);
    owl.ack_as("alice");
    owl.pass(1);
    owl.expect_notice("acknowledged");
    owl.clear("disk full");
    owl.pass(1);
    owl.expect_notice("resolved");
    owl.expect_silence();
}

fn an_edit_whose_answer_is_lost_is_made_again(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(1);
    owl.ignore_all();
    owl.chat.script([Script::LostNotLanded, Script::LostNotLanded]);
    owl.ack_as("alice");
    owl.pass(5);
    owl.expect_status("disk full", "acknowledged");
    owl.expect_all_settled();
    let messages = owl.chat.posted();
    assert!(messages.iter().all(|posted| match &posted.shows {
        Message::Alert(alert) => alert.status == "acknowledged",
        Message::Direct(page) => page.alert.status == "acknowledged",
        Message::Escalation(_) | Message::Notice(_) | Message::Prompt(_) | Message::Digest(_) =>
            false,
    }));
}
