//! Counts what is asked of the database: requests, and the capacity units that it says they took.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, FinalizerInterceptorContextRef, Input, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor for [`crate::Access::config`]; all clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Reading>>);

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Requests by operation.
    pub requests: BTreeMap<&'static str, u32>,
    /// Items written; a transaction counts each of its.
    pub item_writes: u32,
    /// Requests that read.
    pub reads: u32,
    /// Requests that were refused or failed; what they took is not told by the service.
    pub refused: u32,
    pub write_units: f64,
    pub read_units: f64,
}

impl Meter {
    /// Everything since the last time.
    pub fn take(&self) -> Reading {
        self.0.lock().map(|mut reading| std::mem::take(&mut *reading)).unwrap_or_default()
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item_writes, reads, refused, write_units, read_units, .. } = self;
        write!(
            f,
            "{item_writes} item writes ({write_units} WRU), {reads} reads ({read_units} RRU), \
             {refused} refused; {:?}",
            self.requests
        )
    }
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (operation, writes) = ask(context.input_mut());
        if let Ok(mut reading) = self.0.lock() {
            *reading.requests.entry(operation).or_default() += 1;
            reading.item_writes += writes;
            reading.reads += u32::from(READS.contains(&operation));
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(mut reading) = self.0.lock() {
            match context.output_or_error() {
                Some(Ok(output)) => {
                    let (writes, reads) = units(output);
                    reading.write_units += writes;
                    reading.read_units += reads;
                }
                Some(Err(_)) | None => reading.refused += 1,
            }
        }
        Ok(())
    }
}

const READS: [&str; 2] = ["GetItem", "Query"];

/// Asks for the figures in every request that can give them; answers the operation's name and how
/// many items it writes.
fn ask(input: &mut Input) -> (&'static str, u32) {
    let total = Some(ReturnConsumedCapacity::Total);
    if let Some(input) = input.downcast_mut::<PutItemInput>() {
        input.return_consumed_capacity = total;
        return ("PutItem", 1);
    }
    if let Some(input) = input.downcast_mut::<UpdateItemInput>() {
        input.return_consumed_capacity = total;
        return ("UpdateItem", 1);
    }
    if let Some(input) = input.downcast_mut::<DeleteItemInput>() {
        input.return_consumed_capacity = total;
        return ("DeleteItem", 1);
    }
    if let Some(input) = input.downcast_mut::<TransactWriteItemsInput>() {
        input.return_consumed_capacity = total;
        let items = input.transact_items.as_ref().map_or(0, Vec::len);
        return ("TransactWriteItems", u32::try_from(items).unwrap_or(u32::MAX));
    }
    if let Some(input) = input.downcast_mut::<GetItemInput>() {
        input.return_consumed_capacity = total;
        return ("GetItem", 0);
    }
    if let Some(input) = input.downcast_mut::<QueryInput>() {
        input.return_consumed_capacity = total;
        return ("Query", 0);
    }
    ("another", 0)
}

/// Write units and read units.
fn units(output: &Output) -> (f64, f64) {
    let sum = |capacity: Option<&ConsumedCapacity>| {
        capacity.and_then(ConsumedCapacity::capacity_units).unwrap_or_default()
    };
    if let Some(output) = output.downcast_ref::<PutItemOutput>() {
        return (sum(output.consumed_capacity()), 0.0);
    }
    if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
        return (sum(output.consumed_capacity()), 0.0);
    }
    if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
        return (sum(output.consumed_capacity()), 0.0);
    }
    if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
        return (output.consumed_capacity().iter().map(|table| sum(Some(table))).sum(), 0.0);
    }
    if let Some(output) = output.downcast_ref::<GetItemOutput>() {
        return (0.0, sum(output.consumed_capacity()));
    }
    if let Some(output) = output.downcast_ref::<QueryOutput>() {
        return (0.0, sum(output.consumed_capacity()));
    }
    (0.0, 0.0)
}
