//! The store over the embedded database.

mod answers;
mod configuration;
mod conformance;
mod cost;
mod durability;
mod home;
mod intake;
mod listing;
mod messages;
mod reading;
mod rows;
