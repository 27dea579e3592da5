//! Sealing keys: SecureStrings of the parameter store, made on first use.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::parameter_store::ParameterStore;

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
    store: ParameterStore,
    prefix: String,
}

impl Parameters {
    /// `prefix`: `/nightowl/STACK`.
    pub fn new(store: ParameterStore, prefix: impl Into<String>) -> Self {
        Self { store, prefix: prefix.into() }
    }

    fn name(&self, purpose: Purpose) -> String {
        format!("{}/sealing/{}", self.prefix, purpose.name())
    }

    /// `None`: nobody has made it yet. The error says what went wrong and nothing of the key.
    pub(crate) async fn read(&self, purpose: Purpose) -> Result<Option<Key>, String> {
        let name = self.name(purpose);
        let text = match self.store.get_parameter(&name).await {
            Ok(text) => text,
            Err(failed) if failed.is("ParameterNotFound") => return Ok(None),
            Err(failed) => return Err(format!("cannot read the parameter {name}: {failed}")),
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
        let description = "NightOwl seals secrets with it. Without it they cannot be read again.";
        match self.store.put_parameter(&name, &BASE64.encode(key), description).await {
            Ok(()) => {
                tracing::info!(name, "made a sealing key");
                Ok(())
            }
            Err(failed) if failed.is("ParameterAlreadyExists") => Ok(()),
            Err(failed) => Err(format!("cannot make the parameter {name}: {failed}")),
        }
    }
}
