//! What the worker is made of on AWS: alerts, queues, timers; no chat and no secret.

use std::sync::Arc;

use nightowl_aws::{Cloud, LateSealer, NoChat, Queue, Queues, Start, StartError, SystemClock};
use nightowl_engine::Engine;
use nightowl_store::DynamoStore;

pub(crate) struct Worker {
    pub(crate) engine: Engine<Cloud<NoChat>>,
    pub(crate) queues: Queues<SystemClock>,
    pub(crate) store: DynamoStore,
}

impl Worker {
    pub(crate) fn new(start: &Start) -> Result<Self, StartError> {
        let store = start.main_store()?;
        let queues = start.queues(&Queue::ALL)?;
        let timers = start.timers(&queues)?;
        let live = start.live(&store, &Arc::new(LateSealer::none()));
        let cloud = Cloud::new(store.clone(), queues.clone(), Queue::Events, timers, live, NoChat);
        // What is opened here is shown by others, with the address of the console.
        let engine = Engine::new(cloud).with_console(start.environment.public_url()?);
        Ok(Self { engine, queues, store })
    }
}
