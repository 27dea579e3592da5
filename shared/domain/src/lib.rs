#![doc = include_str!("../README.md")]

pub mod alert;
pub mod digest;
pub mod event;
pub mod id;
pub mod mechanism;
pub mod plan;
pub mod policy;
pub mod schedule;
pub mod send;
pub mod severity;
pub mod shared_vec;
pub mod step;
pub mod tenant;
pub mod time;
pub mod timeline;
pub mod wanted;

pub use alert::{
    Alert, AlertFields, Clearing, Details, Firing, LastFiring, Link, LinkKind, Position, Snooze,
    Status,
};
pub use digest::Digest;
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
pub use shared_vec::SharedVec;
pub use step::{Change, DigestEvent, Skew, Step, join, open_digest, step, step_digest};
pub use tenant::{Integration, Tenant, Turn, User};
pub use time::Time;
pub use timeline::{Entry, EntryKind};
pub use wanted::{Want, digest_due_at, digest_wanted, due_at, wanted, wants};
