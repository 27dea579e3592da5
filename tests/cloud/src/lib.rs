#![doc = include_str!("../README.md")]

mod ports;

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use nightowl_aws::testing::FakeAws;
use nightowl_aws::{Body, Queue, Work};
use nightowl_domain::{Event, Tenant, Time};
use nightowl_engine::ports::{Clock, Intake};
use nightowl_engine::testing::{ScriptedProvider, TestPorts, VirtualClock};
use nightowl_engine::{Engine, Report};
use nightowl_fn_escalation::{DeadMan, Escalation, Failure};
use serde_json::Value;

pub use ports::CloudPorts;

const MINUTE: Duration = Duration::from_secs(60);

/// The functions of one installation.
pub struct Account {
    pub aws: FakeAws,
    pub chat: ScriptedProvider,
    pub ports: CloudPorts,
    engine: Engine<CloudPorts>,
    escalation: Escalation<CloudPorts, VirtualClock>,
    /// When the next sweep is due; `None`: the sweep is switched off.
    sweep_at: Option<Time>,
}

impl Account {
    pub fn new(tenant: Tenant) -> Self {
        let inside = TestPorts::default();
        inside.config.set(tenant);
        let chat = ScriptedProvider::new("chat", inside.clock.clone(), inside.trap.clone());
        inside.providers.set(std::sync::Arc::new(chat.clone()));
        let aws = FakeAws::new(inside.clock.clone());
        let ports = CloudPorts::new(&aws, inside);
        let escalation = Escalation {
            engine: Engine::new(ports.clone()),
            queues: aws.queues(),
            dead_letters: aws.dead_letters(),
            dead_man: None,
        };
        let engine = Engine::new(ports.clone());
        Self { aws, chat, ports, engine, escalation, sweep_at: None }
    }

    #[must_use]
    pub fn with_sweep(self) -> Self {
        Self { sweep_at: Some(self.now() + MINUTE), ..self }
    }

    /// The sweep tells this switch that all is well.
    #[must_use]
    pub fn with_dead_man(mut self, dead_man: DeadMan) -> Self {
        self.escalation.dead_man = Some(dead_man);
        self
    }

    pub fn now(&self) -> Time {
        self.aws.clock().now()
    }

    /// For what people do.
    pub const fn engine(&self) -> &Engine<CloudPorts> {
        &self.engine
    }

    /// What `inbound` does with an event of the tenant `acme` before it answers.
    ///
    /// # Panics
    /// If the queue does not take it.
    pub async fn accept(&self, event: Event) {
        self.accept_all(vec![event]).await;
    }

    /// The same with events that came together.
    ///
    /// # Panics
    /// If the queue does not take them.
    pub async fn accept_all(&self, events: Vec<Event>) {
        let report = |event| Report { tenant: "acme".to_owned(), alert: None, event };
        let reports = events.into_iter().map(report).collect();
        let taken = self.aws.queues().intake(Queue::Events).take(reports).await;
        taken.unwrap_or_else(|error| panic!("it was not accepted: {error}"));
    }

    /// Lets time pass, and all that happens in it.
    pub async fn pass(&mut self, span: Duration) {
        let end = self.now() + span;
        loop {
            self.settle().await;
            let next = [self.aws.next_at(), self.sweep_at].into_iter().flatten().min();
            match next {
                Some(at) if at <= end => self.aws.clock().set(at),
                Some(_) | None => break,
            }
        }
        self.aws.clock().set(end);
    }

    /// Everything that can be done at this moment.
    async fn settle(&mut self) {
        loop {
            let mut idle = true;
            for input in self.aws.fire() {
                idle = false;
                let called = self.schedule(input).await;
                called.unwrap_or_else(|error| panic!("a schedule failed: {error}"));
            }
            if self.sweep_at.is_some_and(|at| at <= self.now()) {
                idle = false;
                self.sweep_at = Some(self.now() + MINUTE);
                let swept = self.sweep().await;
                swept.unwrap_or_else(|error| panic!("the sweep failed: {error}"));
            }
            for (queue, batch) in [(Queue::Urgent, 1), (Queue::Events, 10), (Queue::Cards, 10)] {
                let event = self.aws.receive(queue, batch);
                if !event.records.is_empty() {
                    idle = false;
                    self.call(queue, event).await;
                }
            }
            if idle {
                return;
            }
        }
    }

    async fn call(&self, queue: Queue, event: SqsEvent) {
        let queues = self.aws.queues();
        let response = match queue {
            Queue::Events => {
                nightowl_fn_worker::on_batch(&self.engine, &queues, event.clone()).await
            }
            Queue::Urgent | Queue::Cards => {
                nightowl_fn_notifier::on_batch(&self.engine, &queues, event.clone()).await
            }
        };
        self.aws.settle(&event, &response);
    }

    /// # Errors
    /// What the function answers.
    pub async fn sweep(&self) -> Result<(), Failure> {
        let text = Body::new(Work::Sweep).encode();
        let input =
            text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or_default());
        self.schedule(input).await
    }

    async fn schedule(&self, input: Value) -> Result<(), Failure> {
        self.escalation.on_schedule(input).await
    }

    /// Who was paged, and how long after `since`, in order.
    pub fn pages(&self, since: Time) -> Vec<(String, Duration)> {
        let direct = |channel: &str| channel.strip_prefix("D-").map(str::to_owned);
        let posted = self.chat.posted().into_iter();
        posted
            .filter_map(|one| Some((direct(&one.message.channel)?, one.at.since(since))))
            .collect()
    }
}
