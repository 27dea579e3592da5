//! The engine's ports: queues and timers of the account, everything else in memory.

use nightowl_aws::testing::FakeAws;
use nightowl_aws::{Queue, Queues, SqsIntake, Timers};
use nightowl_domain::Skew;
use nightowl_engine::Spacing;
use nightowl_engine::ports::Ports;
use nightowl_engine::testing::{
    CountingEntropy, MemoryStore, StaticConfig, StaticProviders, TestPorts, VirtualClock,
};

#[derive(Clone)]
pub struct CloudPorts {
    pub inside: TestPorts,
    queues: Queues<VirtualClock>,
    intake: SqsIntake<VirtualClock>,
    timers: Timers<VirtualClock>,
}

impl CloudPorts {
    pub fn new(aws: &FakeAws, inside: TestPorts) -> Self {
        let queues = aws.queues();
        Self { inside, intake: queues.intake(Queue::Urgent), queues, timers: aws.timers() }
    }
}

impl Ports for CloudPorts {
    type Store = MemoryStore;
    type Intake = SqsIntake<VirtualClock>;
    type Wake = Queues<VirtualClock>;
    type Timer = Timers<VirtualClock>;
    type Clock = VirtualClock;
    type Entropy = CountingEntropy;
    type Config = StaticConfig;
    type Providers = StaticProviders;
    type Pacer = Spacing;

    fn store(&self) -> &Self::Store {
        &self.inside.store
    }
    fn intake(&self) -> &Self::Intake {
        &self.intake
    }
    fn wake(&self) -> &Self::Wake {
        &self.queues
    }
    fn timer(&self) -> &Self::Timer {
        &self.timers
    }
    fn clock(&self) -> &Self::Clock {
        &self.inside.clock
    }
    fn entropy(&self) -> &Self::Entropy {
        &self.inside.entropy
    }
    fn config(&self) -> &Self::Config {
        &self.inside.config
    }
    fn providers(&self) -> &Self::Providers {
        &self.inside.providers
    }
    fn pacer(&self) -> &Self::Pacer {
        &self.inside.pacer
    }
    fn skew(&self) -> Skew {
        Skew::CLOUD
    }
}
