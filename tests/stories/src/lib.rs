#![doc = include_str!("../README.md")]

mod expect;
mod owl;
mod people;

pub use owl::Owl;
