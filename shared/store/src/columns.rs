//! The item of an alert: its attributes beside the body are keys, index columns and the version.

use std::time::Duration;

use nightowl_domain::{Alert, AlertId, Severity, Status, Time, due_at};
use nightowl_engine::ports::{StoreError, Summary};

use crate::record::{AlertRecord, corrupt, severity};
use crate::row::{BODY, F, PK, Row, TTL};
use crate::{body, keys};

pub(crate) const VERSION: &str = "v";
pub(crate) const OPENED_AT: &str = "opened_at";
pub(crate) const LIST_SHARD: &str = "list_shard";
pub(crate) const DUE_SHARD: &str = "due_shard";
pub(crate) const DUE_AT: &str = "due_at";
pub(crate) const STATUS: &str = "st";
const SEVERITY: &str = "sv";
const TITLE: &str = "ti";
const COUNT: &str = "ct";
const SHORT_ID: &str = "si";
const INTEGRATION: &str = "in";
/// There only if all tiers went by.
const EXHAUSTED: &str = "ex";

/// What the `list` index shows beside keys.
pub(crate) const LIST_COLUMNS: [&str; 8] =
    [F, STATUS, SEVERITY, TITLE, COUNT, SHORT_ID, INTEGRATION, EXHAUSTED];

/// How long an alert is kept once it is resolved and nothing more is owed.
const KEPT: Duration = Duration::from_hours(90 * 24);
/// How long a clear that had no alert is remembered: parked events come back for 14 days.
const TOMBSTONE_KEPT: Duration = Duration::from_hours(15 * 24);

/// What an alert's other attributes say.
pub(crate) struct Columns {
    pub(crate) id: AlertId,
    pub(crate) tenant: String,
    pub(crate) integration: String,
    pub(crate) short_id: String,
    pub(crate) title: String,
    pub(crate) severity: Severity,
    pub(crate) count: u32,
    pub(crate) version: u64,
}

pub(crate) fn encode(alert: &Alert) -> Result<Row, StoreError> {
    let (pk, sk) = keys::occurrence(&alert.occurrence());
    let mut row = Row::new(pk, sk)
        .number(VERSION, as_number(alert.version)?)
        .text(OPENED_AT, keys::opened_at(alert.opened.at, alert.id))
        .text(STATUS, alert.status.name())
        .text(SEVERITY, alert.severity.name())
        .text(TITLE, &alert.title)
        .number(COUNT, i64::from(alert.count))
        .text(SHORT_ID, &alert.short_id)
        .text(INTEGRATION, &alert.integration)
        .bytes(BODY, body::pack(&AlertRecord::from(alert))?);
    if alert.plan.exhausted.is_some() {
        row = row.number(EXHAUSTED, 1);
    }
    if !alert.hidden {
        let shard = alert.series().shard(keys::LIST_SHARDS);
        let month = keys::month(alert.opened.at);
        row = row.text(LIST_SHARD, keys::list_shard(&alert.tenant, &month, shard));
    }
    if let Some(at) = due_at(alert) {
        row = row
            .text(DUE_SHARD, alert.series().shard(keys::DUE_SHARDS).to_string())
            .text(DUE_AT, keys::due_at(at, &alert.occurrence()));
    }
    match expires(alert) {
        Some(at) => Ok(row.number(TTL, at)),
        None => Ok(row),
    }
}

pub(crate) fn decode(row: &Row) -> Result<Alert, StoreError> {
    let record: AlertRecord = body::unpack(row.get_bytes(BODY)?)?;
    record.into_alert(Columns::read(row)?)
}

/// A row of the `list` index.
pub(crate) fn summary(row: &Row) -> Result<Summary, StoreError> {
    let columns = Columns::read(row)?;
    Ok(Summary {
        id: columns.id,
        short_id: columns.short_id,
        tenant: columns.tenant,
        integration: columns.integration,
        status: row.get_text(STATUS)?.to_owned(),
        severity: columns.severity,
        title: columns.title,
        count: columns.count,
        fired_at: parse_opened_at(row)?.0,
        exhausted: row.find_number(EXHAUSTED)?.is_some(),
    })
}

impl Columns {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let tenant = row.get_text(PK)?.split('#').nth(1).ok_or_else(|| corrupt("a key"))?;
        Ok(Self {
            id: parse_opened_at(row)?.1,
            tenant: tenant.to_owned(),
            integration: row.get_text(INTEGRATION)?.to_owned(),
            short_id: row.get_text(SHORT_ID)?.to_owned(),
            title: row.get_text(TITLE)?.to_owned(),
            severity: severity(row.get_text(SEVERITY)?)?,
            count: u32::try_from(row.get_number(COUNT)?).map_err(|_| corrupt("a count"))?,
            // The index has no version, and nobody asks a list for one.
            version: u64::try_from(row.find_number(VERSION)?.unwrap_or(0))
                .map_err(|_| corrupt("a version"))?,
        })
    }
}

fn parse_opened_at(row: &Row) -> Result<(Time, AlertId), StoreError> {
    let parse = |text: &str| {
        let (at, id) = text.split_once('#')?;
        Some((Time::from_millis(at.parse().ok()?), id.parse().ok()?))
    };
    parse(row.get_text(OPENED_AT)?).ok_or_else(|| corrupt("when an alert opened"))
}

pub(crate) fn as_number(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|_| corrupt("a version"))
}

/// When the item may go, in seconds: only once it is resolved and nothing is owed, counted from
/// the newest that its source said of it.
pub(crate) fn expires(alert: &Alert) -> Option<i64> {
    let Status::Resolved { at, .. } = &alert.status else { return None };
    if due_at(alert).is_some() {
        return None;
    }
    let clear = alert.newest_clear.as_ref().map(|clear| clear.received.at);
    let newest = [Some(*at), clear, Some(alert.last_firing.received.at)];
    let newest = newest.into_iter().flatten().max()?;
    let kept = if alert.hidden { TOMBSTONE_KEPT } else { KEPT };
    Some((newest + kept).millis().div_euclid(1000))
}
