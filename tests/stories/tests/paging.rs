//! Somebody is woken, until somebody answers.

use nightowl_domain::{EventKind, Ignored};
use nightowl_engine::testing::sample_tenant;
use nightowl_messaging::{Button, Message, Provider};
use nightowl_test_stories::{Owl, Platform, stories};

stories! {
    first_page,
    an_ack_stops_it,
    unanswered_it_escalates_repeats_and_is_exhausted,
    somebody_escalates,
    nobody_is_on_call,
    a_snooze_ends,
    an_ack_that_is_forgotten_comes_back,
    giving_it_back_pages_again,
    what_has_no_credentials_goes_to_the_last_resort,
    a_provider_that_is_not_set_up_is_broken,
}

fn first_page(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    let page = owl.expect_page("alice");
    owl.expect_silence();
    let Message::Direct(page) = page.shows else { panic!("Alice is paged directly") };
    assert_eq!(page.urgency, "critical");
    assert_eq!(page.alert.title, "disk full");
    assert_eq!(
        page.alert.buttons,
        [Button::Acknowledge, Button::Escalate, Button::Resolve, Button::Snooze, Button::Runbook]
    );
    let card = owl.card("disk full");
    assert_eq!(
        card.primary_on_call.and_then(|person| person.user_ref).as_deref(),
        owl.face_of("alice").as_deref()
    );
    assert!(card.escalation.starts_with("Tier 1 of 2, round 1 of 2: paging Alice; next at"));
}

fn an_ack_stops_it(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    let page = owl.expect_page("alice");
    owl.pass(2);
    owl.ack_as("bob");
    owl.expect_status("disk full", "acknowledged");
    assert_eq!(owl.card("disk full").acknowledged_by.as_deref(), Some("Bob"));
    let shown = owl.chat.posted().into_iter().find(|posted| posted.message == page.message);
    let Some(Message::Direct(page)) = shown.map(|posted| posted.shows) else {
        panic!("Alice's page is still there")
    };
    assert_eq!(page.text, "You were paged: tier 1 (oncall_primary). Acknowledged by Bob.");
    owl.pass(120);
    owl.expect_silence();
    assert_eq!(owl.in_vain("bob", EventKind::Acked), Ignored::AlreadyYours);
    owl.expect_all_settled();
}

fn unanswered_it_escalates_repeats_and_is_exhausted(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass_seconds(299);
    owl.expect_silence();
    owl.pass_seconds(1);
    owl.expect_page("bob");
    owl.pass(10);
    owl.expect_page("alice");
    assert!(owl.card("disk full").escalation.starts_with("Tier 1 of 2, round 2 of 2"));
    owl.pass(5);
    owl.expect_page("bob");
    owl.expect_silence();
    owl.pass(10);
    owl.expect_notice("Nobody answered");
    owl.expect_status("disk full", "firing");
    assert!(owl.card("disk full").escalation.contains("Nobody answered"));
    owl.pass(600);
    owl.expect_silence();
    owl.expect_all_settled();
    let timeline = owl.timeline(&owl.newest("disk full").occurrence());
    for words in ["paging Alice", "Nobody answered tier 1 within 5 minutes", "paging Bob"] {
        assert!(timeline.contains(words), "{words:?} is missing in\n{timeline}");
    }
}

fn somebody_escalates(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.pass(1);
    owl.escalate_as("alice");
    owl.expect_page("bob");
    let seen = Some((0, 0));
    assert_eq!(owl.in_vain("alice", EventKind::Escalated { seen }), Ignored::AlreadyEscalated);
    owl.pass(9);
    owl.expect_silence();
    owl.pass(1);
    owl.expect_page("alice");
}

fn nobody_is_on_call(on: Platform) {
    let mut tenant = sample_tenant();
    tenant.schedules[0].rotations.clear();
    let mut owl = Owl::with(on, tenant);
    owl.alert("disk full");
    let because = owl.expect_page_to_nobody();
    assert!(because.contains("oncall_primary"), "{because}");
    owl.expect_silence();
    owl.pass_seconds(1);
    owl.expect_card("disk full");
    owl.pass_seconds(299);
    let because = owl.expect_page_to_nobody();
    assert!(because.contains("oncall_secondary"), "{because}");
    owl.expect_silence();
}

fn a_snooze_ends(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.snooze_as("alice", 30);
    owl.expect_status("disk full", "snoozed");
    owl.pass_seconds(30 * 60 - 1);
    owl.expect_silence();
    owl.pass_seconds(1);
    owl.expect_page("alice");
    owl.expect_status("disk full", "firing");
    owl.pass(5);
    owl.expect_page("bob");
}

fn an_ack_that_is_forgotten_comes_back(on: Platform) {
    let mut tenant = sample_tenant();
    tenant.policies[0].ack_timeout = Some(std::time::Duration::from_secs(3600));
    let mut owl = Owl::with(on, tenant);
    owl.alert("disk full");
    owl.expect_card("disk full");
    owl.expect_page("alice");
    owl.ack_as("alice");
    owl.pass(60);
    owl.expect_notice("acknowledged this");
    owl.ack_as("alice");
    owl.pass(60);
    owl.expect_notice("acknowledged this");
    owl.pass(5);
    owl.expect_page("alice");
    owl.expect_status("disk full", "firing");
    owl.ignore_all();
}

fn giving_it_back_pages_again(on: Platform) {
    let mut owl = Owl::on(on);
    owl.alert("disk full");
    owl.pass(6);
    owl.ignore_all();
    owl.ack_as("alice");
    owl.pass(3);
    owl.unack_as("alice");
    owl.expect_page("bob");
    owl.expect_status("disk full", "firing");
}

fn what_has_no_credentials_goes_to_the_last_resort(on: Platform) {
    let mut owl = Owl::on(on);
    owl.chat.set_broken(true);
    owl.alert("disk full");
    owl.pass_seconds(2);
    let page = owl.expect_page("alice");
    assert_eq!(page.message.provider, "inbox");
    let told = owl.expect_notice("NightOwl cannot use ");
    assert_eq!(told.message.provider, "inbox", "operators are told by another path");
    let timeline = owl.timeline(&owl.newest("disk full").occurrence());
    assert!(timeline.contains("the token was revoked"), "{timeline}");
    owl.chat.set_broken(false);
    owl.pass(6);
    owl.expect_card("disk full");
    owl.expect_page("bob");
    owl.expect_silence();
}

fn a_provider_that_is_not_set_up_is_broken(on: Platform) {
    let mut owl = Owl::on(on);
    owl.ports.providers.remove(Provider::name(&owl.chat));
    owl.alert("disk full");
    let page = owl.expect_page("alice");
    assert_eq!(page.message.provider, "inbox");
    let timeline = owl.timeline(&owl.newest("disk full").occurrence());
    let reason = format!("{} is not set up for this tenant", Provider::name(&owl.chat));
    assert!(timeline.contains(&reason), "{timeline}");
}
