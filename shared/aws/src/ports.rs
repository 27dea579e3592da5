//! The engine's ports in a function.

use std::sync::Arc;
use std::time::Duration;

use nightowl_config::Live;
use nightowl_domain::Skew;
use nightowl_engine::SharedPacer;
use nightowl_engine::ports::{Clock, Ports, Providers, StoreError};
use nightowl_messaging::Provider;
use nightowl_process::{SystemClock, SystemEntropy};
use nightowl_store::DynamoStore;

use crate::{LateSealer, Queue, Queues, SqsIntake, Timers};

/// How old a configuration may be. A change is seen within a minute, the reading of it included.
pub const CONFIGURATION_AGE: Duration = Duration::from_secs(50);

/// The configuration in force.
pub type Configuration<K = SystemClock> = Live<DynamoStore, LateSealer, K>;
/// Tenants' connections to chat.
pub type Connections<K = SystemClock> = nightowl_process::Connections<DynamoStore, LateSealer, K>;

/// All ports. `P` are the tenants' connections: [`NoChat`] where the function speaks to none.
pub struct Cloud<P, K = SystemClock> {
    store: DynamoStore,
    intake: SqsIntake<K>,
    queues: Queues<K>,
    timers: Timers<K>,
    clock: K,
    entropy: SystemEntropy,
    live: Arc<Configuration<K>>,
    providers: P,
    pacer: SharedPacer<DynamoStore>,
}

impl<P, K: Clock + Clone> Cloud<P, K> {
    /// `intake`: where events go that this function took and did not apply itself.
    pub fn new(
        store: DynamoStore,
        queues: Queues<K>,
        intake: Queue,
        timers: Timers<K>,
        live: Arc<Configuration<K>>,
        providers: P,
    ) -> Self {
        let (clock, intake) = (queues.clock().clone(), queues.intake(intake));
        let (entropy, pacer) = (SystemEntropy, SharedPacer::new(store.clone()));
        Self { store, intake, queues, timers, clock, entropy, live, providers, pacer }
    }

    pub const fn queues(&self) -> &Queues<K> {
        &self.queues
    }

    pub const fn live(&self) -> &Arc<Configuration<K>> {
        &self.live
    }
}

impl<P: Providers, K: Clock + Clone> Ports for Cloud<P, K> {
    type Store = DynamoStore;
    type Intake = SqsIntake<K>;
    type Wake = Queues<K>;
    type Timer = Timers<K>;
    type Clock = K;
    type Entropy = SystemEntropy;
    type Config = Configuration<K>;
    type Providers = P;
    type Pacer = SharedPacer<DynamoStore>;

    fn store(&self) -> &DynamoStore {
        &self.store
    }
    fn intake(&self) -> &SqsIntake<K> {
        &self.intake
    }
    fn wake(&self) -> &Queues<K> {
        &self.queues
    }
    fn timer(&self) -> &Timers<K> {
        &self.timers
    }
    fn clock(&self) -> &K {
        &self.clock
    }
    fn entropy(&self) -> &SystemEntropy {
        &self.entropy
    }
    fn config(&self) -> &Configuration<K> {
        &self.live
    }
    fn providers(&self) -> &P {
        &self.providers
    }
    fn pacer(&self) -> &SharedPacer<DynamoStore> {
        &self.pacer
    }
    fn skew(&self) -> Skew {
        Skew::CLOUD
    }
}

/// The connections of a function that speaks to no chat and may open no secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoChat;

impl Providers for NoChat {
    async fn provider(
        &self,
        _tenant: &str,
        _name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        Ok(None)
    }
}
