//! What a laptop cannot count: how long a function runs on AWS, and what AWS itself logs.

/// A Lambda function of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Inbound,
    Worker,
    Notifier,
    Slack,
    Escalation,
}

impl Function {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Worker => "worker",
            Self::Notifier => "notifier",
            Self::Slack => "slack",
            Self::Escalation => "escalation",
        }
    }
}

/// Of every function in the template: 256 MB.
pub(crate) const MEMORY_GB: f64 = 0.25;

/// An invocation of a warm function that waits for nobody: reading the event, writing the log.
pub(crate) const MILLIS_BASE: f64 = 2.0;
/// One request to an AWS service in the same region. Those of one alert follow each other.
pub(crate) const MILLIS_REQUEST: f64 = 6.0;
/// A chat platform's answer. Messages of one delivery are sent at once, so it counts once for each
/// delivery.
pub(crate) const MILLIS_CHAT: f64 = 300.0;
/// One invocation in so many finds no warm function…
pub(crate) const COLD_ONE_IN: f64 = 50.0;
/// …and pays for its start.
pub(crate) const MILLIS_COLD: f64 = 200.0;

/// What CloudWatch Logs adds to each event that it is given.
pub(crate) const EVENT_BYTES: f64 = 26.0;
/// One line of the access log: route, status, time taken, length and id, as the template has it.
pub(crate) const ACCESS_BYTES: f64 = 110.0 + EVENT_BYTES;

/// Processes of all functions that are warm while a million incidents happen in a month.
pub(crate) const PROCESSES: f64 = 10.0;

/// How often one of a million incidents in a month has to pay for a look at what is configured: each
/// process looks after [`nightowl_aws::CONFIGURATION_AGE`], whatever happens.
pub(crate) fn asks_of_configuration() -> f64 {
    const MONTH_SECONDS: f64 = crate::price::MINUTES * 60.0;
    PROCESSES * MONTH_SECONDS / nightowl_aws::CONFIGURATION_AGE.as_secs_f64() / 1e6
}

/// Different series that a worker works on at once.
pub(crate) const SERIES_AT_ONCE: usize = 8;

/// How long an invocation takes that makes so many requests one after the other.
pub(crate) fn millis(requests: f64, asks_chat: bool) -> f64 {
    let chat = if asks_chat { MILLIS_CHAT } else { 0.0 };
    (MILLIS_BASE + requests * MILLIS_REQUEST + chat + MILLIS_COLD / COLD_ONE_IN).ceil()
}

/// Lambda's own three lines for one invocation, which the template switches off.
pub(crate) fn platform_bytes() -> f64 {
    let lines: [&str; 3] = [
        "START RequestId: 8f507cfc-e1c8-4e5f-8b5c-3a1f0c2d4e6f Version: $LATEST",
        "END RequestId: 8f507cfc-e1c8-4e5f-8b5c-3a1f0c2d4e6f",
        "REPORT RequestId: 8f507cfc-e1c8-4e5f-8b5c-3a1f0c2d4e6f\tDuration: 123.45 ms\t\
         Billed Duration: 124 ms\tMemory Size: 256 MB\tMax Memory Used: 31 MB\t",
    ];
    lines.iter().map(|line| line.len() as f64 + EVENT_BYTES).sum()
}

/// Queues that Lambda polls.
pub(crate) const QUEUES: f64 = 3.0;
/// Connections that Lambda keeps open to a queue in which nothing is.
pub(crate) const POLLERS: f64 = 5.0;
/// Each waits 20 seconds for a message.
pub(crate) const POLLS_A_MINUTE: f64 = 3.0;
