use super::*;
use crate::records::{Clear, Doubt, Life, Platform};

fn landed(delivery: &str, person: Option<&str>) -> Landed {
    Landed {
        platform: Platform::Slack,
        delivery: Some(delivery.to_owned()),
        label: Some("chaos-000000".to_owned()),
        person: person.map(str::to_owned),
        at: 2_000,
        text: "chaos-000000 is slow. Resolved by Bob".to_owned(),
    }
}

fn claim(delivery: &str, what: What, since: Millis) -> Claim {
    Claim {
        delivery: delivery.to_owned(),
        alert: "a".to_owned(),
        what,
        posts: true,
        since,
        until: since + 15_000,
    }
}

fn begun(delivery: &str, at: Millis) -> Begun {
    Begun { platform: Platform::Slack, delivery: delivery.to_owned(), at, trouble: None }
}

fn act(verb: Verb, seen: Millis) -> Act {
    Act {
        label: "chaos-000000".to_owned(),
        verb,
        way: "API",
        person: "bob".to_owned(),
        at: seen - 100,
        answered: Some(200),
        seen: Some(seen),
    }
}

/// One alert: accepted, shown, paged, acknowledged, resolved.
fn good() -> Records {
    let kinds = ["opened", "paged", "acknowledged", "resolved"];
    Records {
        sent: vec![Sent {
            label: "chaos-000000".to_owned(),
            people: vec!["alice".to_owned()],
            first: 900,
            accepted: Some(1_000),
            attempts: 1,
            clear: None,
        }],
        acts: vec![act(Verb::Acknowledge, 5_000)],
        begun: vec![begun("card", 1_900), begun("page", 1_900)],
        landed: vec![landed("card", None), landed("page", Some("alice"))],
        claims: vec![claim("card", What::Card, 1_500), claim("page", What::Page, 1_500)],
        stored: vec![Stored {
            id: "a".to_owned(),
            label: "chaos-000000".to_owned(),
            is_resolved: true,
            timeline: kinds.map(str::to_owned).to_vec(),
            owed: vec![],
        }],
        rested: Some(9_000),
        ..Records::default()
    }
}

fn rules(change: impl FnOnce(&mut Records)) -> Vec<Rule> {
    let mut records = good();
    change(&mut records);
    let (_, violations) = audit(&records);
    violations.into_iter().map(|violation| violation.rule).collect()
}

#[test]
fn a_run_in_order_has_figures_and_no_violation() {
    let (figures, violations) = audit(&good());
    assert_eq!(violations, []);
    let expected = Figures { accepted: 1, posts: 2, pages: 1, acts_seen: 1, ..Figures::default() };
    assert_eq!(figures, expected);
}

#[test]
fn a_lost_alert_a_lost_card_and_a_lost_page_are_found() {
    assert_eq!(rules(|records| records.stored.clear()), [Rule::Lost]);
    assert_eq!(rules(|records| drop(records.landed.remove(0))), [Rule::Lost]);
    let without_page = |records: &mut Records| drop(records.landed.remove(1));
    assert_eq!(rules(without_page), [], "it was acknowledged before its page was out");
    let left_alone = |records: &mut Records| {
        without_page(records);
        records.acts.clear();
    };
    assert_eq!(rules(left_alone), [Rule::Lost]);
    let refused = |records: &mut Records| {
        left_alone(records);
        records.sent[0].accepted = None;
    };
    assert_eq!(rules(refused), [], "nothing was promised");
}

#[test]
fn a_digest_that_names_it_stands_for_a_card() {
    let in_digest = |named: &str| {
        let text = format!("2 more alerts: chaos-000009 is resolved, {named} is resolved");
        rules(|records| {
            records.claims[0].what = What::Digest;
            records.landed[0].text = text;
        })
    };
    assert_eq!(in_digest("chaos-000000"), []);
    assert_eq!(in_digest("chaos-000001"), [Rule::Lost]);
}

#[test]
fn only_what_was_over_before_it_was_looked_at_needs_no_card() {
    let cleared = |records: &mut Records| {
        records.acts.clear();
        records.landed.clear();
        records.sent[0].clear = Some(Clear { first: 3_000, accepted: Some(3_100) });
        records.stored[0].timeline = ["opened", "cleared"].map(str::to_owned).to_vec();
    };
    assert_eq!(rules(cleared), []);
    let paged = |records: &mut Records| {
        cleared(records);
        records.stored[0].timeline.push("paged".to_owned());
    };
    assert_eq!(rules(paged), [Rule::Lost]);
}

