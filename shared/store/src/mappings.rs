//! The message-mapping table's rows by alert: where its messages are.

use nightowl_domain::{MessageRef, Occurrence};
use nightowl_engine::ports::{Mapping, Mappings, StoreError};

use crate::DynamoStore;
use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{PK, Row, SK, TTL};
use crate::small::{LONG, TENANT, in_seconds};

const MESSAGE: &str = "message";

fn place(mapping: &Mapping) -> String {
    format!("{}#{}", mapping.message.provider, mapping.message.channel)
}

fn row(mapping: &Mapping) -> Row {
    Row::new(mapping.alert.clone(), place(mapping))
        .text(TENANT, &mapping.tenant)
        .text(MESSAGE, &mapping.message.message)
        .number(TTL, in_seconds(LONG))
}

fn read(row: &Row) -> Result<Mapping, StoreError> {
    let place = row.get_text(SK)?.split_once('#');
    let (provider, channel) = place.ok_or_else(|| corrupt("the place of a message"))?;
    let message = MessageRef {
        provider: provider.to_owned(),
        channel: channel.to_owned(),
        message: row.get_text(MESSAGE)?.to_owned(),
    };
    let (tenant, alert) = (row.get_text(TENANT)?.to_owned(), row.get_text(PK)?.to_owned());
    Ok(Mapping { tenant, alert, message })
}

impl DynamoStore {
    pub(crate) async fn put_mapping_row(
        &self,
        occurrence: &Occurrence,
        message: &MessageRef,
    ) -> Result<(), StoreError> {
        let (tenant, alert) = (occurrence.tenant.clone(), occurrence.id.to_string());
        let mapping = Mapping { tenant, alert, message: message.clone() };
        self.put_over(Table::Messages, row(&mapping)).await
    }
}

impl Mappings for DynamoStore {
    async fn mappings(&self, alert: &str) -> Result<Vec<Mapping>, StoreError> {
        let rows = self.db.query_all(&Query::rows(Table::Messages, alert)).await?;
        rows.iter().map(read).collect()
    }

    async fn put_mapping_once(&self, mapping: &Mapping) -> Result<Option<Mapping>, StoreError> {
        let put = self.db.put(Table::Messages, row(mapping), Condition::absent()).await;
        let standing = match put {
            Ok(()) => return Ok(None),
            Err(Refused::Lost(Some(standing))) => standing,
            // Not every database tells what stands in the way.
            Err(Refused::Lost(None)) => self
                .db
                .get(Table::Messages, &mapping.alert, &place(mapping))
                .await?
                .ok_or_else(|| Refused::Busy.into_error())?,
            Err(refused @ (Refused::Busy | Refused::Failed(_))) => return Err(refused.into_error()),
        };
        read(&standing).map(Some)
    }
}
