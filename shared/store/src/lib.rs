#![doc = include_str!("../README.md")]

mod access;
mod alerts;
mod body;
mod columns;
mod condition;
mod configuration;
mod db;
mod deploy_key;
mod details;
mod digests;
mod due;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod http;
mod intake;
mod kept;
mod key_rows;
mod keys;
mod lanes;
mod list;
mod mappings;
mod messages;
#[cfg(feature = "meter")]
pub mod meter;
mod parts;
mod query;
mod record;
mod row;
mod small;
mod store;
mod tables;

pub use access::Access;
pub use body::{pack_bytes, unpack_bytes};
pub use deploy_key::DeployKey;
pub use http::{client_over, http_client, http_connector, https_connector};
pub use intake::{Backlog, Bounds, LaptopIntake, Page, Place, Taken};
pub use record::{FORMAT, ReportRecord};
pub use store::DynamoStore;
pub use tables::{Tables, create_tables};
