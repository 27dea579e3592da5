//! What each function's router asks of this process.

use std::sync::Arc;

use nightowl_config::KeyFileSealer;
use nightowl_engine::Engine;
use nightowl_engine::ports::Ports;
use nightowl_messaging::MessageLog;
use nightowl_process::{SystemClock, SystemEntropy};
use nightowl_store::DynamoStore;

use crate::ports::{Configuration, Connections, Laptop, LaptopKeys};
use nightowl_store::LaptopIntake;

pub(crate) struct Wiring {
    pub(crate) engine: Arc<Engine<Laptop>>,
    pub(crate) live: Arc<Configuration>,
    pub(crate) keys: LaptopKeys,
    pub(crate) store: DynamoStore,
    pub(crate) sealer: Arc<KeyFileSealer>,
    pub(crate) log: Arc<dyn MessageLog>,
    pub(crate) console: nightowl_fn_admin::Console,
    pub(crate) connections: Connections,
}

impl nightowl_fn_inbound::Needs for Wiring {
    type Keys = LaptopKeys;
    type Intake = LaptopIntake;
    type Clock = SystemClock;
    type Entropy = SystemEntropy;

    fn keys(&self) -> &LaptopKeys {
        &self.keys
    }
    fn intake(&self) -> &LaptopIntake {
        self.engine.ports().intake()
    }
    fn clock(&self) -> &SystemClock {
        self.engine.ports().clock()
    }
    fn entropy(&self) -> &SystemEntropy {
        self.engine.ports().entropy()
    }

    async fn dropped(&self, dropped: nightowl_fn_inbound::Dropped) {
        crate::notice::tell(self, dropped);
    }
}

impl nightowl_fn_slack::Needs for Wiring {
    type Ports = Laptop;
    type Tenants = Connections;

    fn engine(&self) -> &Engine<Laptop> {
        &self.engine
    }
    fn slack_tenants(&self) -> &Connections {
        &self.connections
    }
}

impl nightowl_fn_mattermost::Needs for Wiring {
    type Ports = Laptop;
    type Tenants = Connections;

    fn engine(&self) -> &Engine<Laptop> {
        &self.engine
    }
    fn mattermost_tenants(&self) -> &Connections {
        &self.connections
    }
}

impl nightowl_fn_admin::Needs for Wiring {
    type Ports = Laptop;
    type Keys = LaptopKeys;
    type ConfigStore = DynamoStore;
    type Sealer = KeyFileSealer;
    type Chat = Connections;

    fn engine(&self) -> &Engine<Laptop> {
        &self.engine
    }
    fn keys(&self) -> &LaptopKeys {
        &self.keys
    }
    fn config_store(&self) -> &DynamoStore {
        &self.store
    }
    fn sealer(&self) -> &KeyFileSealer {
        &self.sealer
    }
    fn log(&self) -> &Arc<dyn MessageLog> {
        &self.log
    }
    fn config_changed(&self) {
        self.live.invalidate();
    }
    fn chat(&self) -> &Connections {
        &self.connections
    }
    fn console(&self) -> &nightowl_fn_admin::Console {
        &self.console
    }
}
