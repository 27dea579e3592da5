#![doc = include_str!("../README.md")]

#[cfg(feature = "worlds")]
pub mod bodies;
#[cfg(feature = "worlds")]
pub mod callbacks;
pub mod chance;
pub mod corpus;
pub mod memory;
pub mod mutate;
pub mod parsers;
pub mod report;
pub mod targets;
pub mod watch;
#[cfg(feature = "worlds")]
mod worlds;
