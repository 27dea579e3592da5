//! The running server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fault::{Fault, Scripted};
use crate::methods::perform;
use crate::seed::Seed;
use crate::watch::Watch;
use crate::world::{Call, Ephemeral, Message, OpenView, World};

/// A Slack of one's own. It stops when it is dropped.
pub struct Double {
    address: SocketAddr,
    shared: Shared,
    server: JoinHandle<()>,
}

#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was held back is done now; what is refused now is refused in silence.
    pub(crate) fn land(&self) {
        let mut world = self.world();
        for late in std::mem::take(&mut world.late) {
            drop(perform(&mut world, &late.method, &late.args));
        }
    }

    /// One call that was held back is done now, unless it has landed.
    pub(crate) fn land_one(&self, id: &str) {
        let mut world = self.world();
        if let Some(index) = world.late.iter().position(|late| late.id == id) {
            let late = world.late.remove(index);
            drop(perform(&mut world, &late.method, &late.args));
        }
    }
}

impl Double {
    /// On a free port of 127.0.0.1.
    pub async fn start(seed: Seed) -> io::Result<Self> {
        Self::listen(seed, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn listen(seed: Seed, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Shared(Arc::new(Mutex::new(World::new(seed))));
        let routes =
            crate::api::routes(shared.clone()).merge(crate::control::routes(shared.clone()));
        let server = tokio::spawn(async move {
            // It ends only with the task.
            drop(axum::serve(listener, routes).await);
        });
        Ok(Self { address, shared, server })
    }

    /// Ends in a slash.
    pub fn url(&self) -> String {
        format!("http://{}/api/", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Nothing listens any more; connections that are open stay.
    pub async fn stop(&self) {
        self.server.abort();
        while !self.server.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// The next call of `method` (`*`: of any) goes wrong like this.
    pub fn script(&self, method: &str, fault: Fault) {
        self.shared.world().faults.push(Scripted { method: method.to_owned(), fault, times: 1 });
    }

    /// From now on `watcher` sees every call, instead of the list of calls.
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        self.shared.world().watcher = Some(watcher);
    }

    /// What was scripted and has not happened does not happen.
    pub fn heal(&self) {
        self.shared.world().faults.clear();
    }

    pub fn land(&self) {
        self.shared.land();
    }

    pub fn messages(&self) -> Vec<Message> {
        self.shared.world().messages.clone()
    }

    /// So many of the messages that were posted last, the oldest first.
    pub fn newest(&self, count: usize) -> Vec<Message> {
        let world = self.shared.world();
        let from = world.messages.len().saturating_sub(count);
        world.messages[from..].to_vec()
    }

    /// One message.
    pub fn message(&self, channel: &str, ts: &str) -> Option<Message> {
        let world = self.shared.world();
        let is_it = |message: &&Message| message.ts == ts && message.channel == channel;
        world.messages.iter().rev().find(is_it).cloned()
    }

    pub fn ephemerals(&self) -> Vec<Ephemeral> {
        self.shared.world().ephemerals.clone()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().calls.clone()
    }

    pub fn seed(&self) -> Seed {
        self.shared.world().seed.clone()
    }

    /// A person deletes it.
    pub fn delete(&self, channel: &str, ts: &str) -> bool {
        crate::control::delete(&mut self.shared.world(), channel, ts)
    }

    /// Somebody clicked, just now: by this a form can be opened for them, once and within three
    /// seconds.
    pub fn trigger(&self, user: &str) -> String {
        self.shared.world().make_trigger(user)
    }

    /// As if so many seconds had passed for every trigger.
    pub fn age_triggers(&self, seconds: u32) {
        self.shared.world().age_triggers(seconds.into());
    }

    /// Every modal that is open, oldest first.
    pub fn views(&self) -> Vec<OpenView> {
        self.shared.world().views.clone()
    }

    /// What somebody's Home tab shows.
    pub fn home(&self, user: &str) -> Option<serde_json::Value> {
        self.shared.world().homes.get(user).cloned()
    }

    /// A person archives a channel, or takes it back. `false`: there is none of that name or id.
    pub fn archive(&self, channel: &str, is_archived: bool) -> bool {
        self.shared.world().set_archived(channel, is_archived)
    }

    /// Another app posts it. Answers its `ts`.
    pub fn say(&self, channel: &str, text: &str, metadata: Option<serde_json::Value>) -> String {
        crate::control::say(&mut self.shared.world(), channel, text, metadata)
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}
