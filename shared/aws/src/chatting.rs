//! What the functions that speak to chat have in common.

use std::sync::Arc;

use nightowl_engine::Engine;
use nightowl_process::SystemClock;
use nightowl_store::DynamoStore;

use crate::ports::{Cloud, Configuration, Connections};
use crate::{LateSealer, Queue, Queues, Start, StartError, warm};

/// The engine with its tenants' connections, and what it was made of.
pub struct Chatting {
    pub engine: Engine<Cloud<Connections>>,
    pub queues: Queues<SystemClock>,
    pub store: DynamoStore,
    pub live: Arc<Configuration>,
    pub connections: Connections,
    pub sealer: Arc<LateSealer>,
}

impl Chatting {
    /// What a person did and could not be applied in time goes to the queue `urgent`.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn new(start: &Start, sealer: Arc<LateSealer>) -> Result<Self, StartError> {
        let store = start.store()?;
        let queues = start.queues(&[Queue::Urgent, Queue::Cards])?;
        let timers = start.timers(&queues)?;
        let live = start.live(&store, &sealer);
        let connections = start.connections(&store, &live)?;
        let cloud = Cloud::new(
            store.clone(),
            queues.clone(),
            Queue::Urgent,
            timers,
            Arc::clone(&live),
            connections.clone(),
        );
        let engine = Engine::new(cloud).with_console(start.environment.public_url()?);
        Ok(Self { engine, queues, store, live, connections, sealer })
    }

    /// Everything that the first page or the first click needs.
    pub fn warm_up(&self) -> [warm::Step<'_>; 3] {
        let http = self.connections.http().clone();
        [
            warm::database(&self.store),
            warm::queue(&self.queues, Queue::Urgent),
            warm::chat(&self.live, &self.sealer, http),
        ]
    }
}
