//! A local AWS that somebody started: the services themselves, as other people understood them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use nightowl_domain::Time;
use nightowl_engine::ports::Clock;
use nightowl_messaging::Secret;
use nightowl_store::{Access, DynamoStore, Tables, create_tables, http_client};

use super::credentials;
use crate::{Body, Queue, QueueUrls, Queues, Schedules, Timers};

/// Where a local AWS listens, such as `http://127.0.0.1:4566`.
pub const ENDPOINT: &str = "NIGHTOWL_TEST_AWS_ENDPOINT";
const REGION: &str = "us-east-1";
/// SQS answers no more at once.
const MESSAGES_MAX: i32 = 10;

/// Tables, queues and a group of schedules that are one test's alone. They stay when it ends.
#[derive(Clone, Debug)]
pub struct Account<K> {
    pub store: DynamoStore,
    pub queues: Queues<K>,
    pub timers: Timers<K>,
    sqs: aws_sdk_sqs::Client,
    scheduler: aws_sdk_scheduler::Client,
    urls: QueueUrls,
    group: String,
}

/// One schedule as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub name: String,
    pub fires_at: Time,
    /// What its function is called with.
    pub input: Body,
}

impl<K: Clock + Clone> Account<K> {
    /// Queues hold nothing back, since they go by another clock than `clock`.
    ///
    /// # Panics
    /// If nothing answers at [`ENDPOINT`], or nothing is said there.
    pub async fn fresh(clock: K) -> Self {
        let endpoint = std::env::var(ENDPOINT).unwrap_or_else(|_| panic!("{ENDPOINT} is not set"));
        let http = http_client();
        let name = unique();
        let (sqs, scheduler) = clients(&endpoint, &http);
        let urls = QueueUrls {
            events: Some(queue(&sqs, &name, Queue::Events).await),
            urgent: Some(queue(&sqs, &name, Queue::Urgent).await),
            cards: Some(queue(&sqs, &name, Queue::Cards).await),
        };
        let group = scheduler.create_schedule_group().name(&name).send().await;
        group.unwrap_or_else(|error| panic!("no group of schedules: {error:?}"));
        let database = Access::local(&endpoint, &Secret::new("test")).client(http);
        let tables = Tables { main: name.clone(), messages: format!("{name}-messages") };
        let made = create_tables(&database, &tables).await;
        made.unwrap_or_else(|error| panic!("no tables: {error}"));
        let queues = Queues::new(sqs.clone(), urls.clone(), clock).with_delay_max(Duration::ZERO);
        let schedules = Schedules {
            client: scheduler.clone(),
            group: name.clone(),
            role_arn: "arn:aws:iam::000000000000:role/scheduler".to_owned(),
            target_arn: format!("arn:aws:lambda:{REGION}:000000000000:function:escalation"),
        };
        let timers = Timers::new(queues.clone(), Some(schedules));
        let store = DynamoStore::new(database, tables);
        Self { store, queues, timers, sqs, scheduler, urls, group: name }
    }

    /// Takes everything out of a queue.
    ///
    /// # Panics
    /// If the queue cannot be asked, or holds what is no message of ours.
    pub async fn take_all(&self, from: Queue) -> Vec<Body> {
        let url = self.urls.of(from).unwrap_or_default();
        let mut bodies = Vec::new();
        loop {
            let request = self.sqs.receive_message().queue_url(url).wait_time_seconds(0);
            let answer = request.max_number_of_messages(MESSAGES_MAX).send().await;
            let answer = answer.unwrap_or_else(|error| panic!("nothing received: {error:?}"));
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                let text = message.body.unwrap_or_default();
                bodies.push(Body::decode(&text).unwrap_or_else(|bad| panic!("{bad}: {text}")));
                let request = self.sqs.delete_message().queue_url(url);
                let deleted = request.set_receipt_handle(message.receipt_handle).send().await;
                deleted.unwrap_or_else(|error| panic!("not deleted: {error:?}"));
            }
        }
    }

    /// The schedules that stand, read back from the service.
    ///
    /// # Panics
    /// If one is not as ours are.
    pub async fn schedules(&self) -> Vec<Standing> {
        let listed = self.scheduler.list_schedules().group_name(&self.group).send().await;
        let listed = listed.unwrap_or_else(|error| panic!("no list of schedules: {error:?}"));
        let mut standing = Vec::new();
        for name in listed.schedules.iter().filter_map(|schedule| schedule.name()) {
            let request = self.scheduler.get_schedule().group_name(&self.group).name(name);
            let got = request.send().await;
            let got = got.unwrap_or_else(|error| panic!("no schedule {name}: {error:?}"));
            let expression = got.schedule_expression().unwrap_or_default();
            let at = expression.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')'));
            let fires_at = at.and_then(|at| Time::parse(&format!("{at}Z")));
            let input = got.target().and_then(|target| target.input()).unwrap_or_default();
            standing.push(Standing {
                name: name.to_owned(),
                fires_at: fires_at.unwrap_or_else(|| panic!("{name} fires at {expression}")),
                input: Body::decode(input).unwrap_or_else(|bad| panic!("{bad}: {input}")),
            });
        }
        standing
    }

    /// As the service does when it has fired one.
    ///
    /// # Panics
    /// If it is not there.
    pub async fn delete_schedule(&self, name: &str) {
        let request = self.scheduler.delete_schedule().group_name(&self.group).name(name);
        let deleted = request.send().await;
        deleted.unwrap_or_else(|error| panic!("{name} cannot be deleted: {error:?}"));
    }
}

/// A name that no earlier test and no other process has used.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("owl-{}-{}", std::process::id(), now.as_nanos())
}

fn clients(
    endpoint: &str,
    http: &SharedHttpClient,
) -> (aws_sdk_sqs::Client, aws_sdk_scheduler::Client) {
    let sqs = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .http_client(http.clone());
    let scheduler = aws_sdk_scheduler::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(credentials())
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .http_client(http.clone());
    (
        aws_sdk_sqs::Client::from_conf(sqs.build()),
        aws_sdk_scheduler::Client::from_conf(scheduler.build()),
    )
}

async fn queue(client: &aws_sdk_sqs::Client, name: &str, queue: Queue) -> String {
    let made = client.create_queue().queue_name(format!("{name}-{}", queue.name())).send().await;
    let made = made.unwrap_or_else(|error| panic!("no queue: {error:?}"));
    made.queue_url.unwrap_or_else(|| panic!("a queue without an address"))
}
