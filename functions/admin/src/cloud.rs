//! What the router is given on AWS. This function alone makes sealing keys, and the admin key.

use std::sync::{Arc, OnceLock};

use axum::Router;
use nightowl_aws::{
    AdminKeys, Chatting, Cloud, Connections, LateSealer, Start, StartError, SystemClock,
};
use nightowl_config::KeyFileSealer;
use nightowl_engine::Engine;
use nightowl_engine::ports::Sealer;
use nightowl_fn_admin::{Console, Needs};
use nightowl_messaging::MessageLog;
use nightowl_store::DynamoStore;
use serde_json::Value;

pub(crate) struct Admin {
    chatting: Chatting,
    keys: AdminKeys,
    log: Arc<dyn MessageLog>,
    public_url: String,
    /// Made once the key is there from which that of the sessions is derived.
    router: OnceLock<Router>,
}

impl Admin {
    pub(crate) fn new(start: &Start) -> Result<Self, StartError> {
        let chatting = Chatting::new(start, start.making_sealer()?)?;
        let (live, store) = (Arc::clone(&chatting.live), chatting.store.clone());
        Ok(Self {
            log: Arc::new(store.clone()),
            keys: AdminKeys::new(live, store, SystemClock),
            chatting,
            public_url: start.environment.public_url()?.to_owned(),
            router: OnceLock::new(),
        })
    }

    pub(crate) fn warm_up(&self) -> [nightowl_aws::warm::Step<'_>; 3] {
        self.chatting.warm_up()
    }

    fn console(&self) -> Option<Console> {
        let key = self.chatting.sealer.derive(KeyFileSealer::CHAT, "session", "*");
        let session_key = key.ok()?;
        let public_url = Some(self.public_url.clone());
        Some(Console { session_key, login_token: None, public_url })
    }
}

/// `None` while the sealing keys can neither be read nor made.
pub(crate) async fn router(admin: Arc<Admin>) -> Option<Router> {
    admin.chatting.sealer.ensure().await;
    if let Some(router) = admin.router.get() {
        return Some(router.clone());
    }
    let desk = Desk { console: admin.console()?, admin: Arc::clone(&admin) };
    let router = nightowl_fn_admin::router(Arc::new(desk));
    Some(admin.router.get_or_init(|| router).clone())
}

pub(crate) async fn obey(admin: Arc<Admin>, order: String) -> Value {
    admin.keys.obey(&order).await
}

struct Desk {
    admin: Arc<Admin>,
    console: Console,
}

impl Needs for Desk {
    type Ports = Cloud<Connections>;
    type Keys = AdminKeys;
    type ConfigStore = DynamoStore;
    type Sealer = LateSealer;
    type Chat = Connections;

    fn engine(&self) -> &Engine<Cloud<Connections>> {
        &self.admin.chatting.engine
    }
    fn keys(&self) -> &AdminKeys {
        &self.admin.keys
    }
    fn config_store(&self) -> &DynamoStore {
        &self.admin.chatting.store
    }
    fn sealer(&self) -> &LateSealer {
        &self.admin.chatting.sealer
    }
    fn config_changed(&self) {
        self.admin.chatting.live.invalidate();
    }
    fn log(&self) -> &Arc<dyn MessageLog> {
        &self.admin.log
    }
    fn console(&self) -> &Console {
        &self.console
    }
    fn chat(&self) -> &Connections {
        &self.admin.chatting.connections
    }
}
