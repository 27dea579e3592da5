#![doc = include_str!("../README.md")]

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod incoming;
pub mod log;
pub mod message;
pub mod provider;
pub mod secret;
pub mod settings;
pub mod verify;

pub use error::ProviderError;
pub use incoming::{
    ActionId, CommandResponse, Field, IncomingAction, IncomingCommand, InteractionResponse,
    ResponseSection,
};
pub use log::{LogError, LoggedMessage, MessageLog};
pub use message::{
    AlertMessage, Button, ButtonValue, DirectMessage, EscalationMessage, Form, Message,
    NoticeMessage, Person, Post,
};
pub use provider::{ChatUser, Provider, Workspace};
pub use secret::Secret;
pub use settings::{Setting, Settings};
pub use verify::{Forged, Verified};
