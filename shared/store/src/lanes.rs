//! Lanes of the pacer: a row each, and those of one account in one partition, so that one cheap
//! read tells which of them are in use.

use std::time::Duration;

use nightowl_domain::Time;
use nightowl_engine::ports::{
    Lane, LaneName, LaneRow, Lanes, Place, Standing, StoreError, Swapped,
};

use crate::condition::Condition;
use crate::db::{Refused, Table};
use crate::query::Query;
use crate::record::corrupt;
use crate::row::{Row, SK, TTL, number};
use crate::small::in_seconds;
use crate::{DynamoStore, keys};

const VERSION: &str = "v";
const FREE: &str = "n";
const FREE_FOR_PAGES: &str = "p";
const BLOCKED: &str = "b";
const LINE: &str = "l";

/// Hash, standing and moment of one that asked.
const PLACE_BYTES: usize = 4 + 1 + 8;

/// After the last moment that it tells of.
const KEPT: Duration = Duration::from_hours(1);

impl Lanes for DynamoStore {
    async fn read_lanes(&self, group: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        self.read_lane_rows(group).await
    }

    async fn swap_lane(&self, name: &LaneName, row: &LaneRow) -> Result<Swapped, StoreError> {
        self.swap_lane_row(name, row).await
    }
}

impl DynamoStore {
    /// What was written a moment ago may be missing, at half the price: whoever needs to know
    /// learns it from its own write.
    async fn read_lane_rows(&self, group: &str) -> Result<Vec<(String, LaneRow)>, StoreError> {
        let pk = keys::lanes(group);
        let query = Query::rows(Table::Main, &pk).eventually();
        let rows = self.db.query_readable(&query).await?;
        rows.iter().map(|row| Ok((row.get_text(SK)?.to_owned(), read(row)?))).collect()
    }

    async fn swap_lane_row(&self, name: &LaneName, row: &LaneRow) -> Result<Swapped, StoreError> {
        let version = i64::try_from(row.version).map_err(|_| corrupt("a lane's version"))?;
        let condition = match version {
            1 => Condition::absent(),
            _ => Condition::equal(VERSION, number(version - 1)),
        };
        let lane = &row.lane;
        let row = Row::new(keys::lanes(&name.group), name.lane.clone())
            .number(VERSION, version)
            .number(FREE, lane.free.millis())
            .number(FREE_FOR_PAGES, lane.free_for_pages.millis())
            .number(BLOCKED, lane.blocked.millis())
            .bytes(LINE, lane.line.iter().flat_map(encode).collect())
            .number(TTL, in_seconds(KEPT).max((lane.free + KEPT).millis() / 1000));
        match self.db.put(Table::Main, row, condition).await {
            Ok(()) => Ok(Swapped::Done),
            Err(Refused::Lost(standing)) => {
                Ok(Swapped::Lost(standing.as_ref().map(read).transpose()?))
            }
            Err(refused @ (Refused::Busy | Refused::Failed(_))) => Err(refused.into_error()),
        }
    }
}

fn read(row: &Row) -> Result<LaneRow, StoreError> {
    let version = row.get_number(VERSION)?;
    let time = |name| row.get_number(name).map(Time::from_millis);
    let (line, rest) = row.get_bytes(LINE)?.as_chunks::<PLACE_BYTES>();
    if !rest.is_empty() {
        return Err(corrupt("the line of a lane"));
    }
    Ok(LaneRow {
        version: u64::try_from(version).map_err(|_| corrupt("a lane's version"))?,
        lane: Lane {
            free: time(FREE)?,
            free_for_pages: time(FREE_FOR_PAGES)?,
            blocked: time(BLOCKED)?,
            line: line.iter().map(decode).collect::<Result<_, _>>()?,
        },
    })
}

fn encode(place: &Place) -> [u8; PLACE_BYTES] {
    let standing = match place.standing {
        Standing::Waits => 0,
        Standing::Reserved => 1,
        Standing::Granted => 2,
    };
    let mut bytes = [0; PLACE_BYTES];
    bytes[..4].copy_from_slice(&place.send.to_be_bytes());
    bytes[4] = standing;
    bytes[5..].copy_from_slice(&place.at.millis().to_be_bytes());
    bytes
}

fn decode(bytes: &[u8; PLACE_BYTES]) -> Result<Place, StoreError> {
    let [a, b, c, d, standing, at @ ..] = *bytes;
    let standing = match standing {
        0 => Standing::Waits,
        1 => Standing::Reserved,
        2 => Standing::Granted,
        _ => return Err(corrupt("the line of a lane")),
    };
    let (send, at) = (u32::from_be_bytes([a, b, c, d]), i64::from_be_bytes(at));
    Ok(Place { send, standing, at: Time::from_millis(at) })
}
