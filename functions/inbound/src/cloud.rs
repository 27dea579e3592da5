//! What the router is given on AWS: key rows to read, and queues to send to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nightowl_aws::{
    Body, CONFIGURATION_AGE, LateSealer, Purpose, Queue, Queues, SqsIntake, Start, StartError,
    SystemClock, SystemEntropy, Work,
};
use nightowl_config::KeyRows;
use nightowl_domain::Time;
use nightowl_engine::ports::Clock;
use nightowl_fn_inbound::{Dropped, Needs};
use nightowl_store::DynamoStore;

/// Operators are told once an hour whatever we do; what comes in between costs for nothing.
const BETWEEN_NOTICES: Duration = Duration::from_secs(3600);
const TOPICS_MAX: usize = 1024;

pub(crate) struct Inbound {
    pub(crate) store: DynamoStore,
    pub(crate) sealer: Arc<LateSealer>,
    pub(crate) queues: Queues<SystemClock>,
    keys: KeyRows<DynamoStore, LateSealer, SystemClock>,
    intake: SqsIntake<SystemClock>,
    /// Tenant and topic of the notices that this process sent, and when.
    told: Mutex<BTreeMap<(String, String), Time>>,
}

impl Inbound {
    pub(crate) fn new(start: &Start) -> Result<Self, StartError> {
        let store = start.main_store()?;
        let queues = start.queues(&[Queue::Events, Queue::Urgent])?;
        let sealer = start.sealer(&[Purpose::Webhook])?;
        let (rows, clock) = (Arc::new(store.clone()), Arc::new(SystemClock));
        let keys = KeyRows::new(rows, Arc::clone(&sealer), clock, CONFIGURATION_AGE);
        let intake = queues.intake(Queue::Events);
        Ok(Self { store, sealer, queues, keys, intake, told: Mutex::default() })
    }

    /// `true` once in a while for each topic of a tenant.
    fn is_news(&self, tenant: &str, topic: &str) -> bool {
        let now = SystemClock.now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (tenant.to_owned(), topic.to_owned());
        if told.get(&name).is_some_and(|at| now.since(*at) < BETWEEN_NOTICES) {
            return false;
        }
        if told.len() >= TOPICS_MAX {
            told.clear();
        }
        told.insert(name, now);
        true
    }

    fn forget(&self, tenant: &str, topic: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.remove(&(tenant.to_owned(), topic.to_owned()));
    }
}

impl Needs for Inbound {
    type Keys = KeyRows<DynamoStore, LateSealer, SystemClock>;
    type Intake = SqsIntake<SystemClock>;
    type Clock = SystemClock;
    type Entropy = SystemEntropy;

    fn keys(&self) -> &Self::Keys {
        &self.keys
    }
    fn intake(&self) -> &SqsIntake<SystemClock> {
        &self.intake
    }
    fn clock(&self) -> &SystemClock {
        &SystemClock
    }
    fn entropy(&self) -> &SystemEntropy {
        &SystemEntropy
    }

    /// The notifier tells them. Sent before the answer, since the process is frozen after it.
    async fn dropped(&self, dropped: Dropped) {
        let (topic, text) = (dropped.topic(), dropped.words());
        let tenant = dropped.tenant;
        if !self.is_news(&tenant, &topic) {
            return;
        }
        let body = Body::new(Work::Notice { tenant: tenant.clone(), topic: topic.clone(), text });
        if let Err(error) = self.queues.send(Queue::Urgent, &body, None).await {
            tracing::warn!(%error, topic, "operators could not be told that something was refused");
            self.forget(&tenant, &topic);
        }
    }
}
