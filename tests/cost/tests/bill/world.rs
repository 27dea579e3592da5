//! A deployment: the functions, and everything of AWS and of Slack that calls them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use nightowl_aws::testing::FakeAws;
use nightowl_aws::{Body as Message, Queue, Work};
use nightowl_domain::{Actor, EventKind, Occurrence, Time, due_at};
use nightowl_engine::ports::{Clock, Config, Keys, Ports, Store};
use nightowl_engine::{Engine, Summary};
use nightowl_fn_escalation::Escalation;
use nightowl_messaging::Secret;
use nightowl_store::embedded::Embedded;
use nightowl_store::meter::Meter;
use nightowl_store::{DynamoStore, Tables, create_tables, http_client};
use serde_json::Value;
use slack_double::{Double, Seed, click_body, read_message, sign};
use tempfile::TempDir;
use tower::ServiceExt;
use tracing::subscriber::DefaultGuard;

use crate::assume::{self, Function};
use crate::clock::Hands;
use crate::lines::Lines;
use crate::process::{Chatty, Deployment, Inbound, Plain};
use crate::tally::Tally;
use crate::tenant::{KEY, configure};

pub(crate) struct World {
    clock: Hands,
    meter: Meter,
    store: DynamoStore,
    aws: FakeAws,
    slack: Double,
    lines: Lines,
    functions: Arc<Functions>,
    /// Other incidents keep what is configured warm in every process.
    is_busy: bool,
    /// Since it was taken last.
    tally: Tally,
    _listening: DefaultGuard,
    _embedded: Embedded,
    _folder: TempDir,
}

struct Functions {
    inbound: Router,
    keys: Arc<Inbound>,
    chat: Router,
    chatty: Arc<Chatty>,
    worker: Engine<Plain>,
    notifier: Chatty,
    escalation: Escalation<Plain, Hands>,
}

