//! One function's process: the engine over the adapters that it has on AWS, on our clock.

use std::sync::Arc;

use nightowl_aws::testing::FakeAws;
use nightowl_aws::{
    CONFIGURATION_AGE, Cloud, Configuration, Connections, DeadLetters, LateSealer, NoChat,
    Parameters, Queue, Queues, SqsIntake, Timers,
};
use nightowl_config::KeyRows;
use nightowl_engine::Engine;
use nightowl_fn_escalation::Escalation;
use nightowl_messaging::MessageLog;
use nightowl_process::SystemEntropy;
use nightowl_store::DynamoStore;

use crate::clock::Hands;

pub(crate) type Live = Configuration<Hands>;
pub(crate) type Chat = Connections<Hands>;
/// Of a function that speaks to chat.
pub(crate) type Full = Cloud<Chat, Hands>;
/// Of one that does not.
pub(crate) type Plain = Cloud<NoChat, Hands>;

/// As long as the real one is.
const PUBLIC_URL: &str = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com";

/// What all processes of a deployment share.
pub(crate) struct Deployment {
    pub(crate) store: DynamoStore,
    pub(crate) aws: FakeAws,
    pub(crate) sealer: Arc<LateSealer>,
    pub(crate) clock: Hands,
}

impl Deployment {
    /// The sealing keys are there, as after the first configuration.
    pub(crate) async fn new(store: DynamoStore, aws: FakeAws, clock: Hands) -> Self {
        let parameters = Parameters::new(aws.ssm(), "/nightowl/nightowl");
        let sealer = Arc::new(LateSealer::making(parameters));
        sealer.ensure().await;
        Self { store, aws, sealer, clock }
    }

    /// Each function has caches of its own.
    fn live(&self) -> Arc<Live> {
        let (store, clock) = (Arc::new(self.store.clone()), Arc::new(self.clock.clone()));
        Arc::new(Live::new(store, Arc::clone(&self.sealer), clock, CONFIGURATION_AGE))
    }

    fn queues(&self) -> Queues<Hands> {
        Queues::new(self.aws.sqs(), self.aws.queue_urls(), self.clock.clone())
    }

    fn chat(&self, live: &Arc<Live>) -> Chat {
        let log: Arc<dyn MessageLog> = Arc::new(self.store.clone());
        let http = nightowl_process::http_builder().build().expect("an HTTP client");
        let callbacks = Some(PUBLIC_URL.to_owned());
        Chat::new(Arc::clone(live), log, self.clock.clone(), http, callbacks)
    }

    fn cloud<P>(&self, live: Arc<Live>, providers: P) -> Cloud<P, Hands> {
        let queues = self.queues();
        let timers = Timers::new(queues.clone(), Some(self.aws.schedules()));
        Cloud::new(self.store.clone(), queues, Queue::Urgent, timers, live, providers)
    }

    /// Of a function that speaks to chat.
    pub(crate) fn chatty(&self) -> Chatty {
        let live = self.live();
        let chat = self.chat(&live);
        let engine = Engine::new(self.cloud(live, chat.clone())).with_console(PUBLIC_URL);
        Chatty { engine, chat }
    }

    /// Of one that does not.
    pub(crate) fn plain(&self) -> Engine<Plain> {
        Engine::new(self.cloud(self.live(), NoChat)).with_console(PUBLIC_URL)
    }

    pub(crate) fn inbound(&self) -> Inbound {
        let (rows, clock) = (Arc::new(self.store.clone()), Arc::new(self.clock.clone()));
        Inbound {
            keys: KeyRows::new(rows, Arc::clone(&self.sealer), clock, CONFIGURATION_AGE),
            intake: self.queues().intake(Queue::Events),
            clock: self.clock.clone(),
            entropy: SystemEntropy,
        }
    }

    pub(crate) fn escalation(&self) -> Escalation<Plain, Hands> {
        let (engine, queues) = (self.plain(), self.queues());
        let dead_letters = DeadLetters::new(queues.clone(), self.aws.dead_urls());
        Escalation { engine, queues, dead_letters, dead_man: None }
    }
}

/// A function that speaks to people.
pub(crate) struct Chatty {
    pub(crate) engine: Engine<Full>,
    chat: Chat,
}

pub(crate) struct Inbound {
    pub(crate) keys: KeyRows<DynamoStore, LateSealer, Hands>,
    intake: SqsIntake<Hands>,
    clock: Hands,
    entropy: SystemEntropy,
}

impl nightowl_fn_inbound::Needs for Inbound {
    type Keys = KeyRows<DynamoStore, LateSealer, Hands>;
    type Intake = SqsIntake<Hands>;
    type Clock = Hands;
    type Entropy = SystemEntropy;

    fn keys(&self) -> &Self::Keys {
        &self.keys
    }
    fn intake(&self) -> &SqsIntake<Hands> {
        &self.intake
    }
    fn clock(&self) -> &Hands {
        &self.clock
    }
    fn entropy(&self) -> &SystemEntropy {
        &self.entropy
    }
    async fn dropped(&self, dropped: nightowl_fn_inbound::Dropped) {
        panic!("nothing is sent that is dropped: {dropped:?}");
    }
}

impl nightowl_fn_slack::Needs for Chatty {
    type Ports = Full;
    type Tenants = Chat;

    fn engine(&self) -> &Engine<Full> {
        &self.engine
    }
    fn slack_tenants(&self) -> &Chat {
        &self.chat
    }
}
