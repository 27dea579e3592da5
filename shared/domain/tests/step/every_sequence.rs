//! All short sequences of events, and long ones drawn at random, each event applied twice.

use nightowl_domain::*;
use proptest::prelude::*;

use crate::laws::lawful;
use crate::world::{World, minutes, person, seconds};

#[derive(Clone, Copy, Debug)]
enum Deed {
    Fire,
    FireOfThisRun,
    FireReceivedBefore,
    Clear,
    ClearReceivedBefore,
    AckAlice,
    AckBob,
    Unack,
    Escalate,
    Snooze,
    Resolve,
    Tick,
    Claim,
    SettleSent,
    SettleLost,
    SettleBroken,
    SettleNoChannel,
    SettleGone,
    FindFails,
    WaitForLease,
    WaitLong,
    Note,
}

use Deed::*;

const ALL: [Deed; 22] = [
    Fire,
    FireOfThisRun,
    FireReceivedBefore,
    Clear,
    ClearReceivedBefore,
    AckAlice,
    AckBob,
    Unack,
    Escalate,
    Snooze,
    Resolve,
    Tick,
    Claim,
    SettleSent,
    SettleLost,
    SettleBroken,
    SettleNoChannel,
    SettleGone,
    FindFails,
    WaitForLease,
    WaitLong,
    Note,
];

/// Those whose order among each other matters most.
const CORE: [Deed; 9] =
    [Fire, FireReceivedBefore, Clear, ClearReceivedBefore, AckAlice, Snooze, Resolve, Tick, Claim];

/// A second passes before each, so that no two are received at the same moment.
fn happens(world: &mut World, deed: Deed) {
    world.pass(seconds(1));
    let (now, before) = (world.now, world.now - seconds(3) - std::time::Duration::from_millis(500));
    let (alice, bob) = (person("alice"), person("bob"));
    let event = match deed {
        Fire => world.fired(now, None),
        FireOfThisRun => world.fired(now, Some(crate::world::START)),
        FireReceivedBefore => world.fired(before, None),
        Clear => world.cleared(now, None),
        ClearReceivedBefore => world.cleared(before, None),
        AckAlice => world.event(alice, now, EventKind::Acked),
        AckBob => world.event(bob, now, EventKind::Acked),
        Unack => world.event(bob, now, EventKind::Unacked),
        Escalate => world.event(bob, now, EventKind::Escalated { seen: None }),
        Snooze => {
            let until = now + minutes(2);
            world.event(bob, now, EventKind::Snoozed { until })
        }
        Resolve => world.event(bob, now, EventKind::Resolved { note: None }),
        Note => world.event(bob, now, EventKind::Noted { text: "hm".into() }),
        Tick => tick(world),
        Claim => claim(world),
        SettleSent | SettleLost | SettleBroken | SettleNoChannel | SettleGone | FindFails => {
            settle(world, deed)
        }
        WaitForLease => {
            world.pass(seconds(30));
            return;
        }
        WaitLong => {
            world.pass(minutes(90));
            return;
        }
    };
    lawful(world, &event);
}

fn tick(world: &mut World) -> Event {
    let plan = world.series.last().map(|alert| alert.plan.clone());
    let generation = plan.as_ref().map_or(0, |plan| plan.generation);
    if let Some(due) = plan.and_then(|plan| plan.tick_due) {
        world.now = world.now.max(due);
    }
    world.event(Actor::System, world.now, EventKind::Tick { generation })
}

fn claim(world: &mut World) -> Event {
    let kind = EventKind::Claimed {
        keys: world.series.last().map(|_| world.keys()).unwrap_or_default(),
        claim: ClaimId::from(world.draw("c")),
        lease_until: world.now + seconds(15),
    };
    world.event(Actor::System, world.now, kind)
}

/// Settles all that the newest claim holds.
fn settle(world: &mut World, deed: Deed) -> Event {
    let mut held = Vec::new();
    for send in world.series.last().iter().flat_map(|alert| &alert.sends) {
        let claim = match &send.state {
            SendState::Claimed { claim, .. } => Some(claim),
            SendState::Sent(shown) => shown.refresh.as_ref().map(|refresh| &refresh.claim),
            SendState::Wanted { .. }
            | SendState::InDoubt { .. }
            | SendState::Dropped(_)
            | SendState::Folded { .. } => None,
        };
        held.extend(claim.map(|claim| (claim.clone(), send.clone())));
    }
    let claim = held.last().map(|(claim, _)| claim.clone()).unwrap_or_default();
    held.retain(|(holder, _)| *holder == claim);
    let now = world.now;
    let mut settles = Vec::new();
    for (_, send) in held {
        let is_sent = matches!(send.state, SendState::Sent(_));
        let (rev, count) = (world.alert().card_rev, world.alert().count);
        let settlement = match deed {
            SettleLost => Settlement::Unknown { started: now, retry_at: now },
            SettleBroken | SettleNoChannel => Settlement::Broken {
                at: now,
                reason: "broken".into(),
                credentials: matches!(deed, SettleBroken),
            },
            SettleGone => Settlement::Gone { at: now },
            FindFails => Settlement::FindFailed { retry_at: now },
            _ if is_sent => Settlement::Refreshed { at: now, rev, count },
            _ => world.sent(&send.key),
        };
        settles.push(Settle { key: send.key, settlement });
    }
    world.event(Actor::System, now, EventKind::Settled { claim, settles })
}

