//! What was counted, and what it costs.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::assume::{self, Function};
use crate::price::{Item, Service};

/// Everything that one step, or a whole scenario, asked of AWS. Fractions come from scenarios in
/// which a part of the incidents goes one way and a part another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) api_requests: f64,
    pub(crate) invocations: BTreeMap<Function, f64>,
    pub(crate) millis: f64,
    /// By the functions, and by Lambda's pollers and the sweep.
    pub(crate) sends: f64,
    pub(crate) receives: f64,
    pub(crate) deletes: f64,
    /// Other requests to SQS.
    pub(crate) others: f64,
    pub(crate) item_writes: f64,
    /// Requests to the database that lost a race: the meter does not know what they took.
    pub(crate) refused: u32,
    pub(crate) write_units: f64,
    pub(crate) reads: f64,
    pub(crate) read_units: f64,
    pub(crate) scheduled: f64,
    /// Calls of chat platforms, which cost time only.
    pub(crate) chat_calls: f64,
    pub(crate) log_lines: f64,
    /// Our own lines.
    pub(crate) log_bytes: f64,
    /// Of the access log.
    pub(crate) access_bytes: f64,
}

impl Tally {
    pub(crate) fn invoked(&self) -> f64 {
        self.invocations.values().sum()
    }

    pub(crate) fn queue_requests(&self) -> f64 {
        self.sends + self.receives + self.deletes + self.others
    }

    pub(crate) fn amount(&self, item: Item) -> f64 {
        match item {
            Item::ApiRequest => self.api_requests,
            Item::Invocation => self.invoked(),
            Item::GbSecond => self.millis / 1000.0 * assume::MEMORY_GB,
            Item::QueueRequest => self.queue_requests(),
            // Every message is a tenant's.
            Item::GroupedSend => self.sends,
            Item::WriteUnit => self.write_units,
            Item::ReadUnit => self.read_units,
            Item::ScheduledCall => self.scheduled,
            Item::LogGigabyte => (self.log_bytes + self.access_bytes) / 1e9,
        }
    }

    /// Dollars for a million times this.
    pub(crate) fn million(&self) -> f64 {
        Item::ALL.into_iter().map(|item| self.million_of(item)).sum()
    }

    pub(crate) fn million_for(&self, service: Service) -> f64 {
        let items = Item::ALL.into_iter().filter(|item| item.service() == service);
        items.map(|item| self.million_of(item)).sum()
    }

    pub(crate) fn million_of(&self, item: Item) -> f64 {
        self.amount(item) * item.dollars_per_million()
    }

    /// Dollars for a month in which this is all that happens, after what is free.
    pub(crate) fn after_free(&self, item: Item) -> f64 {
        (self.amount(item) - item.free()).max(0.0) * item.dollars_per_million() / 1e6
    }

    /// Dollars for once.
    pub(crate) fn list(&self, item: Item) -> f64 {
        self.million_of(item) / 1e6
    }

    pub(crate) fn times(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for number in scaled.invocations.values_mut() {
            *number *= factor;
        }
        for number in scaled.plain() {
            *number *= factor;
        }
        scaled
    }

    fn plain(&mut self) -> [&mut f64; 15] {
        [
            &mut self.api_requests,
            &mut self.millis,
            &mut self.sends,
            &mut self.receives,
            &mut self.deletes,
            &mut self.others,
            &mut self.item_writes,
            &mut self.write_units,
            &mut self.reads,
            &mut self.read_units,
            &mut self.scheduled,
            &mut self.chat_calls,
            &mut self.log_lines,
            &mut self.log_bytes,
            &mut self.access_bytes,
        ]
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        let mut other = other.clone();
        for (function, number) in &other.invocations {
            *self.invocations.entry(*function).or_default() += number;
        }
        self.refused += other.refused;
        for (to, from) in self.plain().into_iter().zip(other.plain()) {
            *to += *from;
        }
    }
}
