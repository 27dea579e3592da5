//! How the database is reached.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use nightowl_messaging::Secret;

/// Where the database is and who asks. Nothing is looked up elsewhere: no profile, no file, no
/// metadata service.
#[derive(Clone, Debug)]
pub struct Access {
    /// `None`: AWS itself, in this region.
    pub endpoint: Option<String>,
    pub region: String,
    /// No secret on AWS, but all there is to the embedded database.
    pub access_key: Secret,
    pub secret_key: Secret,
    /// Temporary credentials, such as a function's, have one.
    pub session_token: Option<Secret>,
    /// How long one request may take; [`Access::ATTEMPT`] in a function.
    pub attempt_timeout: Duration,
}

impl Access {
    /// A conditional write that takes longer is given up and decided again.
    pub const ATTEMPT: Duration = Duration::from_secs(1);
    /// A laptop may sleep, compile or flush its disk in the middle of a request.
    pub const ATTEMPT_LOCAL: Duration = Duration::from_secs(10);

    /// An endpoint on this machine that knows one access key and checks no signature.
    pub fn local(endpoint: &str, access_key: &Secret) -> Self {
        Self {
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".to_owned(),
            access_key: access_key.clone(),
            secret_key: Secret::new("unused"),
            session_token: None,
            attempt_timeout: Self::ATTEMPT_LOCAL,
        }
    }

    /// A client over `http`, which all clients of a process share.
    ///
    /// Nothing is retried below us: a write whose answer was lost has to be decided again by
    /// whoever knows what it meant.
    pub fn client(&self, http: SharedHttpClient) -> Client {
        Client::from_conf(self.config(http).build())
    }

    /// The same before it is built, for whoever adds an interceptor.
    pub fn config(&self, http: SharedHttpClient) -> aws_sdk_dynamodb::config::Builder {
        let credentials = Credentials::new(
            self.access_key.expose(),
            self.secret_key.expose(),
            self.session_token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "nightowl",
        );
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(self.attempt_timeout).build();
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(credentials)
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        config
    }
}
