use super::World;
use crate::testing::run;

#[test]
fn home_says_whether_i_am_on_call_and_what_is_mine() {
    let world = World::with_console();
    world.meet("alice");
    world.meet("bob");
    let home = |who: &str| run(world.engine.on_home(&world.guest(who).visitor()));
    let alone = home("U-alice");
    assert_eq!(
        alone.text,
        "You are on call: platform (primary) until Mon 2025-11-24 09:00 UTC. No open alert is yours."
    );
    assert_eq!(alone.link.map(|link| link.url).as_deref(), Some("https://owl.example/console/"));
    let disk = world.fire("disk");
    world.pass(1);
    let cpu = world.fire("cpu");
    let mine = home("U-alice");
    assert!(mine.text.ends_with(" 2 open alerts are yours:"), "{}", mine.text);
    let titles: Vec<&str> = mine.sections.iter().map(|section| &*section.title).collect();
    assert_eq!(titles, [cpu.short_id.to_uppercase(), disk.short_id.to_uppercase()]);
    world.guest("U-bob").says(&format!("ack {}", cpu.short_id));
    assert!(home("U-alice").text.ends_with(" One open alert is yours:"));
    let other = home("U-bob");
    let on_call = "You are on call: platform (secondary) until Mon 2025-11-24 09:00 UTC. ";
    assert_eq!(other.text, format!("{on_call}One open alert is yours:"));
}

#[test]
fn a_stranger_at_home_is_offered_a_link() {
    let world = World::with_console();
    world.add_stranger("U9");
    let home = run(world.engine.on_home(&world.guest("U9").visitor()));
    assert!(home.link.is_some_and(|link| link.label == "Link my account"));
    assert!(home.text.starts_with("NightOwl does not know who you are"), "{}", home.text);
}

#[test]
fn home_never_fails() {
    for call in 0..8 {
        let world = World::with_console();
        world.meet("alice");
        world.fire("disk");
        world.ports.trap.arm(call, crate::testing::Spring::Fail);
        let home = run(world.engine.on_home(&world.guest("U-alice").visitor()));
        assert!(home.text.ends_with(['.', ':']), "{}", home.text);
    }
}
