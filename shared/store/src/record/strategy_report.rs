//! Every report that the types allow.

use nightowl_domain::{Event, EventKind, Firing, Settle, Settlement, Severity};
use nightowl_engine::ports::Report;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::strategy::{
    actor, alert_id, clearing, details, digest_id, message, received, text, time,
};

fn settlement() -> BoxedStrategy<Settlement> {
    prop_oneof![
        (time(), message(), any::<u64>(), any::<u32>(), any::<bool>()).prop_map(
            |(at, message, rev, count, found)| Settlement::Sent { at, message, rev, count, found }
        ),
        (time(), any::<u64>(), any::<u32>()).prop_map(|(at, rev, count)| Settlement::Refreshed {
            at,
            rev,
            count
        }),
        (time(), time()).prop_map(|(started, retry_at)| Settlement::Unknown { started, retry_at }),
        time().prop_map(|retry_at| Settlement::FindFailed { retry_at }),
        time().prop_map(|retry_at| Settlement::NotPosted { retry_at }),
        (time(), text()).prop_map(|(at, reason)| Settlement::Retry { at, reason }),
        (time(), text(), any::<bool>()).prop_map(|(at, reason, credentials)| Settlement::Broken {
            at,
            reason,
            credentials
        }),
        time().prop_map(|at| Settlement::Gone { at }),
        (time(), text()).prop_map(|(at, reason)| Settlement::EditRefused { at, reason }),
        (digest_id(), any::<u64>()).prop_map(|(digest, rev)| Settlement::Folded { digest, rev }),
        Just(Settlement::Unfolded),
    ]
    .boxed()
}

fn kind() -> BoxedStrategy<EventKind> {
    let firing = (text(), select(Severity::ALL.to_vec()), of(time()), details(), vec(text(), 0..3))
        .prop_map(|(title, severity, starts_at, details, problems)| Firing {
            title,
            severity,
            starts_at,
            details,
            problems,
        });
    let settle =
        (text(), settlement()).prop_map(|(key, settlement)| Settle { key: key.into(), settlement });
    prop_oneof![
        (text(), text(), firing).prop_map(|(integration, dedup_key, firing)| {
            EventKind::Fired { integration, dedup_key, firing }
        }),
        (text(), text(), clearing()).prop_map(|(integration, dedup_key, clearing)| {
            EventKind::Cleared { integration, dedup_key, clearing }
        }),
        Just(EventKind::Acked),
        Just(EventKind::Unacked),
        of((any::<u32>(), any::<u32>())).prop_map(|seen| EventKind::Escalated { seen }),
        time().prop_map(|until| EventKind::Snoozed { until }),
        of(text()).prop_map(|note| EventKind::Resolved { note }),
        text().prop_map(|text| EventKind::Noted { text }),
        any::<u64>().prop_map(|generation| EventKind::Tick { generation }),
        (vec(text(), 0..3), text(), time()).prop_map(|(keys, claim, lease_until)| {
            EventKind::Claimed {
                keys: keys.into_iter().map(Into::into).collect(),
                claim: claim.into(),
                lease_until,
            }
        }),
        (text(), vec(settle, 0..3))
            .prop_map(|(claim, settles)| EventKind::Settled { claim: claim.into(), settles }),
    ]
    .boxed()
}

pub(crate) fn report() -> BoxedStrategy<Report> {
    (text(), of(alert_id()), (text(), received(), actor(), kind()))
        .prop_map(|(tenant, alert, (id, received, actor, kind))| Report {
            tenant,
            alert,
            event: Event { id: id.into(), received, actor, kind },
        })
        .boxed()
}
