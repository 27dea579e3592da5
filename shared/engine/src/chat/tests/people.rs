use nightowl_domain::Actor;
use nightowl_messaging::ChatUser;

use super::{World, alice};
use crate::chat::{Identity, Stranger};
use crate::testing::{Spring, run, sample_tenant};
use crate::{Config, Store};

fn account(email: Option<&str>) -> ChatUser {
    ChatUser {
        user: String::new(),
        email: email.map(str::to_owned),
        name: "Al".to_owned(),
        is_gone: false,
        ..ChatUser::default()
    }
}

impl World {
    fn identify(&self, user_ref: &str) -> Identity {
        let tenant = run(self.ports.config.tenant("acme")).expect("it works").expect("configured");
        run(self.engine.identify(&tenant, &self.chat, user_ref, "al")).expect("never an error")
    }

    fn allow_unlinked(&self) {
        let tenant = nightowl_domain::Tenant { allow_unlinked: true, ..sample_tenant() };
        self.ports.config.set(tenant);
    }
}

#[test]
fn somebody_is_met_by_address_and_known_from_then_on() {
    let world = World::new();
    world.chat.add_user("U1", account(Some(" Alice@Example.com ")));
    assert_eq!(world.identify("U1"), Identity::Known(alice()));
    let met = run(world.ports.store.read_identity("acme", "chat", "U1")).expect("it works");
    assert_eq!(met.as_deref(), Some("alice"));
    // The address is changed afterwards; the person is the same.
    world.chat.add_user("U1", account(Some("new@example.com")));
    assert_eq!(world.identify("U1"), Identity::Known(alice()));
}

#[test]
fn a_person_who_was_taken_out_is_not_known_by_their_old_row() {
    let world = World::new();
    run(world.ports.store.put_identity("acme", "chat", "U1", "carol")).expect("it works");
    world.chat.add_user("U1", account(Some("carol@example.com")));
    assert_eq!(world.identify("U1"), Identity::Unknown(Stranger::NotListed));
}

#[test]
fn strangers_learn_why() {
    let world = World::new();
    world.chat.add_user("U-listed-nowhere", account(Some("eve@example.com")));
    world.chat.add_user("U-no-address", account(None));
    world.chat.add_user("U-empty-address", account(Some("")));
    let gone = ChatUser { is_gone: true, ..account(Some("alice@example.com")) };
    world.chat.add_user("U-gone", gone);
    let table = [
        ("U-listed-nowhere", Stranger::NotListed),
        ("U-no-address", Stranger::NoEmail),
        ("U-empty-address", Stranger::NotListed),
        ("U-gone", Stranger::Gone),
        ("U-nobody", Stranger::NotVisible),
    ];
    for (user, why) in table {
        assert_eq!(world.identify(user), Identity::Unknown(why), "{user}");
    }
}

/// Carol has no address of her own, and is called something else on the platform.
fn with_handle(handle: &str) -> nightowl_domain::Tenant {
    let mut tenant = sample_tenant();
    tenant.users.push(nightowl_domain::User {
        id: "carol".to_owned(),
        name: "Carol".to_owned(),
        email: None,
        timezone: None,
        handles: [("chat".to_owned(), handle.to_owned())].into(),
    });
    tenant
}

fn called(handle: &str, email: Option<&str>) -> ChatUser {
    ChatUser { handle: Some(handle.to_owned()), ..account(email) }
}

#[test]
fn somebody_is_met_by_the_name_that_the_configuration_says() {
    let carol = Actor::User { id: "carol".to_owned(), name: "Carol".to_owned() };
    for (handle, user_ref) in
        [("@Caroline", "U1"), ("caroline", "U1"), ("u1", "U1"), ("U1", "U1"), ("u1", "u1")]
    {
        let world = World::new();
        world.ports.config.set(with_handle(handle));
        // An address that nobody has does not speak against what an operator wrote down.
        world.chat.add_user(user_ref, called("caroline", Some("c@elsewhere.example")));
        assert_eq!(world.identify(user_ref), Identity::Known(carol.clone()), "{handle}");
        let face = run(world.ports.store.read_face("acme", "chat", "carol")).expect("it works");
        assert_eq!(face.as_deref(), Some(user_ref));
    }
    let world = World::new();
    world.ports.config.set(with_handle("@"));
    world.chat.add_user("U1", called("", None));
    assert_eq!(world.identify("U1"), Identity::Unknown(Stranger::NoEmail), "nobody is called so");
}