#[test]
fn a_tier_that_was_skipped_is_found() {
    let second = |records: &mut Records| {
        records.sent[0].people.push("bob".to_owned());
        records.acts.clear();
    };
    assert_eq!(rules(second), [Rule::Lost]);
}

#[test]
fn a_doubled_post_is_found_unless_it_was_counted() {
    let doubled = |records: &mut Records| records.landed.push(landed("page", Some("alice")));
    assert_eq!(rules(doubled), [Rule::Doubled]);
    let mut counted = good();
    doubled(&mut counted);
    counted.doubts.push(Doubt { delivery: "page".to_owned(), counter: "page.reposted".to_owned() });
    let (figures, violations) = audit(&counted);
    assert_eq!(violations, []);
    assert_eq!(figures.doubled, BTreeMap::from([("page.reposted".to_owned(), 1)]));
    let thrice = |records: &mut Records| {
        *records = counted.clone();
        doubled(records);
    };
    assert_eq!(rules(thrice), [Rule::Doubled], "counted once, and there three times");
}

#[test]
fn two_deliveries_of_one_page_and_two_alerts_of_one_run_are_found() {
    let again = |records: &mut Records| {
        records.landed.push(landed("other", Some("alice")));
        records.claims.push(claim("other", What::Page, 1_500));
    };
    assert_eq!(rules(again), [Rule::Doubled]);
    let twice = |records: &mut Records| records.stored.push(records.stored[0].clone());
    assert_eq!(rules(twice), [Rule::Doubled]);
}

#[test]
fn a_page_claimed_after_an_acknowledgement_is_found() {
    let late =
        |since| move |records: &mut Records| records.claims.push(claim("page", What::Page, since));
    assert_eq!(rules(late(5_000)), [], "in the same moment");
    assert_eq!(rules(late(5_001)), [Rule::AfterAck]);
    let card = |records: &mut Records| records.claims.push(claim("card", What::Card, 6_000));
    assert_eq!(rules(card), [], "a card is no page");
    let find_only = |records: &mut Records| {
        records.claims.push(Claim { posts: false, ..claim("page", What::Page, 6_000) });
    };
    assert_eq!(rules(find_only), [], "it may be looked for");
    let unseen = |records: &mut Records| {
        late(6_000)(records);
        records.acts[0].seen = None;
    };
    assert_eq!(rules(unseen), [], "nobody was told that it is taken");
}

#[test]
fn a_post_outside_of_its_lease_is_found() {
    let at = |at| move |records: &mut Records| records.begun.push(begun("page", at));
    assert_eq!(rules(at(16_000)), []);
    assert_eq!(rules(at(1_499)), [Rule::Unleased]);
    assert_eq!(rules(at(18_501)), [Rule::Unleased]);
    assert_eq!(rules(|records| records.begun.push(begun("nobody", 2_000))), [Rule::Unleased]);
}

#[test]
fn what_was_said_and_forgotten_is_found() {
    let forgotten =
        |records: &mut Records| records.stored[0].timeline.retain(|k| k != "acknowledged");
    assert_eq!(rules(forgotten), [Rule::ActLost]);
    let cleared = |records: &mut Records| {
        records.sent[0].clear = Some(Clear { first: 3_000, accepted: Some(3_100) });
    };
    assert_eq!(rules(cleared), [Rule::ActLost]);
    assert_eq!(rules(|records| records.stored[0].is_resolved = false), [Rule::ActLost]);
}

#[test]
fn an_old_state_a_debt_and_a_bug_are_found() {
    let old = |records: &mut Records| records.landed[0].text = "chaos-000000 is slow".to_owned();
    assert_eq!(rules(old), [Rule::Stale]);
    assert_eq!(rules(|records| records.stored[0].owed.push("an edit".to_owned())), [Rule::Owed]);
    assert_eq!(rules(|records| records.intake = 1), [Rule::Owed]);
    assert_eq!(rules(|records| records.rested = None), [Rule::Owed]);
    assert_eq!(rules(|records| records.bad_lines.push("panicked".to_owned())), [Rule::Bug]);
    let ended = Life { end: "by itself".to_owned(), ..Life::default() };
    assert_eq!(rules(|records| records.lives.push(ended)), [Rule::Bug]);
}
