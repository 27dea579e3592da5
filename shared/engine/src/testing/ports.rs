//! One set of ports in memory.

use std::sync::Arc;

use nightowl_domain::Skew;

use super::clock::{CountingEntropy, VirtualClock};
use super::config::{StaticConfig, StaticProviders};
use super::queues::{MemoryIntake, MemoryTimer, MemoryWake};
use super::store::MemoryStore;
use super::trap::Trap;
use crate::{Ports, Spacing};

/// A clone is another process over the same store, clock and queues.
#[derive(Clone)]
pub struct TestPorts {
    pub store: MemoryStore,
    pub intake: MemoryIntake,
    pub wake: MemoryWake,
    pub timer: MemoryTimer,
    pub clock: VirtualClock,
    pub entropy: CountingEntropy,
    pub config: StaticConfig,
    pub providers: StaticProviders,
    pub pacer: Arc<Spacing>,
    pub skew: Skew,
    /// Shared by the store, the queues and whichever scripted providers are given it.
    pub trap: Trap,
}

impl Default for TestPorts {
    fn default() -> Self {
        let trap = Trap::default();
        let store = MemoryStore::new(trap.clone());
        Self {
            intake: MemoryIntake(store.clone()),
            store,
            wake: MemoryWake::new(trap.clone()),
            timer: MemoryTimer::new(trap.clone()),
            clock: VirtualClock::default(),
            entropy: CountingEntropy::default(),
            config: StaticConfig::default(),
            providers: StaticProviders::default(),
            pacer: Arc::default(),
            skew: Skew::NONE,
            trap,
        }
    }
}

impl TestPorts {
    /// What a new process finds: wake-ups, timers and what the old one remembered are gone.
    #[must_use]
    pub fn restarted(&self) -> Self {
        self.wake.clear();
        self.timer.clear();
        self.trap.revive();
        Self { pacer: Arc::default(), ..self.clone() }
    }
}

impl Ports for TestPorts {
    type Store = MemoryStore;
    type Intake = MemoryIntake;
    type Wake = MemoryWake;
    type Timer = MemoryTimer;
    type Clock = VirtualClock;
    type Entropy = CountingEntropy;
    type Config = StaticConfig;
    type Providers = StaticProviders;
    type Pacer = Spacing;

    fn store(&self) -> &Self::Store {
        &self.store
    }
    fn intake(&self) -> &Self::Intake {
        &self.intake
    }
    fn wake(&self) -> &Self::Wake {
        &self.wake
    }
    fn timer(&self) -> &Self::Timer {
        &self.timer
    }
    fn clock(&self) -> &Self::Clock {
        &self.clock
    }
    fn entropy(&self) -> &Self::Entropy {
        &self.entropy
    }
    fn config(&self) -> &Self::Config {
        &self.config
    }
    fn providers(&self) -> &Self::Providers {
        &self.providers
    }
    fn pacer(&self) -> &Self::Pacer {
        &self.pacer
    }
    fn skew(&self) -> Skew {
        self.skew
    }
}
