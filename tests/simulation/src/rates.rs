//! How often what goes wrong, drawn anew for each world.

use crate::chance::Chance;

/// How bad the weather is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Nothing fails; clocks differ, senders and people are as they are.
    Calm,
    /// As on a bad day of a good provider.
    Production,
    /// Far worse than anything that was ever seen.
    Extreme,
}

impl Profile {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Production => "production",
            Self::Extreme => "extreme",
        }
    }

    const fn scale(self) -> f64 {
        match self {
            Self::Calm => 0.0,
            Self::Production => 0.05,
            Self::Extreme => 1.0,
        }
    }
}

/// Worlds that failed once, of `seeds.txt`: a profile and a seed in each line.
pub fn past_failures() -> Vec<(Profile, u64)> {
    let lines = include_str!("../seeds.txt").lines();
    lines
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            let profile = words.next()?;
            let all = [Profile::Calm, Profile::Production, Profile::Extreme];
            let profile = all.into_iter().find(|known| known.name() == profile)?;
            Some((profile, words.next()?.parse().ok()?))
        })
        .collect()
}

/// Each is a probability for one call or one message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    /// Half of it before the call has its effect, half after.
    pub(crate) crash: f64,
    pub(crate) freeze: f64,
    pub(crate) slow: f64,
    pub(crate) store_unavailable: f64,
    /// The write landed and its answer was lost.
    pub(crate) store_lost: f64,
    /// The answer was lost, and nothing was written.
    pub(crate) store_lost_undone: f64,
    /// A conflict without another writer, as transactions have them.
    pub(crate) store_conflict: f64,
    pub(crate) index_lag: f64,
    pub(crate) wake_lost: f64,
    pub(crate) wake_twice: f64,
    pub(crate) wake_late: f64,
    pub(crate) wake_refused: f64,
    pub(crate) timer_lost: f64,
    pub(crate) timer_twice: f64,
    pub(crate) timer_late: f64,
    pub(crate) redeliver: f64,
    pub(crate) reorder: f64,
    pub(crate) sweep_skipped: f64,
    pub(crate) chat_429: f64,
    pub(crate) chat_500: f64,
    pub(crate) chat_hang: f64,
    pub(crate) chat_late: f64,
    pub(crate) chat_refused: f64,
    pub(crate) chat_uneditable: f64,
    pub(crate) find_error: f64,
    pub(crate) find_lag: f64,
    pub(crate) look_up_error: f64,
    pub(crate) config_error: f64,
    /// Events of the world, from 0 to 1: how likely each planned one happens.
    pub(crate) outage: f64,
    pub(crate) broken: f64,
    pub(crate) cannot_find: f64,
    pub(crate) flip: f64,
    pub(crate) deleted: f64,
    pub(crate) crowded: f64,
}

impl Rates {
    /// Three in ten are zero, and one world in ten is calm.
    pub(crate) fn draw(chance: &mut Chance, profile: Profile) -> Self {
        let is_calm = chance.hit(0.1);
        let scale = if is_calm { 0.0 } else { profile.scale() };
        let mut up_to = |most: f64| {
            let (is_zero, fraction) = (chance.hit(0.3), chance.fraction());
            if is_zero { 0.0 } else { most * fraction * scale }
        };
        Self {
            crash: up_to(0.06),
            freeze: up_to(0.004),
            slow: up_to(0.1),
            store_unavailable: up_to(0.1),
            store_lost: up_to(0.15),
            store_lost_undone: up_to(0.05),
            store_conflict: up_to(0.1),
            index_lag: up_to(0.5),
            wake_lost: up_to(0.3),
            wake_twice: up_to(0.3),
            wake_late: up_to(0.3),
            wake_refused: up_to(0.3),
            timer_lost: up_to(0.5),
            timer_twice: up_to(0.3),
            timer_late: up_to(0.5),
            redeliver: up_to(0.3),
            reorder: up_to(0.3),
            sweep_skipped: up_to(0.3),
            chat_429: up_to(0.3),
            chat_500: up_to(0.2),
            chat_hang: up_to(0.1),
            chat_late: up_to(0.5),
            chat_refused: up_to(0.1),
            chat_uneditable: up_to(0.05),
            find_error: up_to(0.3),
            find_lag: up_to(0.3),
            look_up_error: up_to(0.3),
            config_error: up_to(0.05),
            outage: up_to(1.0),
            broken: up_to(1.0),
            cannot_find: up_to(0.3),
            flip: up_to(1.0),
            deleted: up_to(0.5),
            crowded: up_to(0.5),
        }
    }
}
