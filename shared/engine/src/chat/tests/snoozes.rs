use nightowl_domain::{Alert, Status, Tenant, Time};
use nightowl_messaging::{ActionId, Snooze};

use super::World;
use crate::testing::sample_tenant;

impl World {
    /// Alice tells the time in this zone.
    fn in_zone(zone: Option<&str>) -> Self {
        let world = Self::new();
        let mut tenant = sample_tenant();
        tenant.users[0].timezone = zone.map(str::to_owned);
        world.ports.config.set(tenant);
        world.meet("alice");
        world
    }

    fn snoozed_until(&self, alert: &Alert) -> Option<Time> {
        match self.read(&alert.occurrence()).status {
            Status::Snoozed { until, .. } => Some(until),
            Status::Firing | Status::Acknowledged { .. } | Status::Resolved { .. } => None,
        }
    }
}

fn at(text: &str) -> Option<Time> {
    Some(Time::parse(text).expect("a moment"))
}

/// It is a Saturday, 12:00 UTC.
#[test]
fn a_menu_snoozes_in_the_zone_of_whoever_chooses() {
    let table = [
        (None, Snooze::HalfHour, "2025-11-22T12:30:00Z"),
        (None, Snooze::TwoHours, "2025-11-22T14:00:00Z"),
        (None, Snooze::Morning, "2025-11-23T09:00:00Z"),
        (Some("Europe/Berlin"), Snooze::Morning, "2025-11-23T08:00:00Z"),
        (Some("America/New_York"), Snooze::Morning, "2025-11-22T14:00:00Z"),
        (Some("no/such/zone"), Snooze::Morning, "2025-11-23T09:00:00Z"),
    ];
    for (zone, choice, expected) in table {
        let world = World::in_zone(zone);
        let alert = world.fire("disk");
        world.deliver(&alert);
        let at_noon = at("2025-11-22T12:00:00Z").expect("a moment");
        let mut press = World::press(&world.card(&alert), ActionId::Snooze, "c1");
        press.choice = Some(choice);
        // Some seconds went by while it was delivered.
        let late = crate::Clock::now(&world.ports.clock).since(at_noon);
        assert_eq!(world.guest("U-alice").presses(&press), None);
        let slack = match choice {
            Snooze::HalfHour | Snooze::TwoHours => late,
            Snooze::Morning | Snooze::Until => std::time::Duration::ZERO,
        };
        let expected = at(expected).map(|expected| expected + slack);
        assert_eq!(world.snoozed_until(&alert), expected, "{zone:?} {choice:?}");
    }
}

#[test]
fn what_no_menu_offers_is_refused() {
    let world = World::in_zone(None);
    let alert = world.fire("disk");
    world.deliver(&alert);
    let press = World::press(&world.card(&alert), ActionId::Snooze, "c1");
    let said = world.guest("U-alice").presses(&press).expect("an answer");
    assert!(said.text.contains("no such choice"), "{}", said.text);
    assert_eq!(world.snoozed_until(&alert), None);
}

#[test]
fn a_command_says_until_when_in_the_persons_zone() {
    let world = World::in_zone(Some("Europe/Berlin"));
    let alert = world.fire("disk");
    let id = alert.short_id.to_uppercase();
    let guest = world.guest("U-alice");
    let table = [
        ("2h", "Sat 2025-11-22 15:00 CET"),
        ("tomorrow 9:00", "Sun 2025-11-23 09:00 CET"),
        ("until 18:30", "Sat 2025-11-22 18:30 CET"),
        ("2025-11-24 9:00", "Mon 2025-11-24 09:00 CET"),
    ];
    for (text, expected) in table {
        let said = guest.says(&format!("snooze {id} {text}"));
        assert_eq!(said, format!("You snoozed {id} (disk broke) until {expected}."));
    }
    assert_eq!(world.snoozed_until(&alert), at("2025-11-24T08:00:00Z"));
}

#[test]
fn what_is_no_moment_gets_examples_and_does_nothing() {
    let world = World::in_zone(Some("Europe/Berlin"));
    let alert = world.fire("disk");
    let guest = world.guest("U-alice");
    let long = "9".repeat(3_000);
    let table = [
        ("", "Until when? "),
        ("soon", "NightOwl cannot read soon as a time. "),
        ("today 9:00", "today 9:00 is over already. "),
        ("31d", "31d is too far away: a snooze ends within 30 days."),
        (&long, "NightOwl cannot read 99"),
    ];
    for (text, expected) in table {
        let said = guest.says(&format!("snooze {} {text}", alert.short_id));
        assert!(said.starts_with(expected), "{said}");
        assert!(said.contains("for example 30m, 2h") || said.contains("30 days"), "{said}");
        assert!(said.chars().count() < 250, "{said}");
        assert_eq!(world.snoozed_until(&alert), None);
    }
}

#[test]
fn who_has_no_zone_is_in_that_of_their_schedule() {
    let world = World::in_zone(None);
    let mut tenant: Tenant = sample_tenant();
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    let mut others = tenant.schedules[0].clone();
    for rotation in &mut others.rotations {
        rotation.members = vec!["bob".to_owned()];
    }
    others.id = "others".to_owned();
    tenant.schedules[0].timezone = berlin;
    tenant.schedules.insert(0, others);
    for rotation in &mut tenant.schedules[1].rotations {
        rotation.members = vec!["alice".to_owned()];
    }
    world.ports.config.set(tenant);
    let alert = world.fire("disk");
    world.guest("U-alice").says(&format!("snooze {} 9:00", alert.short_id));
    assert_eq!(world.snoozed_until(&alert), at("2025-11-23T08:00:00Z"));
}