fn explore(world: &World, deeds: &[Deed], left: u32) -> u64 {
    if left == 0 {
        return 1;
    }
    let mut sequences = 0;
    for deed in deeds {
        let mut next = world.clone();
        happens(&mut next, *deed);
        sequences += explore(&next, deeds, left - 1);
    }
    sequences
}

#[test]
fn all_sequences_of_three_events_of_any_kind() {
    for start in [World::new(), World::with_clocks_that_differ().that_replies().with_a_channel()] {
        assert_eq!(explore(&start, &ALL, 3), 10_648);
    }
}

#[test]
fn all_sequences_of_four_events_after_an_opening_is_claimed() {
    let mut world = World::with_clocks_that_differ().that_replies().with_a_channel();
    happens(&mut world, Fire);
    happens(&mut world, Claim);
    assert_eq!(explore(&world, &ALL, 4), 234_256);
}

#[test]
fn all_sequences_of_five_events_of_the_core() {
    assert_eq!(explore(&World::new().that_replies().with_a_channel(), &CORE, 5), 59_049);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn long_sequences(
        deeds in prop::collection::vec(prop::sample::select(&ALL[..]), 5..60),
        differ in any::<bool>(),
        replies in any::<bool>(),
    ) {
        let mut world = if differ { World::with_clocks_that_differ() } else { World::new() };
        if replies {
            world = world.that_replies().with_a_channel();
        }
        for deed in deeds {
            happens(&mut world, deed);
        }
    }

    /// Once faults heal, everything is said and nothing is owed for ever.
    #[test]
    fn comes_to_rest(
        deeds in prop::collection::vec(prop::sample::select(&ALL[..]), 5..40),
        differ in any::<bool>(),
        replies in any::<bool>(),
    ) {
        let mut world = if differ { World::with_clocks_that_differ() } else { World::new() };
        if replies {
            world = world.that_replies().with_a_channel();
        }
        happens(&mut world, Fire);
        for deed in deeds {
            happens(&mut world, deed);
        }
        world.pass(seconds(10));
        let over = world.cleared(world.now, None);
        lawful(&mut world, &over);
        while !world.series.is_empty() {
            for _ in 0..20 {
                world.pass(minutes(6));
                if !world.alert().hidden {
                    world.deliver();
                }
            }
            let alert = world.alert();
            prop_assert_eq!(wanted(alert).len(), 0, "{:#?}", alert);
            for send in &alert.sends {
                match &send.state {
                    SendState::Sent(shown) if send.what == What::Card && !shown.closed => {
                        prop_assert_eq!((shown.rev, shown.count), (alert.card_rev, alert.count));
                    }
                    SendState::Sent(_) | SendState::Dropped(_) => {}
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            world.series.pop();
        }
    }

    /// S8: firings and clears in any order of arrival, some twice, further apart than two clocks.
    #[test]
    fn order_is_by_reception(
        story in prop::collection::vec((any::<bool>(), 7_u64..100), 1..9),
        arrivals in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        differ in any::<bool>(),
    ) {
        let mut world = if differ { World::with_clocks_that_differ() } else { World::new() };
        let mut received = world.now;
        let mut events = Vec::new();
        for (fires, gap) in &story {
            received = received + seconds(*gap);
            events.push(if *fires {
                world.fired(received, None)
            } else {
                world.cleared(received, None)
            });
        }
        world.now = received + seconds(1);
        let mut taken: Vec<Event> = Vec::new();
        for arrival in arrivals {
            let event = arrival.get(&events).clone();
            let opened = world.series.len();
            lawful(&mut world, &event);
            let fired = matches!(event.kind, EventKind::Fired { .. });
            if world.series.len() > opened && fired && world.alert().is_open() {
                for other in &taken {
                    let is_clear = matches!(other.kind, EventKind::Cleared { .. });
                    prop_assert!(!is_clear || other.received < event.received);
                }
            }
            taken.push(event);
        }
        // Whatever came in which order: open exactly if a firing was received last.
        let last = taken.iter().max_by_key(|event| event.received).expect("one");
        let fires = matches!(last.kind, EventKind::Fired { .. });
        prop_assert_eq!(world.alert().is_open(), fires, "{:#?}", world.series);
        let open = world.series.iter().filter(|alert| alert.is_open()).count();
        prop_assert!(open <= 1);
    }
}
