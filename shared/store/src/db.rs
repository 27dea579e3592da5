//! The five requests that everything here is made of.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use nightowl_engine::ports::StoreError;

use crate::condition::Condition;
use crate::error::{Kind, broke_off, failed};
use crate::record::corrupt;
use crate::row::{Attributes, PK, Row, SK, text};
use crate::tables::Tables;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Main,
    Messages,
}

/// Why a write was not done.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Its condition did not hold. What stands there, if anything does and the answer told.
    Lost(Option<Row>),
    /// A transaction over the same row was under way; what will stand there is not known.
    Busy,
    Failed(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Refused {
    /// For writes that hold whoever wrote first.
    pub(crate) fn unless_lost(self) -> Result<(), StoreError> {
        match self {
            Self::Lost(_) => Ok(()),
            Self::Busy | Self::Failed(_) => Err(self.into_error()),
        }
    }

    /// For writes that nobody else should have been in the way of.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Lost(_) | Self::Busy => {
                StoreError::Unavailable("another writer is at this row".to_owned())
            }
            Self::Failed(error) => error,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Db {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
}

impl Db {
    pub(crate) fn name(&self, table: Table) -> &str {
        match table {
            Table::Main => &self.tables.main,
            Table::Messages => &self.tables.messages,
        }
    }

    pub(crate) async fn get(
        &self,
        table: Table,
        pk: &str,
        sk: &str,
    ) -> Result<Option<Row>, StoreError> {
        let request = self.client.get_item().table_name(self.name(table)).consistent_read(true);
        let request = request.key(PK, text(pk)).key(SK, text(sk));
        let answer = match Box::pin(request.clone().send()).await {
            Err(error) if broke_off(&error) => Box::pin(request.send()).await,
            answer => answer,
        };
        let answer = answer.map_err(|error| failed(&error, Kind::Read))?;
        answer.item.map(Row::read).transpose()
    }

    pub(crate) async fn put(
        &self,
        table: Table,
        row: Row,
        condition: Condition,
    ) -> Result<(), Refused> {
        let request = self
            .client
            .put_item()
            .table_name(self.name(table))
            .set_item(Some(row.into_attributes()))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(lost)) => stands(lost.item()),
                _ => single(&error),
            }),
        }
    }

    /// `set` is an update expression over the condition's own names and values.
    pub(crate) async fn update(
        &self,
        table: Table,
        (pk, sk): (&str, &str),
        set: &str,
        condition: Condition,
    ) -> Result<(), Refused> {
        let request = self
            .client
            .update_item()
            .table_name(self.name(table))
            .key(PK, text(pk))
            .key(SK, text(sk))
            .update_expression(set)
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(lost)) => stands(lost.item()),
                _ => single(&error),
            }),
        }
    }

    pub(crate) async fn delete(
        &self,
        table: Table,
        (pk, sk): (&str, &str),
        condition: Option<Condition>,
    ) -> Result<(), Refused> {
        let mut request = self.client.delete_item().table_name(self.name(table));
        request = request.key(PK, text(pk)).key(SK, text(sk));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.expression())
                .set_expression_attribute_names(condition.names())
                .set_expression_attribute_values(condition.values());
        }
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Refused::Lost(None),
                _ => single(&error),
            }),
        }
    }

    /// All or none; at most a hundred.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), Refused> {
        let request = self.client.transact_write_items().set_transact_items(Some(writes));
        match Box::pin(request.send()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    cancelled_because(cancelled.cancellation_reasons())
                }
                _ => Refused::Failed(failed(&error, Kind::Write)),
            }),
        }
    }

    /// A put as one part of a transaction.
    pub(crate) fn put_part(
        &self,
        table: Table,
        row: Row,
        condition: Condition,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(self.name(table))
            .set_item(Some(row.into_attributes()))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|_| corrupt("a part of a transaction"))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

impl Db {
    /// A deletion as one part of a transaction. Only the row's keys are looked at.
    pub(crate) fn delete_part(
        &self,
        table: Table,
        row: Row,
        condition: Condition,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(self.name(table))
            .set_key(Some(row.into_key()))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .build()
            .map_err(|_| corrupt("a part of a transaction"))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// A condition alone as one part of a transaction. Only the row's keys are looked at.
    pub(crate) fn check_part(
        &self,
        table: Table,
        row: Row,
        condition: Condition,
    ) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(self.name(table))
            .set_key(Some(row.into_key()))
            .condition_expression(condition.expression())
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .build()
            .map_err(|_| corrupt("a part of a transaction"))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}

/// The item that stood in the way, as the answer gave it.
fn stands(item: Option<&Attributes>) -> Refused {
    match item.cloned().filter(|item| !item.is_empty()).map(Row::read).transpose() {
        Ok(row) => Refused::Lost(row),
        Err(error) => Refused::Failed(error),
    }
}

/// A write of one item can also lose against a transaction that is under way.
fn single<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Refused {
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("TransactionConflictException") => Refused::Busy,
        _ => Refused::Failed(failed(error, Kind::Write)),
    }
}

/// Nothing of it was done. The first part that lost is the one that is told.
fn cancelled_because(reasons: &[CancellationReason]) -> Refused {
    let has = |code: &str| reasons.iter().find(|reason| reason.code() == Some(code));
    if let Some(lost) = has("ConditionalCheckFailed") {
        return stands(lost.item());
    }
    if has("TransactionConflict").is_some() {
        return Refused::Busy;
    }
    let codes = reasons.iter().filter_map(CancellationReason::code);
    let codes: Vec<_> = codes.filter(|code| *code != "None").collect();
    let words = format!("cancelled: {}", codes.join(", "));
    // A row that is too large, for one, will be so the next time.
    if codes.contains(&"ValidationError") {
        return Refused::Failed(StoreError::Corrupt(words));
    }
    Refused::Failed(StoreError::Unavailable(words))
}
