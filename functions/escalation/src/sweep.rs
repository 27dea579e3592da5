//! What happens each minute.

use std::time::Duration;

use nightowl_aws::Redriven;
use nightowl_engine::Swept;
use nightowl_engine::ports::{Clock, Ports};
use tokio::time::timeout;

use crate::{Escalation, Failure};

/// The function has a minute. A sweep that is cut off comes again in the next one.
const SWEEP_MAX: Duration = Duration::from_secs(35);
const REDRIVE_MAX: Duration = Duration::from_secs(15);

impl<P: Ports, K: Clock + Clone> Escalation<P, K> {
    pub(crate) async fn sweep(&self) -> Result<(), Failure> {
        let swept = timeout(SWEEP_MAX, self.engine.sweep()).await;
        let redriven = timeout(REDRIVE_MAX, self.dead_letters.redrive()).await;
        // What was cut off left its messages where they were.
        let redriven = redriven.unwrap_or(Redriven { failed: 1, ..Redriven::default() });
        log_dead_letters(&redriven);
        let swept = swept.map_err(|_| Failure::SweepTooSlow)??;
        log_sweep(&swept);
        if let Some(dead_man) = &self.dead_man {
            dead_man.ping().await;
        }
        if redriven.failed > 0 {
            return Err(Failure::DeadLetters);
        }
        Ok(())
    }
}

/// The heartbeat: its absence is an alarm.
fn log_sweep(swept: &Swept) {
    let oldest_seconds = swept.oldest.as_secs();
    let Swept { woken, overdue, complete, .. } = *swept;
    tracing::info!(counter = "sweep.done", woken, overdue, oldest_seconds, complete);
}

fn log_dead_letters(pass: &Redriven) {
    if !pass.looked {
        return;
    }
    let Redriven { redriven, parked, unreadable, failed, .. } = *pass;
    tracing::info!(counter = "dead_letters.done", redriven, parked, unreadable, failed);
}
