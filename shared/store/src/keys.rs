//! What the keys of all rows look like. Everything that sorts by number is padded.

use nightowl_domain::{Alert, AlertId, MessageRef, Occurrence, SeriesHash, Time};

/// In how many parts the `due` index is cut.
pub(crate) const DUE_SHARDS: u8 = 8;
/// In how many parts each month of a tenant's `list` is cut.
pub(crate) const LIST_SHARDS: u8 = 4;

pub(crate) const OCCURRENCE: &str = "O#";
pub(crate) const POINTER: &str = "P";
/// What a disabled tenant's pointer was.
pub(crate) const LAST: &str = "L";
/// A hash of the admin key that was made at deploy; beside the operators' configuration.
pub(crate) const DEPLOY_KEY: &str = "D";
/// The partition that names every tenant that has a pointer.
pub(crate) const TENANTS: &str = "C";
/// The partition of what configurations may have left to clean up.
pub(crate) const LEFTOVERS: &str = "D";
/// In the partition of a key.
pub(crate) const KEY: &str = "K";
pub(crate) const SWEEP: (&str, &str) = ("W", "sweep");
/// There is one intake on a laptop, in one partition.
pub(crate) const INTAKE: &str = "E#0";

pub(crate) fn series(tenant: &str, series: SeriesHash) -> String {
    format!("A#{tenant}#{series}")
}

pub(crate) fn number(number: u32) -> String {
    format!("{OCCURRENCE}{number:08}")
}

pub(crate) fn occurrence(occurrence: &Occurrence) -> (String, String) {
    (series(&occurrence.tenant, occurrence.id.series()), number(occurrence.id.number()))
}

/// All digests of a channel.
pub(crate) fn digests(tenant: &str, series: SeriesHash) -> String {
    format!("N#{tenant}#digest#{series}")
}

pub(crate) fn digest(digest: &Occurrence) -> (String, String) {
    (digests(&digest.tenant, digest.id.series()), number(digest.id.number()))
}

pub(crate) fn timeline(alert: &Alert) -> String {
    format!("T#{:08}#", alert.number())
}

pub(crate) fn short_ids(tenant: &str) -> String {
    format!("S#{tenant}")
}

pub(crate) fn key(hash: &str) -> String {
    format!("K#{hash}")
}

pub(crate) fn leftover(tenant: &str, hash: &str) -> String {
    format!("{tenant}#{hash}")
}

/// What [`leftover`] wrote: tenant and hash.
pub(crate) fn parse_leftover(text: &str) -> Option<(String, String)> {
    let (tenant, hash) = text.split_once('#')?;
    Some((tenant.to_owned(), hash.to_owned()))
}

pub(crate) fn configuration(tenant: &str) -> String {
    format!("C#{tenant}")
}

pub(crate) fn identities(tenant: &str) -> String {
    format!("L#{tenant}")
}

pub(crate) fn identity(provider: &str, user_ref: &str) -> String {
    format!("{provider}#{user_ref}")
}

/// The way back from a person. No provider's name begins like this.
pub(crate) fn face(provider: &str, user: &str) -> String {
    format!("@{provider}#{user}")
}

/// In the partitions of what is used once, beside it.
pub(crate) const KEPT: &str = "K";

pub(crate) fn used(what: &str) -> String {
    format!("X#{what}")
}

/// The months in which the tenant has alerts.
pub(crate) fn months(tenant: &str) -> String {
    format!("M#{tenant}")
}

pub(crate) fn inbox(tenant: &str, channel: &str) -> String {
    format!("I#{tenant}#{channel}")
}

/// All limits of one account on one platform.
pub(crate) fn lanes(group: &str) -> String {
    format!("P#{group}")
}

pub(crate) fn reverse(message: &MessageRef) -> String {
    format!("{}#{}#{}", message.provider, message.channel, message.message)
}

/// A moment as text that sorts; before 1970 is 1970.
pub(crate) fn moment(at: Time) -> String {
    format!("{:015}", at.millis().clamp(0, 999_999_999_999_999))
}

/// The sort key of the `list` index: when it opened and, so that no two are equal, which it is.
pub(crate) fn opened_at(opened: Time, id: AlertId) -> String {
    format!("{}#{id}", moment(opened))
}

/// The sort key of the `due` index. It names the alert, since that index holds keys only.
pub(crate) fn due_at(at: Time, occurrence: &Occurrence) -> String {
    format!("{}#{}#{}", moment(at), occurrence.tenant, occurrence.id)
}

/// What [`due_at`] wrote.
pub(crate) fn parse_due_at(text: &str) -> Option<(Occurrence, Time)> {
    let mut parts = text.split('#');
    let (at, tenant, id) = (parts.next()?, parts.next()?, parts.next()?);
    let occurrence = Occurrence { tenant: tenant.to_owned(), id: id.parse().ok()? };
    Some((occurrence, Time::from_millis(at.parse().ok()?)))
}

/// The month of a moment in UTC: `2026-11`.
pub(crate) fn month(at: Time) -> String {
    at.timestamp().strftime("%Y-%m").to_string()
}

pub(crate) fn list_shard(tenant: &str, month: &str, shard: u8) -> String {
    format!("{tenant}#{month}#{shard}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_key_tells_its_alert_and_moment() {
        let id = AlertId::new(SeriesHash::of("t", "p", "k"), 7, Time::from_seconds(9), 2);
        let occurrence = Occurrence::new("acme-2", id);
        let at = Time::from_millis(1_763_726_400_123);
        assert_eq!(parse_due_at(&due_at(at, &occurrence)), Some((occurrence, at)));
        assert_eq!(parse_due_at("000000000000001#acme#short"), None);
    }

    #[test]
    fn keys_sort_as_numbers_do() {
        assert!(number(9) < number(10));
        assert!(moment(Time::from_seconds(9)) < moment(Time::from_seconds(10)));
        assert_eq!(moment(Time::from_seconds(-1)), moment(Time::from_seconds(0)));
        assert_eq!(month(Time::from_millis(1_763_726_400_123)), "2025-11");
    }
}
