//! What is done before the first request is asked for, while the processor is still given in full:
//! connections are opened and proved with one cheap request each.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, join_all};
use nightowl_engine::ports::{Clock, Config, ConfigStore};
use nightowl_store::DynamoStore;
use reqwest::Url;

use crate::ports::Configuration;
use crate::{LateSealer, Queue, Queues, Start};

/// What takes longer is left to the first request.
const LONGEST: Duration = Duration::from_secs(2);
/// Of more tenants only these are looked at: a start must not grow with their number.
const TENANTS_MAX: usize = 4;
const SERVERS_MAX: usize = 3;

/// Something that is worth doing before the first request.
pub type Step<'a> = BoxFuture<'a, ()>;

/// Does all of it at once; whatever fails here would fail, and be told, again.
pub async fn up(start: &Start, steps: impl IntoIterator<Item = Step<'_>>) {
    if start.environment.warm_up {
        let _ = tokio::time::timeout(LONGEST, join_all(steps)).await;
    }
}

/// A read of a key's row that is not there: the one read that every function may make.
pub fn database(store: &DynamoStore) -> Step<'_> {
    async move { drop(store.key_row("warm-up").await) }.boxed()
}

/// The keys themselves are what is needed of the parameter store.
pub fn keys(sealer: &LateSealer) -> Step<'_> {
    sealer.ensure().boxed()
}

/// An empty batch: the right to send is enough for it, and it is refused before anything is sent.
pub fn queue<K: Clock + Clone>(queues: &Queues<K>, queue: Queue) -> Step<'_> {
    async move {
        let Ok(url) = queues.url(queue) else { return };
        let empty = queues.client().send_message_batch().queue_url(url);
        drop(empty.set_entries(Some(Vec::new())).send().await);
    }
    .boxed()
}

/// A connection to each chat server that the first tenants use, after their configuration was read.
/// Whoever uses no chat is not connected to any.
pub fn chat<'a, K: Clock>(
    live: &'a Configuration<K>,
    sealer: &'a LateSealer,
    http: reqwest::Client,
) -> Step<'a> {
    async move {
        sealer.ensure().await;
        let servers = servers(live).await;
        join_all(servers.into_iter().map(|server| http.head(server).send())).await;
    }
    .boxed()
}

/// Every setting that is an address is one of a server.
async fn servers<K: Clock>(live: &Configuration<K>) -> BTreeSet<Url> {
    let mut servers = BTreeSet::new();
    let tenants = live.tenants().await.unwrap_or_default();
    for tenant in tenants.iter().take(TENANTS_MAX) {
        for provider in nightowl_config::provider_names() {
            let Ok(Some(settings)) = live.settings(tenant, provider).await else { continue };
            let texts = settings.fields.keys().filter_map(|field| settings.text(field));
            let urls = texts.filter_map(|text| Url::parse(text).ok());
            servers.extend(urls.filter(|url| matches!(url.scheme(), "http" | "https")));
        }
    }
    servers.into_iter().take(SERVERS_MAX).collect()
}
