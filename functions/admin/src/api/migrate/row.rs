//! One row of the old table, and what is let through of it.

use nightowl_domain::{AlertId, MessageRef};
use nightowl_engine::Mapping;
use serde::Deserialize;

const PROVIDER: &str = "slack";
/// A UUID has 36; whatever else was an id fits as well.
pub(crate) const ID_CHARS_MAX: usize = 128;
const CHANNEL_CHARS_MAX: usize = 64;
/// An excerpt of what stood in a row.
const SHOWN_CHARS_MAX: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Where it stood in the file; the answer names it so.
    pub(super) line: u64,
    tenant: Option<String>,
    alert_id: Option<String>,
    channel_id: Option<String>,
    message_ts: Option<String>,
}

impl Row {
    /// The error is a sentence for whoever has the file. It quotes what stood there escaped and
    /// cut.
    pub(super) fn mapping(&self, tenants: &[String]) -> Result<Mapping, String> {
        let tenant = given("tenant", self.tenant.as_ref())?;
        if !tenants.iter().any(|known| known == tenant) {
            return Err(format!("there is no tenant {}", quoted(tenant)));
        }
        let alert = given("alert_id", self.alert_id.as_ref())?;
        if !is_id(alert) {
            return Err(format!("alert_id is no id: {}", quoted(alert)));
        }
        let channel = given("channel_id", self.channel_id.as_ref())?;
        if !is_channel(channel) {
            let found = quoted(channel);
            return Err(format!("channel_id is not the id of a Slack channel (C…): {found}"));
        }
        let message = given("message_ts", self.message_ts.as_ref())?;
        if !is_ts(message) {
            let found = quoted(message);
            return Err(format!("message_ts is not like 1700000000.000100: {found}"));
        }
        let message = MessageRef {
            provider: PROVIDER.to_owned(),
            channel: channel.to_owned(),
            message: message.to_owned(),
        };
        Ok(Mapping { tenant: tenant.to_owned(), alert: alert.to_owned(), message })
    }
}

fn given<'a>(name: &str, value: Option<&'a String>) -> Result<&'a str, String> {
    match value.map(String::as_str) {
        None | Some("") => Err(format!("{name} is missing")),
        Some(value) => Ok(value),
    }
}

/// An id that this NightOwl gives to its own alerts looks so.
pub(super) fn is_ours(alert: &str) -> bool {
    alert.parse::<AlertId>().is_ok()
}

/// No `#`, which separates the parts of other keys of the table.
pub(crate) fn is_id(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    text.len() <= ID_CHARS_MAX && !text.is_empty() && text.chars().all(is_plain)
}

fn is_channel(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_known = text.starts_with(['C', 'G', 'D']);
    is_known && (2..=CHANNEL_CHARS_MAX).contains(&text.len()) && text.chars().all(is_plain)
}

/// Slack writes six digits behind the point; a line that was cut off has fewer.
fn is_ts(text: &str) -> bool {
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    text.split_once('.').is_some_and(|(seconds, fraction)| {
        (1..=12).contains(&seconds.len())
            && fraction.len() == 6
            && is_number(seconds)
            && is_number(fraction)
    })
}

/// Escaped, so that it drives no terminal and breaks no line.
pub(super) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(alert: &str, channel: &str, ts: &str) -> Result<Mapping, String> {
        let text = |text: &str| Some(text.to_owned());
        let row = Row {
            line: 2,
            tenant: text("acme"),
            alert_id: text(alert),
            channel_id: text(channel),
            message_ts: text(ts),
        };
        row.mapping(&["acme".to_owned()])
    }

    #[test]
    fn only_what_slack_and_the_old_table_could_have_written_is_let_through() {
        let id = "0b9c1f0e-8a52-4d4f-9c3e-5f6a7b8c9d0e";
        let good = row(id, "C024BE91L", "1700000000.000100").expect("a row");
        assert_eq!((good.message.provider.as_str(), good.alert.as_str()), ("slack", id));
        for (alert, channel, ts, why) in [
            ("", "C1", "1.000000", "alert_id is missing"),
            ("a#b", "C1", "1.000000", "alert_id is no id: \"a#b\""),
            (&"a".repeat(129), "C1", "1.000000", "alert_id is no id: \"aaa"),
            (id, "#ops", "1.000000", "channel_id is not the id of a Slack channel (C…): \"#ops\""),
            (id, "", "1.000000", "channel_id is missing"),
            (id, "C1", "", "message_ts is missing"),
            (id, "C1", "1700000000.0001", "message_ts is not like 1700000000.000100: \"1700"),
            (id, "C1", "1700000000", "message_ts is not like"),
            (id, "C1", "x\u{1b}[2J\u{202e}", "\"x\\u{1b}[2J\\u{202e}\""),
        ] {
            let refused = row(alert, channel, ts).expect_err(why);
            assert!(refused.contains(why), "{refused}");
            assert!(!refused.contains(char::is_control), "{refused:?}");
        }
    }
}
