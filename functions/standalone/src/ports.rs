//! The engine's ports on one machine.

use std::sync::Arc;

use nightowl_config::{KeyFileSealer, Live};
use nightowl_domain::Skew;
use nightowl_engine::Spacing;
use nightowl_engine::ports::{ApiRole, KeyOwner, Keys, Ports, StoreError};
use nightowl_messaging::Secret;
use nightowl_process::{SystemClock, SystemEntropy};
use nightowl_store::{DynamoStore, LaptopIntake, Taken};
use subtle::ConstantTimeEq;
use tokio::sync::mpsc;

use crate::queue::Waker;

/// Hands over what was stored to the task that works it off.
pub(crate) fn nudge(hand_over: mpsc::UnboundedSender<Taken>) -> impl Fn(Taken) + Send + Sync {
    // Nobody listens when a command opened the folder: the next server finds it stored.
    move |taken| drop(hand_over.send(taken))
}

pub(crate) type Configuration = Live<DynamoStore, KeyFileSealer, SystemClock>;
pub(crate) type Connections =
    nightowl_process::Connections<DynamoStore, KeyFileSealer, SystemClock>;

pub(crate) struct Laptop {
    pub(crate) store: DynamoStore,
    pub(crate) intake: LaptopIntake,
    pub(crate) waker: Waker,
    pub(crate) clock: SystemClock,
    pub(crate) entropy: SystemEntropy,
    pub(crate) live: Arc<Configuration>,
    pub(crate) connections: Connections,
    pub(crate) pacer: Spacing,
}

impl Ports for Laptop {
    type Store = DynamoStore;
    type Intake = LaptopIntake;
    type Wake = Waker;
    type Timer = Waker;
    type Clock = SystemClock;
    type Entropy = SystemEntropy;
    type Config = Configuration;
    type Providers = Connections;
    type Pacer = Spacing;

    fn store(&self) -> &DynamoStore {
        &self.store
    }
    fn intake(&self) -> &LaptopIntake {
        &self.intake
    }
    fn wake(&self) -> &Waker {
        &self.waker
    }
    fn timer(&self) -> &Waker {
        &self.waker
    }
    fn clock(&self) -> &SystemClock {
        &self.clock
    }
    fn entropy(&self) -> &SystemEntropy {
        &self.entropy
    }
    fn config(&self) -> &Configuration {
        &self.live
    }
    fn providers(&self) -> &Connections {
        &self.connections
    }
    fn pacer(&self) -> &Spacing {
        &self.pacer
    }
    fn skew(&self) -> Skew {
        Skew::NONE
    }
}

/// Configured keys, and the token of this very process for commands on the same machine.
pub(crate) struct LaptopKeys {
    pub(crate) live: Arc<Configuration>,
    pub(crate) token: Secret,
}

impl Keys for LaptopKeys {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        let same = key.expose().as_bytes().ct_eq(self.token.expose().as_bytes());
        if bool::from(same) {
            let role = ApiRole::Admin;
            return Ok(Some(KeyOwner::Api { id: "local".to_owned(), tenant: None, role }));
        }
        self.live.owner(key).await
    }
}
