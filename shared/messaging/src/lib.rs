#![doc = include_str!("../README.md")]

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod form;
pub mod incoming;
pub mod kept;
pub mod limits;
pub mod log;
pub mod message;
pub mod provider;
pub mod secret;
pub mod settings;
pub mod verify;
pub mod words;

pub use error::ProviderError;
pub use form::{FieldKind, FormDef, FormField, FormId, FormOption, FormState};
pub use incoming::{
    ActionId, CommandResponse, Field, FormAnswer, IncomingAction, IncomingCommand, IncomingForm,
    InteractionResponse, ResponseSection, WayOn, Whisper,
};
pub use kept::Kept;
pub use limits::{Limits, Rate};
pub use log::{LogError, LoggedMessage, MessageLog};
pub use message::{
    AlertMessage, Button, ButtonValue, DigestMember, DigestMessage, DirectMessage,
    EscalationMessage, Form, Message, NoticeMessage, Person, Post, PromptMessage, Snooze,
};
pub use provider::{ChatUser, Check, Checkup, Opener, Provider, Workspace};
pub use secret::Secret;
pub use settings::{Setting, Settings};
pub use verify::{Forged, Verified};
