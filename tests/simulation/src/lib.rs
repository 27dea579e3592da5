#![doc = include_str!("../README.md")]

mod ablate;
mod agenda;
mod audit;
mod chance;
mod chat;
mod check;
mod digests;
mod end;
mod executor;
mod figures;
mod lateness;
mod message;
mod pacing;
mod people;
mod pool;
mod ports;
mod rates;
mod run;
mod senders;
mod shrink;
mod spec;
mod store;
mod tenants;
mod words;
mod world;

pub use ablate::{Ablation, Missed, ablate};
pub use figures::{Figures, Run};
pub use lateness::Lateness;
pub use pool::{cores, in_order};
pub use rates::{Profile, past_failures};
pub use run::{Outcome, Planned, history, simulate};
pub use shrink::shrink;
pub use spec::{Only, Spec, faults, mechanism, numbers};
