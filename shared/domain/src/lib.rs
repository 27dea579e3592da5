#![doc = include_str!("../README.md")]

pub mod alert;
pub mod event;
pub mod id;
pub mod mechanism;
pub mod plan;
pub mod policy;
pub mod schedule;
pub mod send;
pub mod severity;
pub mod step;
pub mod tenant;
pub mod time;
pub mod timeline;
pub mod wanted;

pub use alert::{
    Alert, Clearing, Details, Firing, LastFiring, Link, LinkKind, Position, Snooze, Status,
};
pub use event::{
    Actor, ClaimMode, Event, EventKind, Ignored, Outcome, Received, Settle, Settlement,
};
pub use id::{AlertId, ClaimId, EventId, Hash, Occurrence, SendKey, SeriesHash, WriteId};
pub use plan::Plan;
pub use policy::{Method, Policy, Target, Tier};
pub use schedule::{OnCall, Override, Rotation, RotationLength, Schedule};
pub use send::{
    Destination, DropReason, MessageRef, NoticeKind, Page, Refresh, Send, SendState, Shown, What,
};
pub use severity::Severity;
pub use step::{Change, Skew, Step, step};
pub use tenant::{Integration, Tenant, Turn, User};
pub use time::Time;
pub use timeline::{Entry, EntryKind};
pub use wanted::{Want, due_at, wanted};
