//! When the process dies: the moments are drawn, and those who live through them say when they
//! come.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{oneshot, watch};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// At any moment.
    Random,
    /// While it starts.
    StartUp,
    /// A post is done, and its answer has not been given.
    Posted,
    /// A sender has just read its 202.
    Accepted,
    /// Somebody's click is being worked on.
    Clicked,
}

impl Cause {
    pub(crate) fn draw(chance: &mut Rng) -> Self {
        match chance.u8(0..100) {
            0..35 => Self::Posted,
            35..50 => Self::Accepted,
            50..65 => Self::Clicked,
            65..75 => Self::StartUp,
            _ => Self::Random,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Random => "at any moment",
            Self::StartUp => "while starting",
            Self::Posted => "between post and settle",
            Self::Accepted => "right after a 202",
            Self::Clicked => "during a click",
        }
    }
}

/// Whoever gets no answer because of a kill waits no longer than this for it.
const DEATH_WAIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Kills {
    armed: Mutex<Option<(Cause, oneshot::Sender<()>)>>,
    deaths: watch::Sender<u64>,
}

impl Default for Kills {
    fn default() -> Self {
        Self { armed: Mutex::default(), deaths: watch::Sender::new(0) }
    }
}

impl Kills {
    /// Answers when the next such moment comes.
    pub(crate) fn arm(&self, cause: Cause) -> oneshot::Receiver<()> {
        let (fire, fired) = oneshot::channel();
        *self.lock() = Some((cause, fire));
        fired
    }

    pub(crate) fn disarm(&self) {
        *self.lock() = None;
    }

    /// Such a moment is now. `true`: the process is about to die of it.
    pub(crate) fn happened(&self, cause: Cause) -> bool {
        let mut armed = self.lock();
        if armed.as_ref().is_none_or(|(awaited, _)| *awaited != cause) {
            return false;
        }
        armed.take().is_some_and(|(_, fire)| fire.send(()).is_ok())
    }

    /// The same, and returns when it is dead.
    pub(crate) async fn happened_and_over(&self, cause: Cause) {
        let mut deaths = self.deaths.subscribe();
        if self.happened(cause) {
            // Whether the death came or not, an answer may be given then.
            let _ = tokio::time::timeout(DEATH_WAIT, deaths.changed()).await;
        }
    }

    pub(crate) fn died(&self) {
        self.deaths.send_modify(|deaths| *deaths += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Cause, oneshot::Sender<()>)>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_kill_waits_for_its_own_moment_and_comes_once() {
        let kills = Kills::default();
        assert!(!kills.happened(Cause::Posted), "nothing is armed");
        let fired = kills.arm(Cause::Posted);
        assert!(!kills.happened(Cause::Accepted));
        assert!(kills.happened(Cause::Posted));
        assert!(!kills.happened(Cause::Posted));
        fired.await.expect("it was fired");
        let _fired = kills.arm(Cause::Clicked);
        kills.disarm();
        assert!(!kills.happened(Cause::Clicked));
    }

    #[test]
    fn every_moment_is_drawn() {
        let mut chance = Rng::with_seed(1);
        let drawn: Vec<Cause> = (0..200).map(|_| Cause::draw(&mut chance)).collect();
        for cause in [Cause::Random, Cause::StartUp, Cause::Posted, Cause::Accepted, Cause::Clicked]
        {
            assert!(drawn.contains(&cause), "{cause:?}");
        }
    }
}
