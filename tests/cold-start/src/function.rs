//! What is measured: each function, its budget, and how it is called.

/// A megabyte as AWS counts zips.
const MEGABYTE: f64 = 1_000_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Inbound,
    Worker,
    Escalation,
    Notifier,
    Slack,
    Mattermost,
    Admin,
}

impl Function {
    pub(crate) const ALL: [Self; 7] = [
        Self::Inbound,
        Self::Worker,
        Self::Escalation,
        Self::Notifier,
        Self::Slack,
        Self::Mattermost,
        Self::Admin,
    ];

    /// The directory below `functions/`, and the binary.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Worker => "worker",
            Self::Escalation => "escalation",
            Self::Notifier => "notifier",
            Self::Slack => "slack",
            Self::Mattermost => "mattermost",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }

    /// The largest zip, in bytes: the budgets of the product. The smaller a zip, the faster its
    /// first download and start.
    pub(crate) fn zip_bytes_max(self) -> f64 {
        MEGABYTE
            * match self {
                Self::Inbound => 2.0,
                Self::Slack | Self::Mattermost => 2.5,
                Self::Worker | Self::Escalation | Self::Notifier | Self::Admin => 3.0,
            }
    }
}

pub(crate) fn from_megabytes(megabytes: f64) -> f64 {
    megabytes * MEGABYTE
}

pub(crate) fn megabytes(bytes: f64) -> f64 {
    bytes / MEGABYTE
}
