//! Grafana's signature of a body: `X-Grafana-Alerting-Signature` is the HMAC-SHA256 in hex over the
//! body or, where the contact point names a timestamp header, over that header's value, a colon and
//! the body.

use bytes::Bytes;
use http::HeaderMap;
use nightowl_domain::Time;
use nightowl_messaging::verify::{self, Forged};
use nightowl_messaging::{Secret, Verified};

const SIGNATURE: &str = "x-grafana-alerting-signature";

/// A signed timestamp may differ from our clock by this much, in seconds. It is generous: what it
/// keeps out is a replay by somebody who has both the URL's key and an old body.
const AGE_SECONDS_MAX: u64 = 3600;

/// A contact point may give the timestamp header any name, so every header that could be one is
/// tried; there is hardly ever more than one.
const CANDIDATES_MAX: usize = 4;

pub(crate) fn check(
    secret: &Secret,
    headers: &HeaderMap,
    body: &Bytes,
    now: Time,
) -> Result<Verified<Bytes>, Forged> {
    let signature = headers.get(SIGNATURE).ok_or(Forged::Missing)?;
    let signature = signature.to_str().map_err(|_| Forged::Malformed)?.trim();
    let plain = verify::hmac_sha256(secret, &[], body.clone(), signature);
    let Err(Forged::Mismatch) = plain else { return plain };
    for seconds in timestamps(headers) {
        let prefix: [&[u8]; 2] = [seconds.as_bytes(), b":"];
        if let Ok(verified) = verify::hmac_sha256(secret, &prefix, body.clone(), signature) {
            let at = seconds.parse().map(Time::from_seconds).map_err(|_| Forged::Malformed)?;
            let apart = at.since(now).max(now.since(at)).as_secs();
            return if apart <= AGE_SECONDS_MAX { Ok(verified) } else { Err(Forged::Stale) };
        }
    }
    plain
}

/// Values that are seconds since 1970 in ten digits.
fn timestamps(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.values().filter_map(|value| value.to_str().ok());
    values
        .filter(|value| value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit()))
        .take(CANDIDATES_MAX)
}
