//! The ports of one worker, over the world that it shares with the others.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{Occurrence, Skew, Tenant, Time};
use nightowl_engine::{
    Clock, Config, Entropy, Intake, Ports, Providers, Report, StoreError, Timer, Wake, WakeUp,
};
use nightowl_messaging::Provider;

use crate::chat::SimChat;
use crate::message::Job;
use crate::pacing::SimPacer;
use crate::store::SimStore;
use crate::world::{Shared, World};

/// All small ports are one handle.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) shared: Shared,
    pub(crate) worker: usize,
}

pub(crate) struct SimPorts {
    handle: Handle,
    store: SimStore,
    pacer: SimPacer,
    skew: Skew,
}

impl SimPorts {
    pub(crate) fn new(shared: &Shared, worker: usize) -> Self {
        let is_laptop = shared.with(|world| world.is_laptop);
        let handle = Handle { shared: *shared, worker };
        Self {
            store: SimStore(handle.clone()),
            pacer: SimPacer::new(&handle),
            handle,
            skew: if is_laptop { Skew::NONE } else { Skew::CLOUD },
        }
    }
}

impl Ports for SimPorts {
    type Store = SimStore;
    type Intake = Handle;
    type Wake = Handle;
    type Timer = Handle;
    type Clock = Handle;
    type Entropy = Handle;
    type Config = Handle;
    type Providers = Handle;
    type Pacer = SimPacer;

    fn store(&self) -> &SimStore {
        &self.store
    }
    fn intake(&self) -> &Handle {
        &self.handle
    }
    fn wake(&self) -> &Handle {
        &self.handle
    }
    fn timer(&self) -> &Handle {
        &self.handle
    }
    fn clock(&self) -> &Handle {
        &self.handle
    }
    fn entropy(&self) -> &Handle {
        &self.handle
    }
    fn config(&self) -> &Handle {
        &self.handle
    }
    fn providers(&self) -> &Handle {
        &self.handle
    }
    fn pacer(&self) -> &SimPacer {
        &self.pacer
    }
    fn skew(&self) -> Skew {
        self.skew
    }
}

impl Clock for Handle {
    fn now(&self) -> Time {
        self.shared.with(|world| world.time(self.worker))
    }

    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send {
        self.shared.pause(i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4))
    }
}

impl Entropy for Handle {
    fn draw(&self) -> u128 {
        self.shared
            .with(|world| (u128::from(world.chance.next()) << 64) | u128::from(world.chance.next()))
    }
}

/// What a delayed message can wait, and how early a schedule comes.
const DELAY_MAX: i64 = 900_000;
const AHEAD: i64 = 600_000;

pub(crate) fn unavailable() -> StoreError {
    StoreError::Unavailable("not now".to_owned())
}

pub(crate) fn lost() -> StoreError {
    StoreError::Unknown("no answer came".to_owned())
}

impl Wake for Handle {
    async fn wake(&self, wake_up: WakeUp) -> Result<(), StoreError> {
        self.shared
            .call(self.worker, |world| {
                world.figures.wake_ups += 1;
                if world.chance.hit(world.rates.wake_refused) {
                    return Err(unavailable());
                }
                // The delay was worked out with the worker's clock.
                let now = world.time(self.worker);
                let wait = wake_up.at.map_or(0, |at| (at.millis() - now.millis()).max(0));
                let copies = 1 + usize::from(world.chance.hit(world.rates.wake_twice));
                for _ in 0..copies {
                    if world.chance.hit(world.rates.wake_lost) {
                        world.figures.lost_wake_ups += 1;
                        continue;
                    }
                    let mut after = wait + world.chance.between(1, 30);
                    if world.chance.hit(world.rates.wake_late) {
                        after += world.chance.between(100, 60_000);
                    }
                    let occurrence = wake_up.occurrence.clone();
                    world.put(after, Job::Deliver { occurrence });
                }
                if world.chance.hit(world.rates.store_lost) { Err(lost()) } else { Ok(()) }
            })
            .await
    }
}

impl Timer for Handle {
    async fn arm(
        &self,
        occurrence: &Occurrence,
        generation: u64,
        at: Time,
    ) -> Result<(), StoreError> {
        self.shared
            .call(self.worker, |world| {
                if world.chance.hit(world.rates.wake_refused) {
                    return Err(unavailable());
                }
                let now = world.time(self.worker);
                let mut wait = (at.millis() - now.millis()).max(0);
                // Longer waits are of another service, which hands over ahead of time.
                if wait > DELAY_MAX && !world.is_laptop {
                    wait -= AHEAD;
                }
                let copies = 1 + usize::from(world.chance.hit(world.rates.timer_twice));
                for _ in 0..copies {
                    if world.chance.hit(world.rates.timer_lost) {
                        world.figures.lost_timers += 1;
                        continue;
                    }
                    let mut after = wait + world.chance.between(1, 500);
                    if world.chance.hit(world.rates.timer_late) {
                        after += world.chance.between(100, 60_000);
                    }
                    world.put(after, Job::Tick { occurrence: occurrence.clone(), generation });
                }
                if world.chance.hit(world.rates.store_lost) { Err(lost()) } else { Ok(()) }
            })
            .await
    }
}

impl Intake for Handle {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        self.shared
            .call(self.worker, |world| {
                // Whoever stores what is wanted does not do it now.
                world.troubled.insert(world.task);
                if world.chance.hit(world.rates.store_unavailable) {
                    return Err(unavailable());
                }
                for report in reports {
                    crate::senders::accept(world, report);
                }
                if world.chance.hit(world.rates.store_lost) { Err(lost()) } else { Ok(()) }
            })
            .await
    }
}

/// What is configured can be read, or not just now.
fn configuration(world: &mut World) -> Result<(), StoreError> {
    if world.chance.hit(world.rates.config_error) {
        world.troubled.insert(world.task);
        return Err(unavailable());
    }
    Ok(())
}

/// Configuration is cached by every worker, so that it costs no time, and is a little old.
impl Config for Handle {
    async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.shared.with(|world| {
            configuration(world)?;
            let (worker, now) = (self.worker, world.now);
            Ok(world.configured.get_mut(slug).map(|tenant| tenant.seen_by(worker, now)))
        })
    }

    async fn tenant_at(&self, slug: &str, hash: &str) -> Result<Option<Arc<Tenant>>, StoreError> {
        self.shared.with(|world| {
            configuration(world)?;
            Ok(world.configured.get(slug).and_then(|tenant| tenant.at(hash)))
        })
    }

    async fn tenants(&self) -> Result<Vec<String>, StoreError> {
        self.shared.with(|world| Ok(world.configured.keys().cloned().collect()))
    }
}

impl Providers for Handle {
    async fn provider(
        &self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, StoreError> {
        self.shared.with(|world| {
            configuration(world)?;
            let found = world.platforms.get(name).map(|platform| platform.name);
            Ok(found.map(|name| {
                let chat = SimChat {
                    shared: self.shared,
                    worker: self.worker,
                    tenant: tenant.to_owned(),
                    name,
                };
                Arc::new(chat) as Arc<dyn Provider>
            }))
        })
    }
}
