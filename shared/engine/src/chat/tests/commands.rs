use nightowl_domain::{Actor, EventId, EventKind, Status};
use nightowl_messaging::CommandResponse;

use super::{World, alice, bob};
use crate::chat::command::When;
use crate::chat::wish::Doer;
use crate::chat::{Found, parse, when, words};
use crate::testing::run;
use crate::{Clock, Config, EngineError};

impl World {
    fn type_as(&self, actor: &Actor, text: &str) -> CommandResponse {
        let event = format!("typed:{text}:{}", self.ports.trap.calls());
        self.obey("acme", actor, text, event.into()).expect("the store works")
    }

    /// What a command does of somebody who may act, typed nowhere in particular.
    fn obey(
        &self,
        tenant: &str,
        actor: &Actor,
        text: &str,
        event: EventId,
    ) -> Result<CommandResponse, EngineError> {
        let configured = run(self.ports.config.tenant(tenant))?.unwrap_or_default();
        let (zone, received) = (when::zone_of(&configured, actor), self.ports.clock.now());
        let doer = Doer { tenant, actor, zone, received, event };
        run(self.engine.obey(&parse(text), &doer, None, When::Now))
    }
}

#[test]
fn an_alert_is_named_by_id_short_id_or_prefix() {
    for name in [
        |alert: &nightowl_domain::Alert| alert.id.to_string(),
        |alert: &nightowl_domain::Alert| alert.short_id.to_uppercase(),
        |alert: &nightowl_domain::Alert| format!("`{}`.", &alert.short_id[..3]),
    ] {
        let world = World::new();
        let alert = world.fire("disk");
        let answer = world.type_as(&alice(), &format!("ack {}", name(&alert)));
        let id = alert.short_id.to_uppercase();
        assert_eq!(answer.text, format!("You acknowledged {id} (disk broke)."));
        assert!(answer.ephemeral && answer.sections.is_empty());
        let status = world.read(&alert.occurrence()).status.clone();
        assert!(matches!(status, Status::Acknowledged { by, .. } if by == alice()));
    }
}

#[test]
fn without_an_alert_the_open_ones_are_listed() {
    let world = World::new();
    assert_eq!(world.type_as(&alice(), "ack").text, words::NO_OPEN_ALERTS);
    let disk = world.fire("disk");
    let cpu = world.fire("cpu");
    let over = world.fire("over");
    world.type_as(&alice(), &format!("resolve {}", over.short_id));
    world.type_as(&alice(), &format!("ack {}", disk.short_id));
    let answer = world.type_as(&alice(), "ack");
    assert!(answer.text.contains("/nightowl ack ID"), "{}", answer.text);
    let titles: Vec<&str> = answer.sections.iter().map(|section| &*section.title).collect();
    // What fires comes first; what is over is left out.
    assert_eq!(titles, [cpu.short_id.to_uppercase(), disk.short_id.to_uppercase()]);
    assert_eq!(answer.sections[0].body, "firing · critical · cpu broke");
    assert_eq!(world.read(&cpu.occurrence()).status, Status::Firing, "nothing was done");
}

#[test]
fn a_list_says_which_alerts_nobody_answered() {
    let world = World::new();
    let alert = world.fire("disk");
    for _ in 0..1_000 {
        if world.read(&alert.occurrence()).plan.exhausted.is_some() {
            break;
        }
        world.pass(60);
        world.deliver(&alert);
    }
    let answer = world.type_as(&alice(), "ack");
    assert_eq!(answer.sections[0].body, "firing, nobody answered · critical · disk broke");
    world.type_as(&alice(), &format!("ack {}", alert.short_id));
    let answer = world.type_as(&alice(), "ack");
    assert_eq!(answer.sections[0].body, "acknowledged · critical · disk broke");
}

#[test]
fn a_long_list_is_cut() {
    let world = World::new();
    for number in 0..30 {
        world.fire(&format!("disk-{number}"));
    }
    let answer = world.type_as(&alice(), "escalate");
    assert_eq!(answer.sections.len(), 10);
    assert!(answer.text.contains("some of them"), "{}", answer.text);
}

