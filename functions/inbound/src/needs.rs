//! What the process that mounts the router gives to it.

use std::future::Future;

use nightowl_engine::{Clock, Entropy, Intake, Keys};

/// One value of the process, shared by all requests.
pub trait Needs: Send + Sync + 'static {
    type Keys: Keys;
    type Intake: Intake;
    type Clock: Clock;
    type Entropy: Entropy;

    fn keys(&self) -> &Self::Keys;
    fn intake(&self) -> &Self::Intake;
    fn clock(&self) -> &Self::Clock;
    fn entropy(&self) -> &Self::Entropy;

    /// Called after something of a known sender was refused for good: most senders do not try
    /// again, so what was in it is lost unless a person looks. The process tells the tenant's
    /// operators, at its own pace; it must not wait for anything slow here.
    fn dropped(&self, dropped: Dropped) -> impl Future<Output = ()> + Send;
}

/// What a sender sent in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub tenant: String,
    pub integration: String,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The whole body: it is larger than this.
    TooLarge { bytes_max: usize },
    /// The whole body: what was expected and found. A short excerpt of the body at most.
    Unreadable(String),
    /// The whole body: it is not signed as the integration's secret demands.
    NotSigned,
    /// This many alerts of a body whose others were taken.
    Members(usize),
}

impl Why {
    /// Stable, for counters and logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable(_) => "unreadable",
            Self::NotSigned => "not_signed",
            Self::Members(_) => "members",
        }
    }
}

impl Dropped {
    /// Told once an hour for each: [`nightowl_engine::Engine::tell_operators`].
    pub fn topic(&self) -> String {
        format!("dropped:{}:{}", self.integration, self.why.name())
    }

    /// What the tenant's operators read.
    pub fn words(&self) -> String {
        let id = &self.integration;
        match &self.why {
            Why::TooLarge { bytes_max } => format!(
                "Integration {id} sent a body of more than {} MiB, which was refused. Whatever alerts \
                 were in it are not known to NightOwl. Make its groups smaller.",
                bytes_max / (1 << 20)
            ),
            Why::Unreadable(reason) => format!(
                "Integration {id} sent something that cannot be read, and it was refused: {reason}"
            ),
            Why::NotSigned => format!(
                "Integration {id} sent a body without the signature that its hmac_secret asks for, and \
                 it was refused. Compare the secret on both sides."
            ),
            Why::Members(count) => format!(
                "Integration {id} sent a group in which {count} alerts could not be read; the others \
                 were taken."
            ),
        }
    }
}
