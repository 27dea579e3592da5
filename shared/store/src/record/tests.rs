//! decode(encode(x)) = x, for everything.

use nightowl_domain::{Details, Entry, digest_due_at, due_at};
use nightowl_engine::ports::{Report, StoreError};
use proptest::prelude::*;

use super::{DetailsRecord, EntryRecord, FORMAT, ReportRecord, strategy, strategy_report};
use crate::columns::{DUE_AT, DUE_SHARD, LIST_SHARD, decode, encode};
use crate::row::{F, Row, TTL};
use crate::{body, digests};

proptest! {
    #[test]
    fn an_alert_comes_back_as_it_was(alert in strategy::alert()) {
        let row = encode(&alert).unwrap();
        let stored = Row::read(row.into_attributes()).unwrap();
        prop_assert_eq!(decode(&stored).unwrap(), alert);
    }

    #[test]
    fn index_attributes_are_there_exactly_when_they_should_be(alert in strategy::alert()) {
        let row = encode(&alert).unwrap();
        prop_assert_eq!(row.find_text(DUE_AT).is_some(), due_at(&alert).is_some());
        prop_assert_eq!(row.find_text(DUE_SHARD).is_some(), due_at(&alert).is_some());
        prop_assert_eq!(row.find_text(LIST_SHARD).is_some(), !alert.hidden);
        let may_go = !alert.is_open() && due_at(&alert).is_none();
        prop_assert_eq!(row.find_number(TTL).unwrap().is_some(), may_go);
    }

    #[test]
    fn a_digest_comes_back_as_it_was(digest in strategy::digest()) {
        let row = digests::encode(&digest).unwrap();
        prop_assert_eq!(row.find_text(DUE_AT).is_some(), digest_due_at(&digest).is_some());
        let may_go = digest_due_at(&digest).is_none();
        prop_assert_eq!(row.find_number(TTL).unwrap().is_some(), may_go);
        let stored = Row::read(row.into_attributes()).unwrap();
        prop_assert_eq!(digests::decode(&stored).unwrap(), digest);
    }

    #[test]
    fn details_come_back_as_they_were(details in strategy::details()) {
        let packed = body::pack(&DetailsRecord::from(&details)).unwrap();
        let record: DetailsRecord = body::unpack(&packed).unwrap();
        prop_assert_eq!(Details::try_from(record).unwrap(), details);
    }

    #[test]
    fn a_report_comes_back_as_it_was(report in strategy_report::report()) {
        let packed = body::pack(&ReportRecord::from(&report)).unwrap();
        let record: ReportRecord = body::unpack(&packed).unwrap();
        prop_assert_eq!(Report::try_from(record).unwrap(), report);
    }

    #[test]
    fn an_entry_comes_back_as_it_was(entry in strategy::entry()) {
        let packed = body::pack(&EntryRecord::from(&entry)).unwrap();
        let record: EntryRecord = body::unpack(&packed).unwrap();
        prop_assert_eq!(Entry::try_from(record).unwrap(), entry);
    }

    #[test]
    fn a_newer_row_is_refused_before_it_is_understood(newer in FORMAT + 1..) {
        let row = Row::new("A#acme#x".to_owned(), "O#1".to_owned()).number(F, i64::from(newer));
        match Row::read(row.into_attributes()) {
            Err(StoreError::NewerFormat { found, known }) => {
                prop_assert_eq!((found, known), (newer, FORMAT));
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
