//! What the process that mounts the router gives to it.

use std::future::Future;
use std::sync::Arc;

use nightowl_config::{Problem, Trial};
use nightowl_domain::Tenant;
use nightowl_engine::{ConfigStore, Engine, Keys, Mappings, Ports, Sealer, StoreError};
use nightowl_messaging::{MessageLog, Provider, Secret, Settings};
use serde_json::{Map, Value};

use crate::guard::Reach;

/// One value of the process, shared by all requests.
pub trait Needs: Send + Sync + 'static {
    type Ports: Ports<Store: Mappings>;
    type Keys: Keys;
    type ConfigStore: ConfigStore;
    type Sealer: Sealer;
    type Chat: Chat;

    fn engine(&self) -> &Engine<Self::Ports>;
    fn keys(&self) -> &Self::Keys;
    fn config_store(&self) -> &Self::ConfigStore;
    fn sealer(&self) -> &Self::Sealer;
    /// A configuration was put into force just now: what is cached of the old one is forgotten.
    fn config_changed(&self);
    /// Where the inbox provider writes; the console reads it.
    fn log(&self) -> &Arc<dyn MessageLog>;
    fn console(&self) -> &Console;
    fn chat(&self) -> &Self::Chat;
}

/// Connections to chat that are made for a test and not kept.
pub trait Chat: Send + Sync + 'static {
    /// What a test works with: the `given` fields of the provider's section over the stored ones,
    /// as [`nightowl_config::Live::trial`] answers it.
    fn trial(
        &self,
        tenant: &str,
        provider: &str,
        given: &Map<String, Value>,
    ) -> impl Future<Output = Result<Result<Trial, Vec<Problem>>, StoreError>> + Send;

    /// A provider of these settings whose every request stays within `reach`: its HTTP client is
    /// built by [`Reach::guard`]. The error is a sentence without any secret.
    fn connect(
        &self,
        tenant: &Tenant,
        settings: &Settings,
        reach: Reach,
    ) -> Result<Arc<dyn Provider>, String>;
}

/// How people get into the console.
#[derive(Clone, Debug)]
pub struct Console {
    /// Signs sessions and forms: 32 random bytes or more, as text. Another key ends all sessions.
    pub session_key: Secret,
    /// Logs in once, as the operator. Drawn anew by each start of a process that can print it;
    /// `None`: people log in with an API key.
    pub login_token: Option<Secret>,
    /// `https://owl.example.com`, if people reach the console by another address than the one in
    /// their requests' `Host`. Cookies are marked `Secure` if it is https.
    pub public_url: Option<String>,
}

impl Console {
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}
