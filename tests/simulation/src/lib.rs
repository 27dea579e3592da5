#![doc = include_str!("../README.md")]

mod agenda;
mod audit;
mod chance;
mod chat;
mod check;
mod digests;
mod end;
mod executor;
mod figures;
mod message;
mod pacing;
mod people;
mod ports;
mod rates;
mod run;
mod senders;
mod store;
mod tenants;
mod world;

pub use figures::Figures;
pub use rates::{Profile, past_failures};
pub use run::{Outcome, history, simulate};
