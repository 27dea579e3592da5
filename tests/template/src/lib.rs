#![doc = include_str!("../README.md")]

pub mod calls;
pub mod rights;
pub mod source;
pub mod template;
pub mod yaml;
