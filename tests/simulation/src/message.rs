//! What waits in queues, and everything else that happens at a moment.

use std::sync::Arc;
use std::task::Waker;

use nightowl_domain::{Destination, EventKind, MessageRef, Occurrence, SendKey};
use nightowl_engine::Report;
use nightowl_messaging::{IncomingAction, Message};

/// Something for a worker to do.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    Apply {
        report: Arc<Report>,
        redelivered: bool,
    },
    Deliver {
        occurrence: Occurrence,
    },
    Tick {
        occurrence: Occurrence,
        generation: u64,
    },
    Sweep,
    /// After the only process was started again.
    Rebuild,
    Act(Arc<Act>),
    Click(Arc<Click>),
}

/// A person's wish, by command or over the API.
#[derive(Debug)]
pub(crate) struct Act {
    pub(crate) occurrence: Occurrence,
    pub(crate) kind: EventKind,
    pub(crate) who: String,
    pub(crate) event: String,
    /// How often the person asks again when there is no answer.
    pub(crate) patience: u8,
}

/// A person's click on a message.
#[derive(Debug)]
pub(crate) struct Click {
    /// When, in true time.
    pub(crate) at: i64,
    pub(crate) tenant: String,
    pub(crate) action: IncomingAction,
    pub(crate) who: String,
}

/// Something that happens at a moment.
#[derive(Debug)]
pub(crate) enum Item {
    /// A port's call goes on.
    Resume(Waker),
    /// `epoch`: of the process that keeps it in memory; `None` where queues are durable.
    Job {
        job: Job,
        epoch: Option<u64>,
    },
    /// A sender's request arrives.
    Arrive(Vec<crate::senders::Said>),
    Land(Landing),
    SweepDue,
    PersonActs,
    /// Somebody waited for this message.
    PersonClicks(MessageRef),
    Flip,
    Outage {
        provider: &'static str,
        minutes: i64,
    },
    Break,
    Heal,
}

/// A post or an edit reaches the platform, whether or not somebody still waits for its answer.
#[derive(Debug)]
pub(crate) enum Landing {
    Post {
        message: MessageRef,
        to: Destination,
        under: Option<MessageRef>,
        tenant: String,
        key: SendKey,
        shows: Box<Message>,
        /// Claimed as never posted before.
        is_first: bool,
    },
    Edit {
        message: MessageRef,
        shows: Box<Message>,
    },
}
