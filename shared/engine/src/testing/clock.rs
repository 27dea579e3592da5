//! Time that the test moves, and chance that counts.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use nightowl_domain::{Hash, Time};

use crate::{Clock, Entropy};

/// Stands still until it is moved. It starts on a Saturday at noon.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<Mutex<Time>>);

impl Default for VirtualClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Time::from_seconds(1_763_812_800))))
    }
}

impl VirtualClock {
    pub fn advance(&self, span: Duration) {
        let now = self.now();
        self.set(now + span);
    }

    /// Never backwards.
    pub fn set(&self, to: Time) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = to.max(*now);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Time {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send {
        Sleep { clock: self.clone(), until: self.now() + span, polls: 0 }
    }
}

/// Ends, by moving the clock, when everything else that runs beside it had some turns: so whoever
/// races against it and only has to be asked wins.
struct Sleep {
    clock: VirtualClock,
    until: Time,
    polls: u8,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until {
            return Poll::Ready(());
        }
        if self.polls < 3 {
            self.polls += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.clock.set(self.until);
        Poll::Ready(())
    }
}

/// Never the same twice, always the same in each run.
#[derive(Clone, Debug, Default)]
pub struct CountingEntropy(Arc<AtomicU64>);

impl Entropy for CountingEntropy {
    fn draw(&self) -> u128 {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let hash = Hash::of(&[b"entropy", &number.to_be_bytes()]);
        hash.bytes()[..16].iter().fold(0, |bits, byte| (bits << 8) | u128::from(*byte))
    }
}