#[test]
fn what_is_ambiguous_or_unknown_gets_a_list_and_does_nothing() {
    let world = World::new();
    // Sixty alerts share at least two first characters out of 32 letters.
    let alerts: Vec<_> = (0..60).map(|number| world.fire(&format!("disk-{number}"))).collect();
    let (first, second) = alerts
        .iter()
        .enumerate()
        .find_map(|(index, one)| {
            let twin =
                alerts[..index].iter().find(|other| other.short_id[..1] == one.short_id[..1]);
            twin.map(|twin| (one, twin))
        })
        .expect("two begin alike");
    let prefix = &first.short_id[..1];
    let answer = world.type_as(&alice(), &format!("ack {prefix}"));
    assert!(answer.text.starts_with("More than one alert begins with"), "{}", answer.text);
    assert!(answer.sections.len() > 1);
    let answer = world.type_as(&alice(), "resolve zzzzzzzz");
    assert!(answer.text.starts_with("No alert is called zzzzzzzz. These are open:"));
    assert_eq!(answer.sections.len(), 10);
    for alert in [first, second] {
        assert_eq!(world.read(&alert.occurrence()).status, Status::Firing);
    }
    let found = run(world.engine.find_alert("acme", prefix)).expect("the store works");
    assert!(matches!(found, Found::Several(_)));
    let found = run(world.engine.find_alert("acme", &first.short_id)).expect("the store works");
    assert_eq!(found, Found::One(first.occurrence()));
}

#[test]
fn another_tenants_alert_is_not_there() {
    let world = World::new();
    let alert = world.fire("disk");
    for name in [alert.id.to_string(), alert.short_id.clone()] {
        let found = run(world.engine.find_alert("other", &name)).expect("the store works");
        assert_eq!(found, Found::Nothing { open: Vec::new() });
    }
}

#[test]
fn notes_are_kept() {
    let world = World::new();
    let alert = world.fire("disk");
    let id = &alert.short_id;
    let answer = world.type_as(&alice(), &format!("ack {id} on my way"));
    assert!(answer.text.ends_with(words::NOTE_KEPT), "{}", answer.text);
    let answer = world.type_as(&bob(), &format!("resolve {id} swapped the disk"));
    assert!(answer.text.starts_with("You resolved") && answer.text.ends_with(words::NOTE_KEPT));
    let answer = world.type_as(&alice(), &format!("resolve {id} and dusted it"));
    assert!(answer.text.contains("Bob resolved it at 2025-11-22 12:00 UTC"), "{}", answer.text);
    assert!(answer.text.ends_with(words::NOTE_KEPT), "{}", answer.text);
    let timeline = world.read(&alert.occurrence()).timeline.clone();
    let said: Vec<&str> = timeline.iter().map(|entry| &*entry.text).collect();
    for note in ["on my way", "Bob resolved it: swapped the disk", "and dusted it"] {
        assert!(said.contains(&note), "{said:?}");
    }
}

#[test]
fn an_escalation_says_where_it_went_and_ends() {
    let world = World::new();
    let alert = world.fire("disk");
    let text = format!("escalate {}", alert.short_id);
    for position in ["tier 2 in round 1", "tier 1 in round 2", "tier 2 in round 2"] {
        let answer = world.type_as(&alice(), &text);
        assert!(answer.text.contains(position), "{}", answer.text);
    }
    let answer = world.type_as(&alice(), &text);
    assert!(answer.text.contains("nobody is left"), "{}", answer.text);
}

#[test]
fn a_command_that_is_sent_again_is_done_once() {
    let world = World::new();
    let alert = world.fire("disk");
    let text = format!("escalate {}", alert.short_id);
    for _ in 0..2 {
        let event = "typed".into();
        world.obey("acme", &alice(), &text, event).expect("the store works");
    }
    assert_eq!(world.read(&alert.occurrence()).plan.tier, 1);
}

#[test]
fn help_and_slips() {
    let world = World::new();
    let help = world.type_as(&alice(), "");
    assert_eq!(help.sections.len(), words::HELP.len());
    let answer = world.type_as(&alice(), "reslove x2");
    assert_eq!(answer.text, "There is no command reslove. Did you mean resolve?");
    let lines: Vec<&str> = answer.sections.iter().map(|line| &*line.title).collect();
    assert_eq!(lines, ["/nightowl resolve ID [NOTE]"], "and how that one is typed");
    let answer = world.type_as(&alice(), "pizza");
    assert_eq!(answer.text, "There is no command pizza. You can type:");
    assert_eq!(answer.sections.len(), words::HELP.len());
}

#[test]
fn who_is_on_call() {
    let world = World::new();
    let answer = world.type_as(&alice(), "oncall");
    assert_eq!(answer.sections.len(), 1);
    let section = &answer.sections[0];
    assert_eq!(section.title, "platform");
    let fields: Vec<(&str, &str)> =
        section.fields.iter().map(|field| (&*field.label, &*field.value)).collect();
    assert_eq!(
        fields,
        [
            ("primary", "Alice until Mon 2025-11-24 09:00 UTC"),
            ("secondary", "Bob until Mon 2025-11-24 09:00 UTC"),
        ]
    );
    assert_eq!(world.type_as(&alice(), "oncall PLATFORM").sections.len(), 1);
    let slip = world.type_as(&alice(), "oncall platfrom");
    assert_eq!(slip.text, "There is no schedule platfrom. Did you mean platform?");
    let unknown = world.type_as(&alice(), "oncall x");
    assert_eq!(unknown.text, "There is no schedule x. There are: platform.");
}

