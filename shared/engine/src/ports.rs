//! The engine's only way out. Providers are `dyn`; everything else is generic.

mod config;
mod config_store;
mod mappings;
mod pacer;
mod store;
mod work;

pub use config::{ApiRole, Config, KeyOwner, Keys, Providers, Sealer};
pub use config_store::{ConfigStore, IntegrationRow, KEY_CHANGES_MAX, KeyChange, KeyRow};
pub use mappings::{Mapping, Mappings};
pub use pacer::{
    Ask, Call, Grant, Lane, LaneName, LaneRow, Lanes, Pacer, Place, Standing, Swapped, Throttle,
};
pub use store::{Page, Store, StoreError, Summary, Write};
pub use work::{Clock, Entropy, Intake, Report, Timer, Wake, WakeUp};

/// All ports of one process.
pub trait Ports: Send + Sync + 'static {
    type Store: Store;
    type Intake: Intake;
    type Wake: Wake;
    type Timer: Timer;
    type Clock: Clock;
    type Entropy: Entropy;
    type Config: Config;
    type Providers: Providers;
    type Pacer: Pacer;

    fn store(&self) -> &Self::Store;
    fn intake(&self) -> &Self::Intake;
    fn wake(&self) -> &Self::Wake;
    fn timer(&self) -> &Self::Timer;
    fn clock(&self) -> &Self::Clock;
    fn entropy(&self) -> &Self::Entropy;
    fn config(&self) -> &Self::Config;
    fn providers(&self) -> &Self::Providers;
    fn pacer(&self) -> &Self::Pacer;
    /// How far the clocks of our workers may differ: zero on one machine.
    fn skew(&self) -> nightowl_domain::Skew;
}
