//! Text that may be longer than an item: packed, cut, and put together again.

use nightowl_engine::ports::StoreError;

use crate::body::PART_BYTES_MAX;
use crate::record::corrupt;
use crate::row::{BODY, PARTS, Row};

/// Rows for `packed`, at least one. `name` makes a row for the part with this number; the first
/// one says how many there are.
pub(crate) fn cut(packed: &[u8], name: impl Fn(usize) -> Row) -> Vec<Row> {
    let count = packed.len().div_ceil(PART_BYTES_MAX).max(1);
    let part = |i: usize| {
        let from = i * PART_BYTES_MAX;
        let to = packed.len().min(from + PART_BYTES_MAX);
        let row = name(i).bytes(BODY, packed[from..to].to_vec());
        if i == 0 { row.number(PARTS, i64::try_from(count).unwrap_or(i64::MAX)) } else { row }
    };
    (0..count).map(part).collect()
}

/// The text of these rows, in order. `None`: some are not there yet, or no longer.
pub(crate) fn join(rows: &[Row]) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let Some(count) = first.find_number(PARTS)? else { return Ok(None) };
    let count = usize::try_from(count).map_err(|_| corrupt("the number of parts"))?;
    if rows.len() < count {
        return Ok(None);
    }
    let mut packed = Vec::new();
    for row in &rows[..count] {
        packed.extend_from_slice(row.get_bytes(BODY)?);
    }
    Ok(Some(packed))
}
