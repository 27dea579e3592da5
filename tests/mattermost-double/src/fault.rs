//! How a call goes wrong.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// This HTTP status with an empty body; nothing is done.
    Status {
        status: u16,
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 429 as the server's own limiter answers it, in plain text; nothing is done.
    RateLimited {
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// An error in the server's own JSON; nothing is done.
    Error {
        status: u16,
        id: String,
        #[serde(default)]
        message: String,
    },
    /// It is done, and the connection is cut before the answer.
    Lost,
    /// The connection is cut; it is done after so long, or when told.
    Late {
        #[serde(default)]
        after_millis: Option<u64>,
        /// The server has begun: the `pending_post_id` is taken until it has landed.
        #[serde(default)]
        in_flight: bool,
    },
    /// No answer for as long as the caller waits; nothing is done.
    Hang,
    /// The connection is cut in the middle of the answer; nothing is done.
    Cut,
    /// 200 with a page that is no JSON; nothing is done.
    Nonsense,
    /// A proxy's HTML page with this status; nothing is done.
    Page { status: u16 },
    /// A failure that repeats the whole request, its token too; nothing is done.
    Echo,
}

/// A fault that waits for its call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scripted {
    /// `posts.create` …, `posts.*` or `*`.
    pub(crate) route: String,
    pub(crate) fault: Fault,
    /// How many calls; once by default.
    #[serde(default = "once")]
    pub(crate) times: u32,
}

impl Scripted {
    pub(crate) fn is_for(&self, name: &str) -> bool {
        let family = self.route.strip_suffix(".*");
        self.route == "*"
            || self.route == name
            || family.is_some_and(|family| name.split('.').next() == Some(family))
    }
}

const fn once() -> u32 {
    1
}
