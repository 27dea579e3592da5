//! The ports of a story's process: in memory, or the adapters of the cloud over a local AWS.
//!
//! Configuration, chat, clock and chance are the same in both. What differs stands behind the same
//! names, so that a story cannot tell where it happens.

mod cloud;
mod queues;
mod store;

use std::sync::Arc;

use nightowl_domain::Skew;
use nightowl_engine::testing::{
    CountingEntropy, StaticConfig, StaticProviders, TestPorts, Trap, VirtualClock,
};
use nightowl_engine::{MemoryLanes, Ports, SharedPacer, Spacing};

use self::cloud::Cloud;
pub use self::queues::{StoryIntake, StoryTimer, StoryWake};
pub use self::store::StoryStore;
use crate::Platform;

/// A clone is another process over the same store, clock and queues.
#[derive(Clone)]
pub struct StoryPorts {
    pub store: StoryStore,
    pub intake: StoryIntake,
    pub wake: StoryWake,
    pub timer: StoryTimer,
    pub clock: VirtualClock,
    entropy: CountingEntropy,
    pub config: StaticConfig,
    pub providers: StaticProviders,
    /// What all processes know of channels.
    lanes: MemoryLanes,
    pacer: Arc<Spacing>,
    /// Springs at the calls of all ports but the configuration.
    pub trap: Trap,
}

impl StoryPorts {
    pub(crate) fn on(platform: Platform) -> Self {
        let ports = TestPorts::default();
        let made = match platform {
            Platform::Script | Platform::Slack | Platform::Mattermost => None,
            Platform::Aws => Some(Arc::new(Cloud::new(&ports))),
        };
        let (store, intake) = match &made {
            None => (StoryStore::Memory(ports.store), StoryIntake::Memory(ports.intake)),
            Some(cloud) => {
                (StoryStore::Cloud(Arc::clone(cloud)), StoryIntake::Cloud(Arc::clone(cloud)))
            }
        };
        let (wake, timer) = match made {
            None => (StoryWake::Memory(ports.wake), StoryTimer::Memory(ports.timer)),
            Some(cloud) => (StoryWake::Cloud(Arc::clone(&cloud)), StoryTimer::Cloud(cloud)),
        };
        let made = Self {
            store,
            intake,
            wake,
            timer,
            clock: ports.clock,
            entropy: ports.entropy,
            config: ports.config,
            providers: ports.providers,
            lanes: MemoryLanes::default(),
            pacer: Arc::default(),
            trap: ports.trap,
        };
        made.beside()
    }

    /// What a new process finds. Wake-ups in memory are gone with the old one; those in queues
    /// outlive it.
    #[must_use]
    pub(crate) fn restarted(&self) -> Self {
        if matches!(self.store, StoryStore::Memory(_)) {
            self.lose_wakeups();
        }
        self.trap.revive();
        self.beside()
    }

    /// Another process at the same time: it shares what is stored, and knows nothing else.
    #[must_use]
    pub(crate) fn beside(&self) -> Self {
        let mut other = self.clone();
        other.pacer = Arc::new(SharedPacer::new(self.lanes.clone()));
        other
    }

    pub(crate) fn lose_wakeups(&self) {
        self.wake.clear();
        self.timer.clear();
    }
}

impl Ports for StoryPorts {
    type Store = StoryStore;
    type Intake = StoryIntake;
    type Wake = StoryWake;
    type Timer = StoryTimer;
    type Clock = VirtualClock;
    type Entropy = CountingEntropy;
    type Config = StaticConfig;
    type Providers = StaticProviders;
    type Pacer = Spacing;

    fn store(&self) -> &StoryStore {
        &self.store
    }
    fn intake(&self) -> &StoryIntake {
        &self.intake
    }
    fn wake(&self) -> &StoryWake {
        &self.wake
    }
    fn timer(&self) -> &StoryTimer {
        &self.timer
    }
    fn clock(&self) -> &VirtualClock {
        &self.clock
    }
    fn entropy(&self) -> &CountingEntropy {
        &self.entropy
    }
    fn config(&self) -> &StaticConfig {
        &self.config
    }
    fn providers(&self) -> &StaticProviders {
        &self.providers
    }
    fn pacer(&self) -> &Spacing {
        &self.pacer
    }
    fn skew(&self) -> Skew {
        Skew::NONE
    }
}
