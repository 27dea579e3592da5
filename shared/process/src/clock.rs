//! The machine's clock and its randomness, behind the engine's ports.

use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::ports::{Clock, Entropy};

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// A system without randomness cannot run safely: ids would repeat, so it stops here.
    fn draw(&self) -> u128 {
        let mut bytes = [0; 16];
        #[expect(clippy::panic, reason = "getrandom fails only where no id could be trusted")]
        if let Err(error) = getrandom::fill(&mut bytes) {
            panic!("no random numbers from the system: {error}");
        }
        u128::from_be_bytes(bytes)
    }
}
