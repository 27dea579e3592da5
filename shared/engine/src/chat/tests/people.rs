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

#[test]
fn where_the_tenant_allows_it_the_workspace_may_act() {
    let world = World::new();
    world.allow_unlinked();
    world.chat.add_user("U1", account(Some("eve@example.com")));
    let expected =
        Actor::Chat { provider: "chat".to_owned(), id: "U1".to_owned(), name: "Al".to_owned() };
    assert_eq!(world.identify("U1"), Identity::Known(expected));
    let gone = ChatUser { is_gone: true, ..account(None) };
    world.chat.add_user("U-gone", gone);
    assert_eq!(world.identify("U-gone"), Identity::Unknown(Stranger::Gone));
    assert_eq!(world.identify("U-nobody"), Identity::Unknown(Stranger::NotVisible));
}

#[test]
fn trouble_with_the_store_keeps_nobody_out() {
    for call in 0..3 {
        let world = World::new();
        world.chat.add_user("U1", account(Some("alice@example.com")));
        world.ports.trap.arm(call, Spring::Fail);
        // The first call reads the row, the second asks the platform, the third keeps the row.
        let expected = match call {
            1 => Identity::Unknown(Stranger::CannotAsk),
            _ => Identity::Known(alice()),
        };
        assert_eq!(world.identify("U1"), expected, "call {call}");
    }
}
