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
    /// A port's call goes on. `waker`: of the part of the task that made it.
    Resume {
        task: u64,
        waker: Option<Waker>,
    },
    /// `epoch`: of the process that keeps it in memory; `None` where queues are durable.
    Job {
        job: Job,
        epoch: Option<u64>,
    },
    /// A sender's request arrives.
    Arrive(Vec<crate::senders::Said>),
    Land(Box<Landing>),
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
        shows: Shows,
        /// Claimed as never posted before.
        is_first: bool,
    },
    Edit {
        message: MessageRef,
        shows: Shows,
    },
}

/// What a platform remembers of what a message says: as much as people and checks look at.
#[derive(Debug)]
pub(crate) struct Shows {
    alert: Option<ShownAlert>,
    /// Id and status of each member of a digest.
    members: Option<Vec<(String, &'static str)>>,
}

/// The alert that a message shows.
#[derive(Debug)]
pub(crate) struct ShownAlert {
    pub(crate) alert_id: String,
    pub(crate) title: String,
    pub(crate) status: &'static str,
    pub(crate) count: u32,
    pub(crate) round: u32,
    pub(crate) tier: u32,
    pub(crate) delivery: SendKey,
}

impl Shows {
    pub(crate) fn of(message: &Message) -> Self {
        let alert = message.alert().map(|alert| ShownAlert {
            alert_id: alert.alert_id.clone(),
            title: alert.title.clone(),
            status: alert.status,
            count: alert.count,
            round: alert.round,
            tier: alert.tier,
            delivery: alert.delivery.clone(),
        });
        let members = match message {
            Message::Digest(digest) => {
                let members = digest.members.iter();
                Some(members.map(|member| (member.alert_id.clone(), member.status)).collect())
            }
            Message::Alert(_)
            | Message::Escalation(_)
            | Message::Direct(_)
            | Message::Notice(_)
            | Message::Prompt(_) => None,
        };
        Self { alert, members }
    }

    pub(crate) fn members(&self) -> Option<&[(String, &'static str)]> {
        self.members.as_deref()
    }

    pub(crate) const fn alert(&self) -> Option<&ShownAlert> {
        self.alert.as_ref()
    }
}
