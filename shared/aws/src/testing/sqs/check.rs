//! What SQS refuses.

use serde_json::Value;

use crate::testing::reply::Reply;

/// Of a message, and of all messages of a batch together. AWS takes more by now, not everywhere.
const BYTES_MAX: usize = 256 << 10;
const DELAY_MAX_SECONDS: u64 = 900;

pub(super) fn check_message(asked: &Value) -> Result<(), Reply> {
    let body = asked["MessageBody"].as_str().unwrap_or_default();
    let refused = |code: &str, message: &str| Err(Reply::refused(400, code, message));
    if body.is_empty() {
        return refused("MissingParameter", "a message has a body");
    }
    if body.len() > BYTES_MAX {
        return refused("InvalidParameterValue", "the message is too long");
    }
    if !body.chars().all(is_allowed) {
        return refused("InvalidMessageContents", "characters that no message may have");
    }
    if asked["DelaySeconds"].as_u64().is_some_and(|delay| delay > DELAY_MAX_SECONDS) {
        return refused("InvalidParameterValue", "a delay of at most 900 s");
    }
    let group = asked["MessageGroupId"].as_str();
    let is_group = |group: &str| {
        (1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if group.is_some_and(|group| !is_group(group)) {
        return refused("InvalidParameterValue", "no such group");
    }
    Ok(())
}

/// The entries.
pub(super) fn check_batch(asked: &Value) -> Result<&Vec<Value>, Reply> {
    let refused = |code: &str| Err(Reply::refused(400, code, "no such batch"));
    let Some(entries) = asked["Entries"].as_array().filter(|entries| !entries.is_empty()) else {
        return refused("AWS.SimpleQueueService.EmptyBatchRequest");
    };
    if entries.len() > 10 {
        return refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    }
    let mut ids: Vec<&str> = entries.iter().filter_map(|entry| entry["Id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < entries.len() {
        return refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
    }
    let bytes: usize =
        entries.iter().filter_map(|entry| entry["MessageBody"].as_str()).map(str::len).sum();
    if bytes > BYTES_MAX {
        return refused("AWS.SimpleQueueService.BatchRequestTooLong");
    }
    Ok(entries)
}

/// The characters of XML 1.0.
const fn is_allowed(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..
    )
}
