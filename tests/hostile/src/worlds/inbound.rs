//! Four integrations of two tenants, and intakes that count what gets in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
#[cfg(feature = "aws")]
use nightowl_aws::testing::FakeAws;
#[cfg(feature = "aws")]
use nightowl_aws::{Queue, SqsIntake};
use nightowl_domain::{Severity, Time};
#[cfg(feature = "aws")]
use nightowl_engine::testing::VirtualClock;
use nightowl_engine::{ApiRole, Clock, Entropy, Intake, KeyOwner, Keys, Report, StoreError};
use nightowl_fn_inbound::{Dropped, Needs};
use nightowl_messaging::Secret;

pub(crate) const ALERTMANAGER: &str = "prom-key-of-acme-0123456789";
pub(crate) const GRAFANA: &str = "grafana-key-of-acme-0123456";
pub(crate) const GENERIC: &str = "script-key-of-acme-01234567";
/// Another tenant's, with a secret of its own.
pub(crate) const OTHER: &str = "grafana-key-of-zeta-0123456";
pub(crate) const API: &str = "operators-api-key-012345678";
pub(crate) const SECRET: &str = "grafana-signs-with-this";
pub(crate) const OTHER_SECRET: &str = "zeta-signs-with-this";
pub(crate) const START: i64 = 1_795_267_800_000;

/// What a body comes to.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    /// Counted and forgotten.
    Nowhere,
    #[cfg(feature = "aws")]
    /// The queue of an AWS in this process, through the real client and its limits.
    Aws(Box<SqsIntake<VirtualClock>>),
}

pub(crate) struct World {
    pub(crate) sink: Sink,
    pub(crate) is_signed: bool,
    /// Milliseconds since 1970; each look at the clock takes one.
    now: AtomicI64,
    drawn: AtomicU64,
    pub(crate) taken: AtomicUsize,
    pub(crate) look_ups: AtomicUsize,
}

impl World {
    pub(crate) fn new(is_signed: bool) -> Arc<Self> {
        Self::with(Sink::Nowhere, is_signed)
    }

    /// As on AWS.
    #[cfg(feature = "aws")]
    pub(crate) fn on_aws() -> (Arc<Self>, FakeAws) {
        let aws = FakeAws::new(VirtualClock::default());
        let intake = aws.queues().intake(Queue::Events);
        (Self::with(Sink::Aws(Box::new(intake)), false), aws)
    }

    fn with(sink: Sink, is_signed: bool) -> Arc<Self> {
        Arc::new(Self {
            sink,
            is_signed,
            now: AtomicI64::new(START),
            drawn: AtomicU64::default(),
            taken: AtomicUsize::default(),
            look_ups: AtomicUsize::default(),
        })
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        nightowl_fn_inbound::router(Arc::clone(self))
    }

    pub(crate) fn pass(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.now.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Needs for World {
    type Keys = Self;
    type Intake = Self;
    type Clock = Self;
    type Entropy = Self;

    fn keys(&self) -> &Self {
        self
    }
    fn intake(&self) -> &Self {
        self
    }
    fn clock(&self) -> &Self {
        self
    }
    fn entropy(&self) -> &Self {
        self
    }
    async fn dropped(&self, dropped: Dropped) {
        let words = dropped.words();
        assert!(words.len() < 3_000, "operators are told {} bytes", words.len());
    }
}

impl Keys for World {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        self.look_ups.fetch_add(1, Ordering::SeqCst);
        let owner = |tenant: &str, format: &str, secret: Option<&str>| {
            Some(KeyOwner::Integration {
                tenant: tenant.to_owned(),
                integration: format.to_owned(),
                format: format.to_owned(),
                default_severity: Severity::Error,
                hmac_secret: secret.filter(|_| self.is_signed).map(Secret::new),
            })
        };
        Ok(match key.expose() {
            ALERTMANAGER => owner("acme", "alertmanager", None),
            GRAFANA => owner("acme", "grafana", Some(SECRET)),
            GENERIC => owner("acme", "generic", None),
            OTHER => owner("zeta", "grafana", Some(OTHER_SECRET)),
            API => Some(KeyOwner::Api { id: "ops".to_owned(), tenant: None, role: ApiRole::Admin }),
            _ => None,
        })
    }
}

impl Intake for World {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        match &self.sink {
            Sink::Nowhere => {
                drop(reports);
                Ok(())
            }
            #[cfg(feature = "aws")]
            Sink::Aws(intake) => intake.take(reports).await,
        }
    }
}

impl Clock for World {
    fn now(&self) -> Time {
        Time::from_millis(self.now.fetch_add(1, Ordering::SeqCst))
    }
    async fn sleep(&self, _: Duration) {}
}

impl Entropy for World {
    fn draw(&self) -> u128 {
        u128::from(self.drawn.fetch_add(1, Ordering::SeqCst)) << 64
    }
}
