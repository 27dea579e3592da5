//! Start-up: the environment, the clients, and what functions are wired from.

use std::sync::{Arc, OnceLock};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use nightowl_messaging::MessageLog;
use nightowl_process::{SystemClock, http_builder, install_tls};
use nightowl_store::{Access, DynamoStore, Tables, client_over, http_connector, https_connector};

use crate::environment::{self, Environment, StartError};
use crate::ports::{CONFIGURATION_AGE, Configuration, Connections};
use crate::{
    LateSealer, ParameterStore, Parameters, Purpose, Queue, Queues, Schedules, Timers, log,
};

/// One process, about to be wired. All clients share one pool of connections.
pub struct Start {
    pub environment: Environment,
    connector: SharedHttpConnector,
    http: SharedHttpClient,
    /// Made once: what connects to chat shares its connections.
    chat: OnceLock<reqwest::Client>,
}

impl Start {
    /// Reads the environment, starts the log and the one TLS there is.
    ///
    /// # Errors
    /// Every variable that is missing or makes no sense.
    pub fn new() -> Result<Self, StartError> {
        let environment = environment::read()?;
        log::start(&environment);
        Ok(Self::with(environment))
    }

    /// The same without a log, for tests.
    pub fn with(environment: Environment) -> Self {
        install_tls();
        let plain =
            environment.access.endpoint.as_deref().is_some_and(|at| at.starts_with("http:"));
        let connector = if plain { http_connector() } else { https_connector() };
        let http = client_over(connector.clone());
        Self { environment, connector, http, chat: OnceLock::new() }
    }

    /// # Errors
    /// The variable that is missing.
    pub fn store(&self) -> Result<DynamoStore, StartError> {
        Ok(self.store_of(self.environment.tables()?))
    }

    /// For a function that knows one table only.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn main_store(&self) -> Result<DynamoStore, StartError> {
        let main = self.environment.main_table()?;
        // No table is called so: whoever asks for it all the same gets an error.
        let messages = "not-for-this-function".to_owned();
        Ok(self.store_of(Tables { main, messages }))
    }

    fn store_of(&self, tables: Tables) -> DynamoStore {
        DynamoStore::new(self.environment.access.client(self.http.clone()), tables)
    }

    /// # Errors
    /// The variable of `used` that is missing.
    pub fn queues(&self, used: &[Queue]) -> Result<Queues<SystemClock>, StartError> {
        self.environment.need_queues(used)?;
        Ok(Queues::new(self.sqs(), self.environment.queues.clone(), SystemClock))
    }

    /// # Errors
    /// The variable that is missing.
    pub fn timers(&self, queues: &Queues<SystemClock>) -> Result<Timers<SystemClock>, StartError> {
        let place = self.environment.schedules()?;
        let schedules = Schedules {
            client: self.scheduler(),
            group: place.group,
            role_arn: place.role_arn,
            target_arn: place.target_arn,
        };
        Ok(Timers::new(queues.clone(), Some(schedules)))
    }

    /// Reads these keys, and makes none.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn sealer(&self, purposes: &[Purpose]) -> Result<Arc<LateSealer>, StartError> {
        Ok(Arc::new(LateSealer::reading(self.parameters()?, purposes)))
    }

    /// Reads both keys, and makes those that nobody has made.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn making_sealer(&self) -> Result<Arc<LateSealer>, StartError> {
        Ok(Arc::new(LateSealer::making(self.parameters()?)))
    }

    fn parameters(&self) -> Result<Parameters, StartError> {
        let prefix = self.environment.parameters()?;
        let store = ParameterStore::new(self.connector.clone(), self.environment.access.clone());
        Ok(Parameters::new(store, prefix))
    }

    /// The configuration in force, at most a minute old.
    pub fn live(&self, store: &DynamoStore, sealer: &Arc<LateSealer>) -> Arc<Configuration> {
        let (store, clock) = (Arc::new(store.clone()), Arc::new(SystemClock));
        Arc::new(Configuration::new(store, Arc::clone(sealer), clock, CONFIGURATION_AGE))
    }

    /// # Errors
    /// The HTTP client's, or the variable that is missing.
    pub fn connections(
        &self,
        store: &DynamoStore,
        live: &Arc<Configuration>,
    ) -> Result<Connections, StartError> {
        let log: Arc<dyn MessageLog> = Arc::new(store.clone());
        let callbacks = self.environment.public_url()?.to_owned();
        let http = self.chat()?;
        Ok(Connections::new(Arc::clone(live), log, SystemClock, http, Some(callbacks)))
    }

    /// The HTTP client for everything that is not AWS.
    ///
    /// # Errors
    /// The client's.
    pub fn chat(&self) -> Result<reqwest::Client, StartError> {
        if let Some(client) = self.chat.get() {
            return Ok(client.clone());
        }
        let made = http_builder().build();
        let made =
            made.map_err(|error| StartError::new(format!("cannot start an HTTP client: {error}")))?;
        Ok(self.chat.get_or_init(|| made).clone())
    }

    fn credentials(&self) -> Credentials {
        let access = &self.environment.access;
        let token = access.session_token.as_ref().map(|token| token.expose().to_owned());
        let (key, secret) = (access.access_key.expose(), access.secret_key.expose());
        Credentials::new(key, secret, token, None, "nightowl")
    }
}

/// Clients of the services beside the database. They differ in nothing but their types.
macro_rules! clients {
    ($($name:ident: $sdk:ident;)*) => {
        impl Start {
            $(
                /// What may be repeated is repeated by whoever knows what it meant.
                pub fn $name(&self) -> $sdk::Client {
                    use $sdk::config::retry::RetryConfig;
                    use $sdk::config::timeout::TimeoutConfig;
                    use $sdk::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
                    let access = &self.environment.access;
                    let timeouts = TimeoutConfig::builder()
                        .operation_attempt_timeout(Access::ATTEMPT)
                        .build();
                    let mut config = $sdk::Config::builder()
                        .behavior_version(BehaviorVersion::v2026_01_12())
                        .region(Region::new(access.region.clone()))
                        .credentials_provider(self.credentials())
                        .http_client(self.http.clone())
                        .timeout_config(timeouts)
                        .retry_config(RetryConfig::disabled())
                        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
                    if let Some(endpoint) = &access.endpoint {
                        config = config.endpoint_url(endpoint);
                    }
                    $sdk::Client::from_conf(config.build())
                }
            )*
        }
    };
}

clients! {
    sqs: aws_sdk_sqs;
    scheduler: aws_sdk_scheduler;
}
