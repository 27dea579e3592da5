use nightowl_domain::Alert;

use super::World;
use crate::chat::words;

impl World {
    /// A fired and delivered alert, older than whatever fires next.
    fn delivered(&self, series: &str) -> Alert {
        let alert = self.fire(series);
        self.deliver(&alert);
        self.pass(1);
        alert
    }

    fn status(&self, alert: &Alert) -> &'static str {
        self.read(&alert.occurrence()).status.name()
    }

    fn notes(&self, alert: &Alert) -> Vec<String> {
        let timeline = self.read(&alert.occurrence()).timeline.clone();
        let notes = timeline
            .into_iter()
            .filter(|entry| entry.kind == nightowl_domain::EntryKind::Note)
            .map(|entry| entry.text);
        notes.collect()
    }
}

#[test]
fn in_a_thread_its_alert_is_meant() {
    let world = World::new();
    world.meet("alice");
    let disk = world.delivered("disk");
    let cpu = world.delivered("cpu");
    let card = world.card(&disk);
    let guest = world.guest("U-alice").in_thread(&card.message.message);
    let id = disk.short_id.to_uppercase();
    assert_eq!(guest.says("ack"), format!("You acknowledged {id} (disk broke)."));
    assert_eq!((world.status(&disk), world.status(&cpu)), ("acknowledged", "firing"));
    guest.says("note disk was full");
    guest.says("note this one again");
    guest.says("unack back to you");
    assert_eq!(world.notes(&disk), ["disk was full", "this one again", "back to you"]);
    // An id still names its alert, and nothing shorter does.
    guest.says(&format!("ack {} mine", cpu.short_id.to_uppercase()));
    assert_eq!((world.status(&disk), world.status(&cpu)), ("firing", "acknowledged"));
    assert_eq!(world.notes(&cpu), ["mine"]);
    guest.says(&format!("note {} was the cause", &cpu.short_id[..3]));
    assert_eq!(world.notes(&disk)[3], format!("{} was the cause", &cpu.short_id[..3]));
    guest.says(&format!("note {} full id", cpu.id));
    assert_eq!(world.notes(&cpu), ["mine", "full id"]);
    world.pass(1);
    guest.says("snooze 2h");
    assert_eq!(world.status(&disk), "snoozed");
    guest.says("resolve this");
    assert_eq!((world.status(&disk), world.notes(&disk).len()), ("resolved", 4));
    let said = guest.says("ack");
    assert!(said.contains("is over: you resolved it at"), "{said}");
}

#[test]
fn a_thread_of_others_or_of_another_tenant_names_nothing() {
    let world = World::new();
    world.meet("alice");
    let disk = world.delivered("disk");
    let guest = world.guest("U-alice");
    let elsewhere = super::Guest { channel: "C-other", ..guest.in_thread("m999") };
    assert!(elsewhere.says("ack").starts_with("Which one?"));
    // The same message id in another channel is another message.
    let root = world.card(&disk).message.message;
    let elsewhere = super::Guest { channel: "C-other", ..guest.in_thread(&root) };
    assert!(elsewhere.says("ack").starts_with("Which one?"));
    assert_eq!(world.status(&disk), "firing");
}

#[test]
fn the_only_alert_here_needs_no_name_and_the_last_has_one() {
    let world = World::new();
    world.meet("alice");
    let guest = world.guest("U-alice");
    assert_eq!(guest.says("ack"), words::NO_OPEN_ALERTS);
    let disk = world.delivered("disk");
    let id = disk.short_id.to_uppercase();
    assert_eq!(guest.says("ack"), format!("You acknowledged {id} (disk broke)."));
    assert_eq!(guest.says("snooze 90"), {
        "You snoozed ID (disk broke) until Sat 2025-11-22 13:30 UTC.".replace("ID", &id)
    });
    let cpu = world.delivered("cpu");
    let newest = cpu.short_id.to_uppercase();
    let answer = guest.types("escalate");
    assert!(answer.text.starts_with("Which one? Type /nightowl escalate ID"), "{}", answer.text);
    assert!(answer.text.contains("/nightowl escalate last"), "{}", answer.text);
    let titles: Vec<&str> = answer.sections.iter().map(|section| &*section.title).collect();
    assert_eq!(titles, [newest.as_str(), id.as_str()]);
    for (text, word) in [("ack last", "acknowledged"), ("snooze HERE 2h", "snoozed")] {
        let said = guest.says(text);
        assert!(said.contains(&newest), "{said}");
        assert_eq!(world.status(&cpu), word, "{text}");
    }
    guest.says("note this it hums");
    assert_eq!(world.notes(&cpu), ["it hums"]);
    guest.says("resolve last replaced it");
    guest.says("resolve last");
    assert_eq!((world.status(&cpu), world.status(&disk)), ("resolved", "resolved"));
    let said = guest.says("resolve last");
    assert_eq!(said, words::NO_OPEN_ALERTS);
}

#[test]
fn a_channel_without_alerts_has_no_last_one() {
    let world = World::new();
    world.meet("alice");
    let disk = world.delivered("disk");
    let elsewhere = super::Guest { channel: "C-other", ..world.guest("U-alice") };
    let answer = elsewhere.types("ack last");
    assert!(answer.text.starts_with("No open alert has a message here."), "{}", answer.text);
    assert_eq!(answer.sections.len(), 1);
    assert!(elsewhere.says("ack").starts_with("Which one?"));
    assert_eq!(world.status(&disk), "firing");
    // A page by direct message is a message there.
    let page = world.chat.posted().into_iter().find(|posted| posted.message.channel != "C-ops");
    let direct = page.expect("Alice was paged").message.channel;
    let direct = super::Guest { channel: &direct, ..world.guest("U-alice") };
    assert!(direct.says("ack").starts_with("You acknowledged"));
    assert_eq!(world.status(&disk), "acknowledged");
}

#[test]
fn in_a_storm_an_alert_has_to_be_named() {
    let world = World::new();
    world.meet("alice");
    let disk = world.delivered("disk");
    for number in 0..30 {
        world.fire(&format!("storm-{number}"));
    }
    let (reads, _) = world.ports.store.requests();
    let answer = world.guest("U-alice").types("ack");
    assert!(answer.text.starts_with("Which one?"), "{}", answer.text);
    let (after, _) = world.ports.store.requests();
    assert!(after - reads < 50, "{}", after - reads);
    assert_eq!(world.status(&disk), "firing");
}
