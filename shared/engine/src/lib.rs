#![doc = include_str!("../README.md")]

mod apply;
mod basis;
mod batch;
mod change;
pub mod chat;
mod deliver;
mod digest;
mod engine;
mod error;
mod flush;
mod opening;
mod operators;
mod outage;
mod pacer;
pub mod ports;
mod show;
mod sweep;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod view;
mod wakeups;

pub use apply::Applied;
pub use batch::Undone;
pub use deliver::Delivered;
pub use engine::Engine;
pub use error::EngineError;
pub use pacer::{MemoryLanes, SharedPacer, Spacing};
pub use ports::{
    ApiRole, Ask, Call, Clock, Config, ConfigStore, Entropy, Grant, Intake, IntegrationRow,
    KEY_CHANGES_MAX, KeyChange, KeyOwner, KeyRow, Keys, Lane, LaneName, LaneRow, Lanes, Mapping,
    Mappings, Pacer, Page, Place, Ports, Providers, Report, Sealer, Standing, Store, StoreError,
    Summary, Swapped, Throttle, Timer, Wake, WakeUp, Write,
};
pub use show::Shown;
pub use sweep::Swept;
