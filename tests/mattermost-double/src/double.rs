//! The running server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fault::{Fault, Scripted};
use crate::seed::Seed;
use crate::watch::Watch;
use crate::world::World;

/// A Mattermost of one's own. It stops when it is dropped.
pub struct Double {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Shared,
    server: JoinHandle<()>,
}

#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was held back is done now; what is refused now is refused in silence.
    pub(crate) async fn land(&self) {
        let late = std::mem::take(&mut self.world().late);
        for late in late {
            crate::serve::land(self, late.request).await;
        }
    }

    /// One request that was held back is done now, unless it has landed.
    pub(crate) async fn land_one(&self, id: &str) {
        let late = {
            let late = &mut self.world().late;
            let index = late.iter().position(|late| late.id == id);
            index.map(|index| late.remove(index))
        };
        if let Some(late) = late {
            crate::serve::land(self, late.request).await;
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
        let world = World::new(seed, format!("http://{address}"));
        let world = world.ok_or_else(|| io::Error::other("no key could be drawn"))?;
        let shared = Shared(Arc::new(Mutex::new(world)));
        let routes =
            crate::control::routes(shared.clone()).merge(crate::serve::routes(shared.clone()));
        let server = tokio::spawn(async move {
            // It ends only with the task.
            drop(axum::serve(listener, routes).await);
        });
        Ok(Self { address, shared, server })
    }

    /// Without a slash at its end, as a configuration names a Mattermost server.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

    /// The next call of `route` (`posts.create`, `posts.*`, `*`) goes wrong like this.
    pub fn script(&self, route: &str, fault: Fault) {
        let route = route.to_owned();
        self.shared.world().faults.push(Scripted { route, fault, times: 1 });
    }

    /// From now on `watcher` sees every call, instead of the list of calls.
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        self.shared.world().watcher = Some(watcher);
    }

    /// What was scripted and has not happened does not happen.
    pub fn heal(&self) {
        self.shared.world().faults.clear();
    }

    /// What `late` held back lands.
    pub async fn land(&self) {
        self.shared.land().await;
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}
