#![doc = include_str!("../README.md")]

mod batch;
mod body;
mod consume;
mod dead_letters;
mod queues;
mod refusal;
mod schedules;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timers;

mod admin_key;
mod chatting;
pub mod environment;
pub mod events;
pub mod http;
mod log;
pub mod metrics;
mod parameter_store;
mod parameters;
mod ports;
mod sealer;
mod start;
pub mod warm;
pub use admin_key::AdminKeys;
pub use batch::batch;
pub use body::{BadBody, Body, FORMAT, Journey, Work};
pub use chatting::Chatting;
pub use consume::{Failed, consume, consume_reports};
pub use dead_letters::{DeadLetters, Redriven};
pub use environment::{Environment, SchedulePlace, StartError};
pub use lambda_http::Error;
pub use metrics::METRICS;
pub use nightowl_process::{SystemClock, SystemEntropy};
pub use parameter_store::ParameterStore;
pub use parameters::{Parameters, Purpose};
pub use ports::{CONFIGURATION_AGE, Cloud, Configuration, Connections, NoChat};
pub use queues::{DELAY_MAX, Queue, QueueUrls, Queues, SqsIntake};
pub use schedules::{EARLY, Schedules};
pub use sealer::LateSealer;
pub use start::Start;
pub use timers::Timers;
