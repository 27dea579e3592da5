//! Signatures and tokens: only the right bytes are believed. What is right is computed here a
//! second time, from the rule and not from the checks.

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::Secret;
use nightowl_messaging::verify::{hmac_sha256, sign_hmac_sha256, token};
use nightowl_slack::inbound::verify;

use super::Verdict;

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const NOW: i64 = 1_795_267_800;
const WINDOW: u64 = 300;

/// Lines: the signature, the timestamp, and the rest is the body.
pub fn slack_signature(input: &[u8]) -> Verdict {
    let (signature, rest) = line(input);
    let (timestamp, body) = line(rest);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (signature, timestamp) = (text(signature), text(timestamp));
    let secret = Secret::new(SECRET);
    let right = sign_hmac_sha256(&secret, &[b"v0:", timestamp.as_bytes(), b":", body]);
    let is_near = timestamp.parse::<i64>().is_ok_and(|at| at.abs_diff(NOW) <= WINDOW);
    let digits = signature.strip_prefix("v0=").unwrap_or_default();
    let is_right = is_near
        && timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && digits.to_ascii_lowercase() == right;
    let believed = ask_slack(&secret, &signature, &timestamp, body);
    assert_eq!(believed, is_right, "{signature:?} {timestamp:?}");
    one_bit_off(&secret, body);
    Verdict::of(believed)
}

fn ask_slack(secret: &Secret, signature: &str, timestamp: &str, body: &[u8]) -> bool {
    let body = Bytes::copy_from_slice(body);
    let now = Time::from_seconds(NOW);
    verify(secret, Some(signature), Some(timestamp), body, now).is_ok()
}

/// These very bytes, signed as they must be, and then with one bit changed.
fn one_bit_off(secret: &Secret, body: &[u8]) {
    let timestamp = NOW.to_string();
    let right = sign_hmac_sha256(secret, &[b"v0:", timestamp.as_bytes(), b":", body]);
    let signature = format!("v0={right}");
    assert!(ask_slack(secret, &signature, &timestamp, body), "Slack's own is not believed");
    let mut changed = body.to_vec();
    match changed.len() {
        0 => changed.push(0),
        length => changed[(length * 7 + 3) % length] ^= 1,
    }
    assert!(!ask_slack(secret, &signature, &timestamp, &changed), "a changed body is believed");
    let other = Secret::new("another tenant's secret");
    assert!(!ask_slack(&other, &signature, &timestamp, body), "another's secret is believed");
}

/// Lines: the signature in hex, and the rest is the body. What Grafana signs, the buttons and forms
/// of Mattermost, and the console's sessions are checked by the same function.
pub fn webhook_signature(input: &[u8]) -> Verdict {
    let (signature, body) = line(input);
    let signature = String::from_utf8_lossy(signature).into_owned();
    let secret = Secret::new(SECRET);
    let right = sign_hmac_sha256(&secret, &[b"1795267800", b":", body]);
    let prefix: [&[u8]; 2] = [b"1795267800", b":"];
    let ask = |secret: &Secret, signature: &str| {
        hmac_sha256(secret, &prefix, Bytes::copy_from_slice(body), signature).is_ok()
    };
    let believed = ask(&secret, &signature);
    assert_eq!(believed, signature.to_ascii_lowercase() == right, "{signature:?}");
    assert!(ask(&secret, &right) && !ask(&Secret::new(""), &right));
    let mut changed = right.into_bytes();
    let at = (body.len() * 7) % changed.len();
    changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
    assert!(!ask(&secret, &String::from_utf8_lossy(&changed)), "a changed signature is believed");
    Verdict::of(believed)
}

/// Lines: tokens as somebody gives them.
pub fn tokens(input: &[u8]) -> Verdict {
    const ACCEPTED: [&str; 3] = ["commandtokenofthefirstteam1", "commandtokenofthesecondtem2", ""];
    let text = String::from_utf8_lossy(input).into_owned();
    let given: Vec<&str> = text.split('\n').collect();
    let accepted = ACCEPTED.map(Secret::new);
    let believed = token(&accepted, &given, Bytes::new()).is_ok();
    let is_right = given.iter().any(|one| !one.is_empty() && ACCEPTED.contains(one));
    assert_eq!(believed, is_right, "{given:?}");
    Verdict::of(believed)
}

/// Up to the first end of a line, and what comes behind it.
fn line(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    (&input[..end], input.get(end + 1..).unwrap_or_default())
}
