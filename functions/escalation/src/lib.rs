#![doc = include_str!("../README.md")]

mod dead_man;
mod sweep;

use nightowl_aws::{BadBody, Body, DeadLetters, Queue, Queues, Work};
use nightowl_engine::ports::{Clock, Ports, StoreError};
use nightowl_engine::{Engine, EngineError};
use serde_json::Value;

pub use dead_man::DeadMan;

/// What the function is made of.
pub struct Escalation<P: Ports, K> {
    pub engine: Engine<P>,
    pub queues: Queues<K>,
    pub dead_letters: DeadLetters<K>,
    /// Told each minute that all is well, if there is one.
    pub dead_man: Option<DeadMan>,
}

/// Why the function failed. Lambda calls it once more; a sweep that still does not end well is no
/// heartbeat, and the alarm `SweepMissing` tells people.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    BadEvent(#[from] BadBody),
    #[error("schedules carry ticks and sweeps, not {0}")]
    NotScheduled(&'static str),
    #[error("a tick could not be handed over: {0}")]
    NotHandedOver(StoreError),
    #[error("the sweep failed: {0}")]
    Sweep(#[from] EngineError),
    #[error("the sweep took too long")]
    SweepTooSlow,
    #[error("dead letters could not be sent again")]
    DeadLetters,
}

impl<P: Ports, K: Clock + Clone> Escalation<P, K> {
    /// `event`: the input that its schedule carries.
    ///
    /// # Errors
    /// [`Failure`]; what could be done besides has been done.
    pub async fn on_schedule(&self, event: Value) -> Result<(), Failure> {
        let body = Body::decode(&event.to_string())?;
        match &body.work {
            Work::Tick { at, .. } => {
                let at = *at;
                let sent = self.queues.send(Queue::Urgent, &body, Some(at)).await;
                sent.map_err(Failure::NotHandedOver)
            }
            Work::Sweep => self.sweep().await,
            Work::Reports(_) | Work::Deliver { .. } | Work::Notice { .. } => {
                Err(Failure::NotScheduled(body.work.kind()))
            }
        }
    }
}
