//! A bounded run in every build: worlds that failed once, then new ones.

use nightowl_test_simulation::{Figures, Profile, history, past_failures, simulate};

fn run(worlds: impl IntoIterator<Item = (Profile, u64)>, incidents: u64) -> Figures {
    let mut figures = Figures::default();
    for (profile, seed) in worlds {
        let outcome = simulate(seed, profile, false);
        assert!(
            outcome.violations.is_empty(),
            "{:#?}\nreplay: cargo sim --incidents 1 --seed {seed} --profile {} --history",
            outcome.violations,
            profile.name()
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
fn a_seed_makes_the_same_world_again() {
    let told = |seed| history(&simulate(seed, Profile::Extreme, true));
    assert_eq!(told(7), told(7));
    assert_ne!(told(7), told(8));
}