#[test]
fn open_alerts_are_listed() {
    let world = World::new();
    assert_eq!(world.type_as(&alice(), "list").text, words::NO_OPEN_ALERTS);
    let disk = world.fire("disk");
    assert_eq!(world.type_as(&alice(), "list").text, "One alert is open:");
    world.pass(1);
    let cpu = world.fire("cpu");
    world.type_as(&alice(), &format!("ack {}", disk.short_id));
    let answer = world.type_as(&alice(), "list");
    assert_eq!(answer.text, "2 alerts are open:");
    let titles: Vec<&str> = answer.sections.iter().map(|section| &*section.title).collect();
    assert_eq!(titles, [cpu.short_id.to_uppercase(), disk.short_id.to_uppercase()]);
    for number in 0..20 {
        world.fire(&format!("disk-{number}"));
    }
    let answer = world.type_as(&alice(), "list");
    assert_eq!(answer.text, "More than 10 alerts are open; these are some of them:");
}

#[test]
fn alerts_of_mine_are_those_i_own_or_am_paged_for() {
    let world = World::new();
    assert_eq!(world.type_as(&bob(), "list mine").text, "No open alert is yours.");
    let mut alerts = Vec::new();
    for series in ["paged-to-alice", "bob-has-it", "bob-snoozed-it", "alice-has-it", "over"] {
        alerts.push(world.fire(series));
        world.pass(1);
    }
    let [paged, has, snoozed, other, over] = alerts.as_slice() else { panic!("five alerts") };
    for (actor, text, alert) in [
        (bob(), "ack", has),
        (bob(), "snooze", snoozed),
        (alice(), "ack", other),
        (bob(), "resolve", over),
    ] {
        world.type_as(&actor, &format!("{text} {} 2h", alert.short_id));
    }
    let titles = |actor: &nightowl_domain::Actor| -> Vec<String> {
        let answer = world.type_as(actor, "list mine");
        answer.sections.into_iter().map(|section| section.title).collect()
    };
    let ids = |alerts: &[&nightowl_domain::Alert]| -> Vec<String> {
        alerts.iter().map(|alert| alert.short_id.to_uppercase()).collect()
    };
    assert_eq!(titles(&bob()), ids(&[snoozed, has]));
    assert_eq!(titles(&alice()), ids(&[other, paged]));
    assert_eq!(world.type_as(&bob(), "list mine").text, "2 open alerts are yours:");
}

#[test]
fn an_alert_is_given_back_and_noted_on() {
    let world = World::new();
    let alert = world.fire("disk");
    let id = alert.short_id.to_uppercase();
    let answer = world.type_as(&bob(), &format!("unack {id}"));
    assert_eq!(answer.text, format!("Nobody has acknowledged {id} (disk broke)."));
    world.type_as(&alice(), &format!("ack {id}"));
    let answer = world.type_as(&bob(), &format!("unack {id} wrong team"));
    let given = format!("You gave {id} (disk broke) back: it fires again.");
    assert_eq!(answer.text, format!("{given} {}", words::NOTE_KEPT));
    let answer = world.type_as(&bob(), &format!("note {id} the fan is loud"));
    assert_eq!(answer.text, format!("Your note on {id} (disk broke) is kept."));
    assert_eq!(world.type_as(&bob(), &format!("note {id}")).text, words::NOTE_MISSING);
    let timeline = world.read(&alert.occurrence()).timeline.clone();
    for note in ["wrong team", "the fan is loud"] {
        assert!(timeline.iter().any(|entry| entry.text == note), "{timeline:?}");
    }
}

#[test]
fn a_long_note_is_cut_and_kept() {
    let world = World::new();
    let alert = world.fire("disk");
    let text = format!("note {} {}", alert.short_id, "é".repeat(20_000));
    assert!(world.type_as(&bob(), &text).text.starts_with("Your note on"));
    let timeline = world.read(&alert.occurrence()).timeline.clone();
    assert!(timeline.iter().any(|entry| entry.text.ends_with("éé…")), "{timeline:?}");
}

#[test]
fn a_tenant_that_is_not_configured_is_an_error() {
    let world = World::new();
    let asked = world.obey("other", &alice(), "oncall", "e".into());
    assert!(matches!(asked, Err(EngineError::NoTenant(_))));
    let alert = world.fire("disk");
    let kind = EventKind::Acked;
    run(world.engine.act(&alert.occurrence(), kind, alice(), "x".into())).expect("it works");
}
