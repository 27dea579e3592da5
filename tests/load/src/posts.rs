//! What the chat platform saw, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use slack_double::{Double, Message};

use crate::bodies;

/// When the posts of one alert landed, since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Posts {
    pub(crate) card: Option<Duration>,
    /// In their order: the first tier's, then the second's.
    pub(crate) pages: Vec<Duration>,
}

/// By the alert's number.
pub(crate) fn seen(double: &Double) -> BTreeMap<u64, Posts> {
    let mut seen: BTreeMap<u64, Posts> = BTreeMap::new();
    for message in double.messages() {
        let (Some(number), Some(at)) = (number(&message), moment(&message.ts)) else { continue };
        let posts = seen.entry(number).or_default();
        if message.direct_to.is_some() {
            posts.pages.push(at);
        } else if message.thread_ts.is_none() {
            posts.card.get_or_insert(at);
        }
    }
    for posts in seen.values_mut() {
        posts.pages.sort_unstable();
    }
    seen
}

fn number(message: &Message) -> Option<u64> {
    let shown = || serde_json::to_string(&(&message.blocks, &message.attachments)).ok();
    bodies::number(&message.text).or_else(|| bodies::number(&shown()?))
}

/// Slack names a message by the moment at which it landed, in microseconds.
fn moment(ts: &str) -> Option<Duration> {
    let (seconds, micros) = ts.split_once('.')?;
    let micros: u64 = micros.parse().ok()?;
    Some(Duration::from_secs(seconds.parse().ok()?) + Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_s_name_is_its_moment() {
        let at = moment("1763726400.000250").expect("a moment");
        assert_eq!(at, Duration::from_micros(1_763_726_400_000_250));
        assert_eq!(moment("nothing"), None);
    }
}
