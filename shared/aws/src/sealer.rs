//! A sealer whose keys may come later than the process: before the first configuration is applied
//! there are none, and functions start all the same.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use nightowl_config::KeyFileSealer;
use nightowl_engine::ports::Sealer;
use nightowl_messaging::Secret;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::parameters::{Key, Parameters, Purpose};

/// A key that is missing is asked for no more often: requests come faster than keys are made.
const BETWEEN_TRIES: Duration = Duration::from_secs(3);

/// Opens with the keys that are there.
pub struct LateSealer {
    source: Option<Source>,
    keys: RwLock<Keys>,
    /// When keys were asked for last. Held while they are, so that requests do not all ask.
    tried: Mutex<Option<Instant>>,
}

struct Source {
    parameters: Parameters,
    purposes: Vec<Purpose>,
    /// Only `admin` makes keys. Behind a pointer, so that no other binary has the request in it.
    load: Load,
}

type Load = for<'a> fn(&'a Parameters, Purpose) -> BoxFuture<'a, Result<Option<Key>, String>>;

#[derive(Clone, Default)]
struct Keys {
    webhook: Option<Key>,
    chat: Option<Key>,
    sealer: Option<Arc<KeyFileSealer>>,
}

impl Keys {
    const fn has(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Webhook => self.webhook.is_some(),
            Purpose::Chat => self.chat.is_some(),
        }
    }

    fn put(&mut self, purpose: Purpose, key: Key) {
        match purpose {
            Purpose::Webhook => self.webhook = Some(key),
            Purpose::Chat => self.chat = Some(key),
        }
        self.sealer = Some(Arc::new(KeyFileSealer::new(self.webhook, self.chat)));
    }
}

impl LateSealer {
    /// For a function that touches no secret: it opens nothing.
    pub fn none() -> Self {
        Self::from(None)
    }

    /// Reads these keys once somebody has made them.
    pub fn reading(parameters: Parameters, purposes: &[Purpose]) -> Self {
        let load: Load = |parameters, purpose| parameters.read(purpose).boxed();
        Self::from(Some(Source { parameters, purposes: purposes.to_vec(), load }))
    }

    /// Reads both keys, and makes those that nobody has made.
    pub fn making(parameters: Parameters) -> Self {
        let purposes = vec![Purpose::Webhook, Purpose::Chat];
        let load: Load = |parameters, purpose| {
            async move { parameters.read_or_make(purpose).await.map(Some) }.boxed()
        };
        Self::from(Some(Source { parameters, purposes, load }))
    }

    fn from(source: Option<Source>) -> Self {
        Self { source, keys: RwLock::default(), tried: Mutex::new(None) }
    }

    /// Loads what is missing. Called before each request: it costs nothing once all is there, and
    /// asks once in a few seconds until then. What fails is logged; whatever needs the key fails
    /// then, and says which.
    pub async fn ensure(&self) {
        let Some(source) = &self.source else { return };
        if self.is_complete(source) {
            return;
        }
        let mut tried = self.tried.lock().await;
        let is_early = tried.is_some_and(|tried| tried.elapsed() < BETWEEN_TRIES);
        if is_early || self.is_complete(source) {
            return;
        }
        let missing = source.purposes.iter().filter(|purpose| !self.keys().has(**purpose));
        let missing: Vec<Purpose> = missing.copied().collect();
        let loading = missing.iter().map(|purpose| self.load(source, *purpose));
        futures::future::join_all(loading).await;
        *tried = Some(Instant::now());
    }

    async fn load(&self, source: &Source, purpose: Purpose) {
        match (source.load)(&source.parameters, purpose).await {
            Ok(Some(key)) => {
                let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
                keys.put(purpose, key);
            }
            Ok(None) => {
                let purpose = purpose.name();
                tracing::debug!(purpose, "there is no sealing key yet: nothing was applied");
            }
            Err(why) => tracing::warn!(why, "a sealing key could not be loaded"),
        }
    }

    fn is_complete(&self, source: &Source) -> bool {
        let keys = self.keys();
        source.purposes.iter().all(|purpose| keys.has(*purpose))
    }

    fn keys(&self) -> Keys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sealer(&self) -> Arc<KeyFileSealer> {
        self.keys().sealer.unwrap_or_else(|| Arc::new(KeyFileSealer::new(None, None)))
    }
}

impl fmt::Debug for LateSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LateSealer(***)")
    }
}

impl Sealer for LateSealer {
    fn seal(&self, purpose: &str, context: &str, secret: &Secret) -> Result<String, String> {
        self.sealer().seal(purpose, context, secret)
    }

    fn open(&self, purpose: &str, context: &str, sealed: &str) -> Result<Secret, String> {
        self.sealer().open(purpose, context, sealed)
    }

    fn awaits(&self, purpose: &str) -> bool {
        let Some(source) = &self.source else { return false };
        let mut asked = source.purposes.iter().filter(|asked| asked.name() == purpose);
        asked.any(|purpose| !self.keys().has(*purpose))
    }

    fn derive(&self, purpose: &str, what: &str, context: &str) -> Result<Secret, String> {
        self.sealer().derive(purpose, what, context)
    }

    fn fingerprint(&self, purpose: &str, secret: &Secret) -> String {
        self.sealer().fingerprint(purpose, secret)
    }
}
