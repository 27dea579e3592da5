//! AWS in this process, for tests: queues, the scheduler and the parameter store behind the very
//! clients that production uses, on a clock that the test moves.
//!
//! Requests arrive as the bytes that the SDK would send. What AWS refuses is refused, every request
//! is written down, and any of them can be made to fail or to lose its answer. Nothing comes out of
//! a queue or a schedule by itself: the test takes it.

mod connector;
mod emulator;
mod faults;
mod queue;
mod reply;
mod scheduler;
mod sqs;
mod ssm;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_credential_types::Credentials;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use nightowl_domain::Time;
use nightowl_engine::ports::Clock;
use nightowl_engine::testing::VirtualClock;
use nightowl_messaging::Secret;
use nightowl_store::{Access, client_over};
use serde_json::Value;

use crate::{DeadLetters, ParameterStore, Queue, QueueUrls, Queues, Schedules, Timers};

pub use emulator::{Account, ENDPOINT, Standing};
pub use faults::Fault;
pub use queue::Waiting;
pub use reply::Operation;
pub use scheduler::Schedule;

/// A clone is the same account.
#[derive(Clone, Debug)]
pub struct FakeAws {
    clock: VirtualClock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    sqs: sqs::Sqs,
    scheduler: scheduler::Scheduler,
    ssm: ssm::ParameterStore,
    operations: Vec<Operation>,
    faults: faults::Faults,
}

impl FakeAws {
    /// An account with the three queues, each with its dead-letter queue.
    pub fn new(clock: VirtualClock) -> Self {
        let state = State { sqs: sqs::Sqs::with_queues(), ..State::default() };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// For any client of an AWS SDK: only queues, scheduler and parameter store answer.
    pub fn http(&self) -> SharedHttpClient {
        client_over(connector::connector(self.clone()))
    }

    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials())
            .retry_config(RetryConfig::disabled())
            .http_client(self.http());
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    pub fn scheduler(&self) -> aws_sdk_scheduler::Client {
        let config = aws_sdk_scheduler::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials())
            .retry_config(RetryConfig::disabled())
            .http_client(self.http());
        aws_sdk_scheduler::Client::from_conf(config.build())
    }

    pub fn ssm(&self) -> ParameterStore {
        let access = Access {
            endpoint: None,
            region: "eu-central-1".to_owned(),
            access_key: Secret::new("AKIDTEST"),
            secret_key: Secret::new("not a secret"),
            session_token: None,
            attempt_timeout: Access::ATTEMPT,
        };
        ParameterStore::new(connector::connector(self.clone()), access)
    }

    pub fn queue_urls(&self) -> QueueUrls {
        urls("")
    }

    /// Of the dead-letter queues.
    pub fn dead_urls(&self) -> QueueUrls {
        urls(sqs::DEAD)
    }

    pub fn queues(&self) -> Queues<VirtualClock> {
        Queues::new(self.sqs(), self.queue_urls(), self.clock.clone())
    }

    pub fn schedules(&self) -> Schedules {
        Schedules {
            client: self.scheduler(),
            group: scheduler::GROUP.to_owned(),
            role_arn: "arn:aws:iam::123456789012:role/scheduler".to_owned(),
            target_arn: "arn:aws:lambda:eu-central-1:123456789012:function:escalation".to_owned(),
        }
    }

    pub fn timers(&self) -> Timers<VirtualClock> {
        Timers::new(self.queues(), Some(self.schedules()))
    }

    pub fn dead_letters(&self) -> DeadLetters<VirtualClock> {
        DeadLetters::new(self.queues(), self.dead_urls())
    }

    /// What an event source mapping would hand to the queue's function now; empty if nothing can be
    /// received. What was received too often goes to the dead-letter queue instead.
    pub fn receive(&self, from: Queue, max: usize) -> SqsEvent {
        let now = self.clock.now();
        self.lock().sqs.hand_out(from.name(), max, now)
    }

    /// What the mapping does with the function's answer: whatever did not fail is deleted.
    pub fn settle(&self, event: &SqsEvent, response: &SqsBatchResponse) {
        self.lock().sqs.settle(event, response);
    }

    /// Takes the schedules that are due: the inputs that their function is called with.
    pub fn fire(&self) -> Vec<Value> {
        let now = self.clock.now();
        self.lock().scheduler.fire(now)
    }

    pub fn schedules_set(&self) -> Vec<Schedule> {
        self.lock().scheduler.list()
    }

    /// What is in a queue, received or not, the oldest first.
    pub fn waiting(&self, queue: Queue) -> Vec<Waiting> {
        self.lock().sqs.list(queue.name())
    }

    pub fn dead(&self, queue: Queue) -> Vec<Waiting> {
        self.lock().sqs.list(&format!("{}{}", queue.name(), sqs::DEAD))
    }

    /// Puts a text that nobody of ours would send.
    pub fn put_raw(&self, to: Queue, text: &str) {
        let now = self.clock.now();
        self.lock().sqs.put_raw(to.name(), text, now);
    }

    /// When something can be received or fires that cannot yet.
    pub fn next_at(&self) -> Option<Time> {
        let state = self.lock();
        [state.sqs.next_at(), state.scheduler.next_at()].into_iter().flatten().min()
    }

    /// Every request so far, in order.
    pub fn operations(&self) -> Vec<Operation> {
        self.lock().operations.clone()
    }

    /// The same, and they are forgotten.
    pub fn take_operations(&self) -> Vec<Operation> {
        std::mem::take(&mut self.lock().operations)
    }

    /// The next `times` requests of this operation (`SendMessage`) fail so.
    pub fn fail(&self, operation: &str, times: usize, fault: Fault) {
        self.lock().faults.add(operation, times, fault);
    }

    /// A parameter's value, whatever its type.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.lock().ssm.value(name)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDTEST", "not a secret", None, None, "test")
}

fn urls(suffix: &str) -> QueueUrls {
    let url = |queue: Queue| Some(format!("{}{}{suffix}", sqs::BASE, queue.name()));
    QueueUrls { events: url(Queue::Events), urgent: url(Queue::Urgent), cards: url(Queue::Cards) }
}
