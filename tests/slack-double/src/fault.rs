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
    /// `ok: false` with this error, and the messages beside it; nothing is done.
    Error {
        error: String,
        #[serde(default)]
        messages: Vec<String>,
        #[serde(default)]
        needed: Option<String>,
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// It is done, and the connection is cut before the answer.
    Lost,
    /// The connection is cut; it is done after so long, or when told.
    Late {
        #[serde(default)]
        after_millis: Option<u64>,
    },
    /// No answer for as long as the caller waits; nothing is done.
    Hang,
    /// The connection is cut in the middle of the answer; nothing is done.
    Cut,
    /// 200 with a page that is no JSON; nothing is done.
    Nonsense,
    /// A failure that repeats the whole request, its token too; nothing is done.
    Echo,
}

/// A fault that waits for its call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scripted {
    /// `chat.postMessage` …, or `*`.
    pub(crate) method: String,
    pub(crate) fault: Fault,
    /// How many calls; once by default.
    #[serde(default = "once")]
    pub(crate) times: u32,
}

const fn once() -> u32 {
    1
}
