//! Sentences for the timeline, which somebody reads at three in the morning.

use std::time::Duration;

use crate::{Destination, Method, Page, Time};

/// "1 round", "3 rounds".
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// "5 minutes", "90 seconds", "2 hours".
pub(super) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds > 0 && seconds.is_multiple_of(3600) {
        count(seconds / 3600, "hour")
    } else if seconds > 0 && seconds.is_multiple_of(60) {
        count(seconds / 60, "minute")
    } else {
        count(seconds, "second")
    }
}

/// "2026-11-21 12:00 UTC".
pub(super) fn moment(time: Time) -> String {
    time.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// "by direct message on slack", "in #ops on slack".
pub(super) fn way(to: &Destination) -> String {
    match to {
        Destination::Person { provider, .. } => format!("by direct message on {provider}"),
        Destination::Channel { provider, channel } if is_id(channel) => {
            format!("in its channel on {provider}")
        }
        Destination::Channel { provider, channel } => format!("in {channel} on {provider}"),
    }
}

/// Whether a channel is named by a platform's id, which tells a person nothing: at least nine
/// letters of one case with a digit among them.
fn is_id(channel: &str) -> bool {
    let is_upper = channel.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let is_lower = channel.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let long = if is_upper { 9 } else { 26 };
    (is_upper || is_lower) && channel.len() >= long && channel.bytes().any(|c| c.is_ascii_digit())
}

/// "Bob", or "the channel" where nobody was found.
pub(super) fn whom(page: &Page) -> &str {
    match page.person {
        Some(_) => &page.person_name,
        None => "the channel",
    }
}

pub(super) const fn carrier(method: Method) -> &'static str {
    match method {
        Method::MessagingDm => "direct message",
        Method::MessagingChannel => "channel message",
        Method::Phone => "phone",
        Method::Sms => "sms",
    }
}

/// Joins with commas: "Bob by direct message on slack, Alice in #ops on slack".
pub(super) fn paging(pages: &[(&Page, &Destination)]) -> String {
    let each: Vec<String> =
        pages.iter().map(|(page, to)| format!("{} {}", whom(page), way(to))).collect();
    each.join(", ")
}
