//! Where a test breaks things: at the n-th call of any port.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::task::noop_waker;

/// What happens at the call that springs the trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spring {
    /// The process dies before the call has any effect.
    KillBefore,
    /// It dies when the call has had its effect and before it learns so.
    KillAfter,
    /// The call fails without any effect.
    Fail,
    /// The call has its effect, and its answer is lost.
    LoseAnswer,
}

impl Spring {
    pub const ALL: [Self; 4] = [Self::KillBefore, Self::KillAfter, Self::Fail, Self::LoseAnswer];
}

/// Counts the calls of all ports that share it.
#[derive(Clone, Debug, Default)]
pub struct Trap(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    calls: usize,
    armed: Vec<(usize, Spring)>,
    is_dead: bool,
}

impl Trap {
    /// Springs at the `number`-th call from now, from 0; besides what was armed before.
    pub fn arm(&self, number: usize, spring: Spring) {
        let mut state = self.lock();
        let at = state.calls + number;
        state.armed.push((at, spring));
    }

    /// Nothing goes wrong any more.
    pub fn disarm(&self) {
        let mut state = self.lock();
        state.armed.clear();
        state.is_dead = false;
    }

    /// The process is started anew; what is armed for later calls stays armed.
    pub fn revive(&self) {
        self.lock().is_dead = false;
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.lock().calls
    }

    pub fn is_dead(&self) -> bool {
        self.lock().is_dead
    }

    /// Runs one call. `failure`: what it answers when it fails, or (`true`) when its answer is lost.
    pub async fn around<T, E>(
        &self,
        failure: impl FnOnce(bool) -> E,
        effect: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.next() {
            None => effect(),
            Some(Spring::KillBefore) => self.die().await,
            Some(Spring::KillAfter) => {
                let _effect = effect();
                self.die().await
            }
            Some(Spring::Fail) => Err(failure(false)),
            Some(Spring::LoseAnswer) => {
                let _effect = effect();
                Err(failure(true))
            }
        }
    }

    fn next(&self) -> Option<Spring> {
        let mut state = self.lock();
        let number = state.calls;
        state.calls += 1;
        state.armed.iter().find(|(at, _)| *at == number).map(|(_, spring)| *spring)
    }

    async fn die<T>(&self) -> T {
        self.lock().is_dead = true;
        pending().await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drives a future over ports in memory to its end.
///
/// # Panics
/// If it waits for something that never comes.
pub fn run<F: Future>(future: F) -> F::Output {
    run_or_killed(&Trap::default(), future).unwrap_or_else(|| unreachable!("nothing kills it"))
}

/// The same in a process that may die: `None` if the trap killed it. What it did stays.
///
/// # Panics
/// If it waits for something that never comes.
pub fn run_or_killed<F: Future>(trap: &Trap, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = noop_waker();
    let mut context = Context::from_waker(&waker);
    for _ in 0..1_000_000 {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return Some(output),
            Poll::Pending if trap.is_dead() => return None,
            Poll::Pending => {}
        }
    }
    panic!("it waits for something that never comes");
}
