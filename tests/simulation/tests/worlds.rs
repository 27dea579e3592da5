//! A bounded run in every build: worlds that failed once, then new ones.

use nightowl_domain::mechanism::Mechanism;
use nightowl_test_simulation::{
    Figures, Profile, Spec, ablate, faults, history, past_failures, simulate,
};

fn run(worlds: impl IntoIterator<Item = (Profile, u64)>, incidents: u64) -> Figures {
    let mut figures = Figures::default();
    for (profile, seed) in worlds {
        let outcome = simulate(&Spec::new(seed, profile), false);
        assert!(
            outcome.violations.is_empty(),
            "{:#?}\nreplay: {}",
            outcome.violations,
            outcome.spec.command()
        );
        figures.add(&outcome.figures);
        if figures.incidents >= incidents {
            break;
        }
    }
    figures
}

#[test]
fn what_failed_once_fails_no_more() {
    let past = past_failures();
    assert!(!past.is_empty(), "the file of seeds can be read");
    run(past, u64::MAX);
}

#[test]
fn nothing_is_lost_or_paged_after_an_ack_in_the_worst_weather() {
    let figures = run((1..).map(|seed| (Profile::Extreme, seed)), 2_000);
    assert_eq!((figures.lost, figures.after_ack, figures.doubled_unexplained), (0, 0, 0));
    let weather = [
        figures.crashes,
        figures.conflicts,
        figures.lost_answers,
        figures.lost_timers,
        figures.lost_wake_ups,
        figures.redeliveries,
        figures.ambiguous,
        figures.doubled,
    ];
    assert!(weather.iter().all(|count| *count > 0), "it was no bad weather: {weather:?}");
}

#[test]
fn nothing_is_said_twice_while_nothing_fails() {
    let figures = run((1..).map(|seed| (Profile::Calm, seed)), 1_000);
    assert_eq!((figures.lost, figures.after_ack, figures.doubled), (0, 0, 0));
}

#[test]
fn what_each_promise_in_minutes_is_for_happens() {
    let weather = |list: &str| {
        let mut figures = Figures::default();
        for seed in 1..12 {
            let mut spec = Spec::new(seed, Profile::Extreme);
            spec.only.faults = Some(faults(list).expect("these are faults"));
            let outcome = simulate(&spec, false);
            let replay = spec.command();
            assert!(outcome.violations.is_empty(), "{:#?}\n{replay}", outcome.violations);
            figures.add(&outcome.figures);
        }
        figures
    };
    // Both are checked world by world; here is seen that there was something to check.
    let timers = weather("timer_lost=0.5,timer_late=0.5,timer_twice=0.3");
    assert!(timers.tick_late.percentile(99) > 30_000, "{:?}", timers.tick_late);
    let outages = weather("outage=1");
    assert!(outages.outage_late.percentile(50) > 0, "{:?}", outages.outage_late);
}

#[test]
fn a_part_of_the_protocol_that_is_left_out_is_missed() {
    for mechanism in [Mechanism::FindOnlyAfterAck, Mechanism::ClaimCheck, Mechanism::Coalescing] {
        let ablation = ablate(mechanism, 1, 40);
        assert!(ablation.is_missed(), "{}", ablation.line());
    }
}

#[test]
fn a_seed_makes_the_same_world_again() {
    let told = |seed| history(&simulate(&Spec::new(seed, Profile::Extreme), true));
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
}
