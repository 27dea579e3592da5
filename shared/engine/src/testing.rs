//! Ports in memory and a virtual clock, for tests: nothing happens unless the test lets it.
//!
//! Everything is a cheap handle: a clone shares the same state. Wake-ups and timers pile up until
//! the test takes them; time stands still until the test moves it. All calls of ports go through
//! one [`Trap`], which can kill the process at any of them, fail it, or lose its answer.

mod clock;
mod config;
mod conformance;
mod log;
mod ports;
mod provider;
mod queues;
mod rows;
mod sample;
mod store;
mod trap;

pub use clock::{CountingEntropy, VirtualClock};
pub use config::{StaticConfig, StaticProviders};
pub use conformance::{lanes_conformance, mappings_conformance, store_conformance};
pub use ports::TestPorts;
pub use provider::{Posted, Script, ScriptedProvider, Stage};
pub use queues::{MemoryIntake, MemoryTimer, MemoryWake, Timed};
pub use sample::{fired, sample_alert, sample_details, sample_tenant};
pub use store::MemoryStore;
pub use trap::{Spring, Trap, run, run_or_killed};
