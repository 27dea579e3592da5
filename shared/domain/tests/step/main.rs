//! The state table, driven as the engine drives it, with a clock that the tests move.

mod delivery;
mod digests;
mod every_sequence;
mod laws;
mod order;
mod pages;
mod plans;
mod replies;
mod table;
mod world;
