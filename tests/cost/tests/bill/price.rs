//! List prices of us-east-1 in dollars, and what every account gets for nothing each month, for
//! ever. Free tiers that end after a year do not count.

/// Something that AWS counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    ApiRequest,
    Invocation,
    GbSecond,
    QueueRequest,
    /// On top of the request.
    GroupedSend,
    WriteUnit,
    ReadUnit,
    ScheduledCall,
    LogGigabyte,
}

/// As people know them from their bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    ApiGateway,
    Lambda,
    Queues,
    Database,
    Scheduler,
    Logs,
}

impl Item {
    pub(crate) const ALL: [Self; 9] = [
        Self::ApiRequest,
        Self::Invocation,
        Self::GbSecond,
        Self::QueueRequest,
        Self::GroupedSend,
        Self::WriteUnit,
        Self::ReadUnit,
        Self::ScheduledCall,
        Self::LogGigabyte,
    ];

    /// For a million of them.
    pub(crate) const fn dollars_per_million(self) -> f64 {
        match self {
            Self::ApiRequest | Self::ScheduledCall => 1.0,
            Self::Invocation => 0.20,
            // On arm64.
            Self::GbSecond => 13.333_4,
            Self::QueueRequest => 0.40,
            Self::GroupedSend => 0.10,
            Self::WriteUnit => 0.625,
            Self::ReadUnit => 0.125,
            Self::LogGigabyte => 500_000.0,
        }
    }

    /// Each month.
    pub(crate) const fn free(self) -> f64 {
        match self {
            Self::Invocation | Self::QueueRequest => 1_000_000.0,
            Self::GbSecond => 400_000.0,
            Self::ScheduledCall => 14_000_000.0,
            Self::LogGigabyte => 5.0,
            Self::ApiRequest | Self::GroupedSend | Self::WriteUnit | Self::ReadUnit => 0.0,
        }
    }

    pub(crate) const fn service(self) -> Service {
        match self {
            Self::ApiRequest => Service::ApiGateway,
            Self::Invocation | Self::GbSecond => Service::Lambda,
            Self::QueueRequest | Self::GroupedSend => Service::Queues,
            Self::WriteUnit | Self::ReadUnit => Service::Database,
            Self::ScheduledCall => Service::Scheduler,
            Self::LogGigabyte => Service::Logs,
        }
    }

    /// Of the table of prices: what is counted, its price, what is free each month.
    pub(crate) const fn words(self) -> [&'static str; 3] {
        match self {
            Self::ApiRequest => {
                ["API Gateway HTTP API, a request of up to 512 KB", "$1.00 a million", "–"]
            }
            Self::Invocation => ["Lambda, an invocation", "$0.20 a million", "1 million"],
            Self::GbSecond => {
                ["Lambda arm64, a GB-second", "$13.3334 a million", "400,000 GB-seconds"]
            }
            Self::QueueRequest => {
                ["SQS standard queue, a request of up to 64 KB", "$0.40 a million", "1 million"]
            }
            Self::GroupedSend => {
                ["SQS fair queue, a message sent with a group, on top", "$0.10 a million", "–"]
            }
            Self::WriteUnit => ["DynamoDB on demand, a write unit", "$0.625 a million", "–"],
            Self::ReadUnit => ["DynamoDB on demand, a read unit", "$0.125 a million", "–"],
            Self::ScheduledCall => {
                ["EventBridge Scheduler, an invocation", "$1.00 a million", "14 million"]
            }
            Self::LogGigabyte => ["CloudWatch Logs, a GB taken in", "$0.50", "5 GB"],
        }
    }
}

impl Service {
    pub(crate) const ALL: [Self; 6] =
        [Self::Database, Self::Queues, Self::Lambda, Self::ApiGateway, Self::Logs, Self::Scheduler];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ApiGateway => "API Gateway",
            Self::Lambda => "Lambda",
            Self::Queues => "SQS",
            Self::Database => "DynamoDB",
            Self::Scheduler => "EventBridge Scheduler",
            Self::Logs => "CloudWatch Logs",
        }
    }
}

/// A month of 30 days, in minutes.
pub(crate) const MINUTES: f64 = 30.0 * 24.0 * 60.0;
