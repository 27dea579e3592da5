//! Sealing keys: SecureStrings of the parameter store, made on first use.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::types::ParameterType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// A key that secrets are sealed with.
pub(crate) type Key = [u8; 32];

/// Which of the two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Secrets of monitoring tools.
    Webhook,
    /// Secrets of chat platforms.
    Chat,
}

impl Purpose {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => nightowl_config::KeyFileSealer::WEBHOOK,
            Self::Chat => nightowl_config::KeyFileSealer::CHAT,
        }
    }
}

/// The stack's parameters.
#[derive(Clone, Debug)]
pub struct Parameters {
    client: Client,
    prefix: String,
}

impl Parameters {
    /// `prefix`: `/nightowl/STACK`.
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self { client, prefix: prefix.into() }
    }

    fn name(&self, purpose: Purpose) -> String {
        format!("{}/sealing/{}", self.prefix, purpose.name())
    }

    /// `None`: nobody has made it yet. The error says what went wrong and nothing of the key.
    pub(crate) async fn read(&self, purpose: Purpose) -> Result<Option<Key>, String> {
        let name = self.name(purpose);
        let answer = self.client.get_parameter().name(&name).with_decryption(true).send().await;
        let text = match answer {
            Ok(answer) => answer.parameter.and_then(|parameter| parameter.value),
            Err(error) if is(&error, "ParameterNotFound") => return Ok(None),
            Err(error) => return Err(format!("cannot read the parameter {name}: {}", why(&error))),
        };
        let bytes = BASE64.decode(text.unwrap_or_default().trim()).ok();
        let key = bytes.and_then(|bytes| Key::try_from(bytes).ok());
        // It is never replaced: everything that was sealed with it would be lost.
        key.map(Some).ok_or_else(|| format!("the parameter {name} is not 32 bytes in base 64"))
    }

    /// Makes it unless somebody has. What stands there afterwards is the key, whoever made it.
    pub(crate) async fn read_or_make(&self, purpose: Purpose) -> Result<Key, String> {
        if let Some(key) = self.read(purpose).await? {
            return Ok(key);
        }
        let mut key = Key::default();
        getrandom::fill(&mut key).map_err(|_| "the system gave no random bytes".to_owned())?;
        let put = self.put_new(purpose, &key).await;
        // Read whatever became of it: the answer may have been lost.
        if let Some(stands) = self.read(purpose).await? {
            return Ok(stands);
        }
        put?;
        Err(format!("the parameter {} is not there yet", self.name(purpose)))
    }

    async fn put_new(&self, purpose: Purpose, key: &Key) -> Result<(), String> {
        let name = self.name(purpose);
        let put = self
            .client
            .put_parameter()
            .name(&name)
            .value(BASE64.encode(key))
            .r#type(ParameterType::SecureString)
            .overwrite(false)
            .description("NightOwl seals secrets with it. Without it they cannot be read again.");
        match put.send().await {
            Ok(_) => {
                tracing::info!(name, "made a sealing key");
                Ok(())
            }
            Err(error) if is(&error, "ParameterAlreadyExists") => Ok(()),
            Err(error) => Err(format!("cannot make the parameter {name}: {}", why(&error))),
        }
    }
}

fn is<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some(code)
}

/// In words of ours: the service's could quote what was sent.
fn why<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the connection failed",
        SdkError::ResponseError(_) => "the answer could not be read",
        SdkError::ServiceError(service) => service.err().code().unwrap_or("an unnamed error"),
        _ => "the request failed",
    }
}
