//! Colours, signs and short words.

use nightowl_domain::{Severity, Time};
use nightowl_messaging::AlertMessage;

/// Of what belongs to no alert.
pub(crate) const NEUTRAL: &str = "#868686";

/// While it is open, of its severity.
pub(crate) fn color(alert: &AlertMessage) -> &'static str {
    match (alert.status, alert.severity) {
        ("resolved", _) => "#2EB67D",
        (_, Severity::Critical) => "#E01E5A",
        (_, Severity::Error) => "#E8712D",
        (_, Severity::Warning) => "#ECB22E",
        (_, Severity::Info) => "#36C5F0",
    }
}

pub(crate) fn sign(alert: &AlertMessage) -> &'static str {
    match (alert.status, alert.severity) {
        ("resolved", _) => "✅",
        ("acknowledged", _) => "👀",
        ("snoozed", _) => "💤",
        (_, Severity::Critical) => "🔴",
        (_, Severity::Error) => "🟠",
        (_, Severity::Warning) => "🟡",
        (_, Severity::Info) => "🔵",
    }
}

/// In the reader's own time zone, in UTC where Slack cannot show that.
pub(crate) fn moment(time: Time) -> String {
    let seconds = time.millis().div_euclid(1000);
    format!("<!date^{seconds}^{{date_short_pretty}} {{time}}|{}>", utc(time))
}

/// `2026-09-21 12:05 UTC`.
pub(crate) fn utc(time: Time) -> String {
    let text = time.to_string();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC")
}

/// What follows the name of a tier; nothing once another one is told.
pub(crate) fn next_tier(timeout_minutes: f64) -> String {
    if timeout_minutes > 0.0 {
        format!(" · next tier in {}", minutes(timeout_minutes))
    } else {
        String::new()
    }
}

/// `7.5 minutes`, `1 minute`, `6 seconds`.
pub(crate) fn minutes(minutes: f64) -> String {
    if minutes < 1.0 {
        let seconds = (minutes * 60.0).round().max(0.0);
        return plural(seconds, "second");
    }
    plural((minutes * 100.0).round() / 100.0, "minute")
}

fn plural(number: f64, unit: &str) -> String {
    let ending = if (number - 1.0).abs() < f64::EPSILON { "" } else { "s" };
    format!("{number} {unit}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_read_well() {
        assert_eq!(minutes(7.5), "7.5 minutes");
        assert_eq!(minutes(1.0), "1 minute");
        assert_eq!(minutes(0.1), "6 seconds");
        let time = Time::from_seconds(1_790_000_000);
        assert_eq!(utc(time), "2026-09-21 14:13 UTC");
        assert_eq!(
            moment(time),
            "<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>"
        );
    }
}