impl Functions {
    fn start(deployment: &Deployment) -> Self {
        let (keys, chatty) = (Arc::new(deployment.inbound()), Arc::new(deployment.chatty()));
        Self {
            inbound: nightowl_fn_inbound::router(Arc::clone(&keys)),
            keys,
            chat: nightowl_fn_slack::router(Arc::clone(&chatty)),
            chatty,
            worker: deployment.plain(),
            notifier: deployment.chatty(),
            escalation: deployment.escalation(),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        nightowl_process::install_tls();
        let lines = Lines::default();
        let listening = lines.listen();
        let folder = TempDir::new().expect("a folder");
        let embedded = Embedded::start(&folder.path().join("nightowl.db")).expect("a database");
        let meter = Meter::default();
        let config = embedded.access().config(http_client()).interceptor(meter.clone()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        create_tables(&client, &Tables::default()).await.expect("tables");
        let store = DynamoStore::new(client, Tables::default());
        let clock = Hands::default();
        let slack = Double::start(Seed::default()).await.expect("a Slack");
        let aws = FakeAws::new(clock.0.clone());
        let deployment = Deployment::new(store.clone(), aws.clone(), clock.clone()).await;
        configure(&deployment, &slack).await;
        let functions = Arc::new(Functions::start(&deployment));
        meter.take();
        Self {
            clock,
            meter,
            store,
            aws,
            slack,
            lines,
            functions,
            is_busy: false,
            tally: Tally::default(),
            _listening: listening,
            _embedded: embedded,
            _folder: folder,
        }
    }

    /// From now on other incidents happen beside these, and nothing that is configured grows old.
    pub(crate) fn busy(&mut self) {
        self.is_busy = true;
    }

    /// What one process reads when its configuration has grown old.
    pub(crate) async fn read_units_of_configuration(&self) -> f64 {
        self.meter.take();
        let config = self.functions.worker.ports().config();
        config.tenant("acme").await.expect("a read").expect("a tenant");
        self.meter.take().read_units
    }

    async fn keep_warm(&self) {
        let functions = &self.functions;
        let key = Secret::new(KEY);
        functions.keys.keys.owner(&key).await.expect("a read").expect("an owner");
        let engines = [&functions.chatty.engine, &functions.notifier.engine];
        for config in engines.map(|engine| engine.ports().config()) {
            config.tenant("acme").await.expect("a read").expect("a tenant");
        }
        let config = functions.worker.ports().config();
        config.tenant("acme").await.expect("a read").expect("a tenant");
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// Everything since the last time.
    pub(crate) fn take(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    /// A monitoring tool POSTs it.
    pub(crate) async fn post(&mut self, body: &str) {
        let request = Request::post(format!("/api/v1/webhook/alertmanager/{KEY}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("a request");
        self.tally.api_requests += (body.len().div_ceil(512 << 10)) as f64;
        self.tally.access_bytes += assume::ACCESS_BYTES;
        let router = self.functions.inbound.clone();
        let answer = self.invoke(Function::Inbound, 1, router.oneshot(request)).await;
        assert_eq!(answer.expect("an answer").status(), StatusCode::ACCEPTED);
    }

    /// Only what was accepted, and only now.
    pub(crate) async fn work_off(&mut self) {
        while self.poll(Queue::Events).await {}
    }

    /// Everything that is due by then is done when it is due.
    pub(crate) async fn pass(&mut self, span: Duration) {
        let end = self.clock.now() + span;
        loop {
            for queue in [Queue::Urgent, Queue::Cards, Queue::Events] {
                while self.poll(queue).await {}
            }
            for input in self.aws.fire() {
                self.tally.scheduled += 1.0;
                self.escalate(input).await;
            }
            match self.aws.next_at() {
                Some(at) if at <= end => self.clock.0.set(at),
                Some(_) | None => break,
            }
        }
        self.clock.0.set(end);
    }

    /// The schedule of the sweep fires.
    pub(crate) async fn sweep(&mut self) {
        self.tally.scheduled += 1.0;
        let sweep = Message::new(Work::Sweep).encode().expect("a body");
        self.escalate(serde_json::from_str(&sweep).expect("a body is JSON")).await;
    }

    async fn escalate(&mut self, event: Value) {
        let functions = Arc::clone(&self.functions);
        let done = functions.escalation.on_schedule(event);
        self.invoke(Function::Escalation, 1, done).await.expect("the schedule was served");
    }

    /// Lambda's poller looks at a queue. `false`: there is nothing.
    async fn poll(&mut self, queue: Queue) -> bool {
        let batch_max = if queue == Queue::Urgent { 1 } else { 10 };
        let event = self.aws.receive(queue, batch_max);
        if event.records.is_empty() {
            return false;
        }
        let functions = Arc::clone(&self.functions);
        let answer = match queue {
            Queue::Events => {
                let at_once = alerts_in(&event).min(assume::SERIES_AT_ONCE);
                let worker = &functions.worker;
                let queues = worker.ports().queues();
                let done = nightowl_fn_worker::on_batch(worker, queues, event.clone());
                self.invoke(Function::Worker, at_once, done).await
            }
            Queue::Urgent | Queue::Cards => {
                let notifier = &functions.notifier.engine;
                let queues = notifier.ports().queues();
                let done = nightowl_fn_notifier::on_batch(notifier, queues, event.clone());
                self.invoke(Function::Notifier, event.records.len(), done).await
            }
        };
        assert!(answer.batch_item_failures.is_empty(), "nothing fails here");
        self.aws.settle(&event, &answer);
        // Lambda's poller receives a batch with one request and deletes it with another.
        self.tally.receives += 1.0;
        self.tally.deletes += 1.0;
        true
    }

    /// Counts one call of a function; `at_once`: how much of its work it does at the same time.
    async fn invoke<T>(
        &mut self,
        function: Function,
        at_once: usize,
        work: impl Future<Output = T>,
    ) -> T {
        if self.is_busy {
            self.keep_warm().await;
        }
        // What a scenario does beside is nobody's.
        self.aws.take_operations();
        self.meter.take();
        self.lines.take();
        let calls = self.slack.calls().len();
        let answer = work.await;
        let database = self.meter.take();
        let asked = self.aws.take_operations();
        let calls = self.slack.calls().len() - calls;
        let lines = self.lines.take();
        if std::env::var_os("COST_LINES").is_some() {
            for line in &lines {
                println!("{} {line}", function.name());
            }
        }
        let requests = f64::from(database.requests.values().sum::<u32>()) + asked.len() as f64;
        let tally = &mut self.tally;
        *tally.invocations.entry(function).or_default() += 1.0;
        tally.millis += assume::millis(requests / at_once as f64, calls > 0);
        tally.refused += database.refused;
        tally.chat_calls += calls as f64;
        tally.item_writes += f64::from(database.item_writes);
        tally.write_units += database.write_units;
        tally.reads += f64::from(database.reads);
        tally.read_units += database.read_units;
        for operation in asked.iter().filter(|operation| operation.service == "sqs") {
            // SQS counts a request for every 64 KB.
            let requests = operation.bytes.div_ceil(64 << 10) as f64;
            match operation.name.as_str() {
                "SendMessage" | "SendMessageBatch" => tally.sends += requests,
                _ => tally.others += requests,
            }
        }
        tally.log_lines += lines.len() as f64;
        let bytes = lines.iter().map(|line| line.len() as f64 + assume::EVENT_BYTES);
        tally.log_bytes += bytes.sum::<f64>();
        answer
    }

    /// Alice presses the button of the page that she got last, or of the one that Bob got.
    pub(crate) async fn acknowledge(&mut self) {
        let messages = self.slack.messages();
        let mut direct = messages.iter().filter(|message| message.direct_to.is_some());
        let page = direct.next_back().expect("somebody was paged");
        let person = page.direct_to.clone().expect("it is a direct message");
        let buttons = read_message(page).buttons;
        let ack = buttons.iter().find(|button| button.label == "Acknowledge");
        let ack = ack.unwrap_or_else(|| panic!("a button to acknowledge: {buttons:?}"));
        let seed = self.slack.seed();
        let trigger = self.slack.trigger(&person);
        let body = click_body(&seed, page, ack, &person, &trigger);
        let seconds = self.clock.now().millis() / 1000;
        let signed = sign(&seed.signing_secret, &seconds.to_string(), body);
        let mut request = Request::post("/api/v1/slack/interactions/acme");
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(signed.body)).expect("a request");
        self.tally.api_requests += 1.0;
        self.tally.access_bytes += assume::ACCESS_BYTES;
        let router = self.functions.chat.clone();
        let answer = self.invoke(Function::Slack, 1, router.oneshot(request)).await;
        assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    }

    /// Without counting: every alert that is open.
    pub(crate) async fn acknowledge_all(&mut self) {
        for occurrence in self.alerts().await {
            let actor = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
            let event = format!("ack:{}", occurrence.id).as_str().into();
            let engine = &self.functions.worker;
            engine.act(&occurrence, EventKind::Acked, actor, event).await.expect("an act");
        }
    }

    async fn alerts(&self) -> Vec<Occurrence> {
        let page = self.store.list("acme", None, None, 100).await.expect("a list");
        let of = |summary: Summary| Occurrence::new("acme", summary.id);
        page.items.into_iter().map(of).collect()
    }

    /// All is over: nothing is owed, nothing waits, and what was said is what should have been.
    pub(crate) async fn expect_quiet(&self) {
        for occurrence in self.alerts().await {
            let alert = self.store.read(&occurrence).await.expect("a read").expect("an alert");
            assert!(!alert.is_open(), "every alert is over");
            assert_eq!(due_at(&alert), None, "nothing is owed");
        }
        assert_eq!(self.aws.next_at(), None, "nothing waits");
    }
}

fn alerts_in(event: &SqsEvent) -> usize {
    let bodies = event.records.iter().filter_map(|record| record.body.as_deref());
    bodies
        .map(|body| match Message::decode(body).expect("a body").work {
            Work::Reports(reports) => reports.len(),
            Work::Deliver { .. } | Work::Tick { .. } | Work::Notice { .. } | Work::Sweep => 1,
        })
        .sum()
}