#[test]
fn somebody_without_an_address_is_met_by_their_user_name() {
    let world = World::new();
    world.chat.add_user("U1", called("Alice", None));
    assert_eq!(world.identify("U1"), Identity::Known(alice()));
    // Another address than the configured one says that it is somebody else.
    world.chat.add_user("U2", called("alice", Some("eve@example.com")));
    assert_eq!(world.identify("U2"), Identity::Unknown(Stranger::NotListed));
    // And so does another name in the configuration.
    world.ports.config.set(with_handle("caroline"));
    world.chat.add_user("U3", called("carol", None));
    assert_eq!(world.identify("U3"), Identity::Unknown(Stranger::NoEmail));
    // Where the configuration has no address, there is nothing to differ from.
    let mut tenant = with_handle("caroline");
    tenant.users.iter_mut().filter(|user| user.id == "carol").for_each(|user| {
        user.handles.clear();
    });
    world.ports.config.set(tenant);
    world.chat.add_user("U5", called("carol", Some("c@elsewhere.example")));
    let carol = Actor::User { id: "carol".to_owned(), name: "Carol".to_owned() };
    assert_eq!(world.identify("U5"), Identity::Known(carol));
    let gone = ChatUser { is_gone: true, ..called("alice", None) };
    world.chat.add_user("U4", gone);
    assert_eq!(world.identify("U4"), Identity::Unknown(Stranger::Gone));
}

/// Anybody may rename themselves.
#[test]
fn a_name_alone_makes_nobody_a_person_who_has_another_account() {
    for (tenant, person, name) in
        [(sample_tenant(), "alice", "alice"), (with_handle("caroline"), "carol", "caroline")]
    {
        let world = World::new();
        world.ports.config.set(tenant);
        // Known since she followed a link, and called something else in chat.
        world.chat.add_user("U1", called("somebody", None));
        run(world.ports.store.put_identity("acme", "chat", "U1", person)).expect("it works");
        world.chat.add_user("U2", called(name, None));
        assert_eq!(world.identify("U2"), Identity::Unknown(Stranger::NoEmail), "{name}");
        let face = run(world.ports.store.read_face("acme", "chat", person)).expect("it works");
        assert_eq!(face.as_deref(), Some("U1"), "pages still find {person}");
        let gone = ChatUser { is_gone: true, ..called("somebody", None) };
        world.chat.add_user("U1", gone);
        assert_eq!(world.identify("U2"), Identity::Unknown(Stranger::NoEmail), "{name}");
    }
    // On a new server nobody has the old account.
    let world = World::new();
    run(world.ports.store.put_identity("acme", "chat", "U1", "alice")).expect("it works");
    world.chat.add_user("U2", called("alice", None));
    assert_eq!(world.identify("U2"), Identity::Known(alice()));
}

#[test]
fn a_user_name_that_looks_like_an_id_is_nobodys_id() {
    let world = World::new();
    world.ports.config.set(with_handle("U7"));
    world.chat.add_user("U2", called("u7", None));
    assert_eq!(world.identify("U2"), Identity::Unknown(Stranger::NoEmail));
}

/// An operator takes back what was met wrongly.
#[test]
fn what_the_configuration_says_of_an_account_is_above_what_was_met() {
    let world = World::new();
    run(world.ports.store.put_identity("acme", "chat", "U1", "alice")).expect("it works");
    world.chat.add_user("U1", called("alice", None));
    assert_eq!(world.identify("U1"), Identity::Known(alice()));
    world.ports.config.set(with_handle("U1"));
    let carol = Actor::User { id: "carol".to_owned(), name: "Carol".to_owned() };
    assert_eq!(world.identify("U1"), Identity::Known(carol));
    let face = run(world.ports.store.read_face("acme", "chat", "alice")).expect("it works");
    assert_eq!(face, None);
}

#[test]
fn whoever_acts_unlinked_is_told_apart_by_the_user_name() {
    let world = World::new();
    world.allow_unlinked();
    let name = "Alice\n \u{202e}".to_owned() + &"x".repeat(500);
    world.chat.add_user("U1", ChatUser { name, ..called("@eve", Some("eve@example.com")) });
    let Identity::Known(Actor::Chat { name, .. }) = world.identify("U1") else { panic!("known") };
    assert!(name.starts_with("Alice x") && name.ends_with("x (@eve)"), "{name}");
    assert!(name.chars().count() < 100 && !name.contains('\u{202e}'), "{name}");
}

#[test]
fn where_the_tenant_allows_it_the_workspace_may_act() {
    let world = World::new();
    world.allow_unlinked();
    world.chat.add_user("U1", account(Some("eve@example.com")));
    let expected = Actor::Chat {
        provider: "chat".to_owned(),
        id: "U1".to_owned(),
        name: "Al (@al)".to_owned(),
    };
    assert_eq!(world.identify("U1"), Identity::Known(expected));
    let gone = ChatUser { is_gone: true, ..account(None) };
    world.chat.add_user("U-gone", gone);
    assert_eq!(world.identify("U-gone"), Identity::Unknown(Stranger::Gone));
    assert_eq!(world.identify("U-nobody"), Identity::Unknown(Stranger::NotVisible));
}

#[test]
fn trouble_with_the_store_keeps_nobody_out() {
    for call in 0..4 {
        let world = World::new();
        world.chat.add_user("U1", account(Some("alice@example.com")));
        world.ports.trap.arm(call, Spring::Fail);
        // The first call reads the row, the second asks the platform, the others keep the rows.
        let expected = match call {
            1 => Identity::Unknown(Stranger::CannotAsk),
            _ => Identity::Known(alice()),
        };
        assert_eq!(world.identify("U1"), expected, "call {call}");
    }
}
