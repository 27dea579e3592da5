//! Slack's request signature: HMAC-SHA256 over `v0:{timestamp}:{raw body}`.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::verify::hmac_sha256;
use nightowl_messaging::{Forged, Secret, Verified};

pub const SIGNATURE_HEADER: &str = "X-Slack-Signature";
pub const TIMESTAMP_HEADER: &str = "X-Slack-Request-Timestamp";

/// Slack's own figure: a request is good for five minutes, before and after.
const WINDOW_SECONDS: i64 = 300;

/// Checks the raw body against the two headers, in constant time. `None` is a header that was not
/// sent. The timestamp enters the signature as it was sent, not as it was read.
pub fn verify(
    secret: &Secret,
    signature: Option<&str>,
    timestamp: Option<&str>,
    body: Bytes,
    now: Time,
) -> Result<Verified<Bytes>, Forged> {
    let (Some(signature), Some(timestamp)) = (signature, timestamp) else {
        return Err(Forged::Missing);
    };
    let hex = signature.strip_prefix("v0=").ok_or(Forged::Malformed)?;
    let sent_at = unix_seconds(timestamp).ok_or(Forged::Malformed)?;
    if now.millis().div_euclid(1000).abs_diff(sent_at) > WINDOW_SECONDS.unsigned_abs() {
        return Err(Forged::Stale);
    }
    let prefix: [&[u8]; 3] = [b"v0:", timestamp.as_bytes(), b":"];
    hmac_sha256(secret, &prefix, body, hex)
}

/// Digits only: `parse` alone would also take a sign.
fn unix_seconds(text: &str) -> Option<i64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slack's published example.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIMESTAMP: &str = "1531420618";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
        &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121\
        .803a0bc887a14d10d2c447fce8b6703c";

    fn check(signature: Option<&str>, timestamp: Option<&str>, now: i64) -> Result<(), Forged> {
        let body = Bytes::from_static(BODY.as_bytes());
        let secret = Secret::new(SECRET);
        let now = Time::from_seconds(now);
        verify(&secret, signature, timestamp, body, now).map(|_| ())
    }

    #[test]
    fn slacks_own_example_is_genuine() {
        let (signature, timestamp) = (Some(SIGNATURE), Some(TIMESTAMP));
        assert_eq!(check(signature, timestamp, 1_531_420_618), Ok(()));
        assert_eq!(check(signature, timestamp, 1_531_420_918), Ok(()));
        assert_eq!(check(signature, timestamp, 1_531_420_318), Ok(()));
        let stale = Err(Forged::Stale);
        assert_eq!(check(signature, timestamp, 1_531_420_919), stale);
        assert_eq!(check(signature, timestamp, 1_531_420_317), stale);
        assert_eq!(check(signature, timestamp, i64::MIN), stale);
    }

    #[test]
    fn junk_is_refused_and_never_panics() {
        let now = 1_531_420_618;
        let missing = Err(Forged::Missing);
        assert_eq!(check(None, Some(TIMESTAMP), now), missing);
        assert_eq!(check(Some(SIGNATURE), None, now), missing);
        for timestamp in ["", "-1531420618", "+1531420618", "1531420618 ", "1e9", "é"] {
            let checked = check(Some(SIGNATURE), Some(timestamp), now);
            assert!(checked.is_err(), "{timestamp:?}");
        }
        let far = "9".repeat(19);
        assert!(check(Some(SIGNATURE), Some(&far), now).is_err());
        for signature in ["", "v0=", "v1=00", &SIGNATURE[3..], &SIGNATURE[..66]] {
            let checked = check(Some(signature), Some(TIMESTAMP), now);
            assert_eq!(checked, Err(Forged::Malformed), "{signature:?}");
        }
        let zeros = format!("v0={}", "0".repeat(64));
        let mismatch = Err(Forged::Mismatch);
        assert_eq!(check(Some(&zeros), Some(TIMESTAMP), now), mismatch);
    }

    #[test]
    fn an_empty_secret_proves_nothing() {
        let (signature, timestamp) = (Some(SIGNATURE), Some(TIMESTAMP));
        let now = Time::from_seconds(1_531_420_618);
        let refused = verify(&Secret::new(""), signature, timestamp, Bytes::new(), now);
        assert_eq!(refused, Err(Forged::NoSecret));
    }
}
