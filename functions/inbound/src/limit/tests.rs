use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;

const NOW: Time = Time::from_seconds(1_795_267_800);
const FEW: Limits =
    Limits { key: Rate { per_second: 10, burst: 20 }, stranger: Rate { per_second: 1, burst: 3 } };

fn from(last: u8, key: &str) -> Visitor {
    Visitor::new(Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))), key)
}

fn later(millis: u64) -> Time {
    NOW + Duration::from_millis(millis)
}

#[test]
fn a_sender_waits_for_what_it_sent_too_much() {
    let limiter = Limiter::new(FEW);
    assert_eq!(limiter.may_send("acme/prom", NOW), Ok(()));
    // A body is taken whole; it is the next one that waits.
    limiter.sent("acme/prom", 50, NOW);
    assert_eq!(limiter.may_send("acme/prom", NOW), Err(Wait { seconds: 4 }));
    assert_eq!(limiter.may_send("acme/grafana", NOW), Ok(()), "nobody else does");
    assert_eq!(limiter.may_send("acme/prom", later(3_000)), Err(Wait { seconds: 1 }));
    assert_eq!(limiter.may_send("acme/prom", later(3_100)), Ok(()));
    // However long it was quiet, it has its burst and no more.
    limiter.sent("acme/prom", 20, later(3_600_000));
    assert!(limiter.may_send("acme/prom", later(3_600_000)).is_err());
    // A clock that is set back neither fills nor empties.
    assert!(limiter.may_send("acme/prom", NOW).is_err());
    limiter.sent("acme/prom", usize::MAX, later(3_600_000));
    assert_eq!(limiter.may_send("acme/prom", later(3_600_000)), Err(Wait { seconds: 60 }));
}

#[test]
fn an_address_tries_few_keys_and_shuts_nobody_out_who_is_known() {
    let limiter = Limiter::new(FEW);
    limiter.succeeded(&from(1, "good"));
    for guess in ["a", "b", "c"] {
        assert_eq!(limiter.enter(&from(1, guess), NOW), Ok(()));
        limiter.failed(&from(1, guess), NOW);
    }
    assert_eq!(limiter.enter(&from(1, "d"), NOW), Err(Wait { seconds: 1 }));
    assert_eq!(limiter.enter(&from(1, "good"), NOW), Ok(()));
    assert_eq!(limiter.enter(&from(2, "good"), NOW), Ok(()), "another address");
    assert_eq!(limiter.enter(&from(1, "d"), later(1_000)), Ok(()));
}

#[test]
fn an_address_of_version_6_is_its_network() {
    let limiter = Limiter::new(FEW);
    let from = |last: u16| {
        let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 7, last, 0, 0, last);
        Visitor::new(Some(IpAddr::V6(address)), "guess")
    };
    for last in 0..3 {
        limiter.failed(&from(last), NOW);
    }
    assert!(limiter.enter(&from(9), NOW).is_err());
    let mapped = Visitor::new(Some("::ffff:192.0.2.1".parse().expect("an address")), "guess");
    assert_eq!(limiter.enter(&mapped, NOW), Ok(()));
    assert_eq!(mapped.address.as_deref(), Some("192.0.2.1"));
    let nowhere = Visitor::new(None, "guess");
    (0..100).for_each(|_| limiter.failed(&nowhere, NOW));
    assert_eq!(limiter.enter(&nowhere, NOW), Ok(()), "who has no address has no limit");
}

#[test]
fn however_many_come_the_memory_stays_small() {
    let limiter = Limiter::new(FEW);
    for number in 0..100_000_u32 {
        let visitor = Visitor::new(Some(IpAddr::V4(number.into())), "guess");
        limiter.failed(&visitor, NOW);
        limiter.succeeded(&visitor);
        limiter.sent(&format!("acme/{number}"), 1, NOW);
    }
    let state = limiter.lock();
    assert!(state.addresses.len() <= ADDRESSES_MAX && state.keys.len() <= KEYS_MAX);
    assert!(state.known.len() <= KNOWN_MAX);
    drop(state);
    // Those for whom there was no room share what is left, and are let in again in time.
    let late = Visitor::new(Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1))), "another");
    assert!(limiter.enter(&late, NOW).is_err());
    limiter.failed(&late, later(3_600_000));
    assert_eq!(limiter.enter(&late, later(3_600_000)), Ok(()));
    assert_eq!(limiter.lock().addresses.len(), 1, "who was full again is forgotten");
}

#[test]
fn a_storm_of_an_honest_sender_passes() {
    let limiter = Limiter::new(Limits::default());
    let mut now = NOW;
    for _ in 0..10_000 {
        assert_eq!(limiter.may_send("acme/prom", now), Ok(()), "singly, in two seconds");
        limiter.sent("acme/prom", 1, now);
        now = now + Duration::from_micros(200);
    }
    for _ in 0..100 {
        assert_eq!(limiter.may_send("acme/prom", now), Ok(()), "in groups, 100 a second");
        limiter.sent("acme/prom", 100, now);
        now = now + Duration::from_millis(10);
    }
    assert_eq!(limiter.may_send("acme/other", now), Ok(()));
    limiter.sent("acme/other", 10_000, now);
    assert_eq!(limiter.may_send("acme/other", now), Ok(()), "the largest group, and another");
}
