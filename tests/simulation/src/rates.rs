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

macro_rules! rates {
    ($($(#[doc = $doc:literal])* $name:ident: $most:literal,)+) => {
        /// Each is a probability for one call or one message.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Rates {
            $($(#[doc = $doc])* pub(crate) $name: f64,)+
        }

        impl Rates {
            /// The kinds of fault, as a command line writes them.
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name),)+];

            /// Three in ten are zero, and one world in ten is calm.
            pub(crate) fn draw(chance: &mut Chance, profile: Profile) -> Self {
                let is_calm = chance.hit(0.1);
                let scale = if is_calm { 0.0 } else { profile.scale() };
                let mut up_to = |most: f64| {
                    let (is_zero, fraction) = (chance.hit(0.3), chance.fraction());
                    if is_zero { 0.0 } else { most * fraction * scale }
                };
                Self { $($name: up_to($most),)+ }
            }

            pub(crate) fn named_mut(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

rates! {
    /// Half of it before the call has its effect, half after.
    crash: 0.06,
    freeze: 0.004,
    /// A worker that holds a claim stands still as it begins to post.
    freeze_holding: 0.02,
    slow: 0.1,
    store_unavailable: 0.1,
    /// The write landed and its answer was lost.
    store_lost: 0.15,
    /// The answer was lost, and nothing was written.
    store_lost_undone: 0.05,
    /// A conflict without another writer, as transactions have them.
    store_conflict: 0.1,
    index_lag: 0.5,
    wake_lost: 0.3,
    wake_twice: 0.3,
    wake_late: 0.3,
    wake_refused: 0.3,
    timer_lost: 0.5,
    timer_twice: 0.3,
    timer_late: 0.5,
    redeliver: 0.3,
    reorder: 0.3,
    sweep_skipped: 0.3,
    chat_429: 0.3,
    chat_500: 0.2,
    chat_hang: 0.1,
    /// Of the posts whose answer was lost and that landed: those that landed up to 30 s later, so
    /// perhaps after a find that said no. No platform was seen to do so; one in fifty is much.
    chat_late: 0.02,
    chat_refused: 0.1,
    chat_uneditable: 0.05,
    find_error: 0.3,
    find_lag: 0.3,
    look_up_error: 0.3,
    config_error: 0.05,
    /// Events of the world, from 0 to 1: how likely each planned one happens.
    outage: 1.0,
    broken: 1.0,
    /// A bot without the right to read is a mistake in setting up, which the check of the console
    /// tells; nearly everywhere it is not made.
    cannot_find: 0.003,
    flip: 1.0,
    deleted: 0.5,
    crowded: 0.5,
}

impl Rates {
    /// Only these kinds of fault are left; one with a rate has that instead of its own.
    pub(crate) fn keep(&mut self, faults: &[(String, Option<f64>)]) {
        for name in Self::NAMES {
            let kept = faults.iter().find(|(kept, _)| kept == name);
            if let Some(rate) = self.named_mut(name) {
                *rate = kept.map_or(0.0, |(_, fixed)| fixed.unwrap_or(*rate));
            }
        }
    }

    /// Those that can strike in this world.
    pub(crate) fn present(&mut self) -> Vec<&'static str> {
        let mut present = Vec::new();
        for name in Self::NAMES {
            if self.named_mut(name).is_some_and(|rate| *rate > 0.0) {
                present.push(*name);
            }
        }
        present
    }
}

/// What is promised in minutes where only one thing fails.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Promises {
    /// Timers are all that can fail.
    pub(crate) ticks: bool,
    /// Outages are.
    pub(crate) outages: bool,
}

impl Promises {
    pub(crate) fn of(faults: &[&str]) -> Self {
        Self {
            ticks: faults.iter().all(|name| name.starts_with("timer_")),
            outages: faults.iter().all(|name| *name == "outage"),
        }
    }
}
