//! Colours, signs and short words, without any platform's markup: people read the same on all.

use nightowl_domain::Severity;

use crate::AlertMessage;

/// Of what belongs to no alert, as [`color`] says it.
pub const NEUTRAL: &str = "#868686";

/// `#RRGGBB`: while it is open, of its severity.
pub fn color(alert: &AlertMessage) -> &'static str {
    color_of(alert.status, alert.severity)
}

/// The same of anything that stands so.
pub fn color_of(status: &str, severity: Severity) -> &'static str {
    match (status, severity) {
        ("resolved", _) => "#2EB67D",
        (_, Severity::Critical) => "#E01E5A",
        (_, Severity::Error) => "#E8712D",
        (_, Severity::Warning) => "#ECB22E",
        (_, Severity::Info) => "#36C5F0",
    }
}

/// One emoji before a title.
pub fn sign(alert: &AlertMessage) -> &'static str {
    sign_of(alert.status, alert.severity)
}

/// The same of anything that stands so.
pub fn sign_of(status: &str, severity: Severity) -> &'static str {
    match (status, severity) {
        ("resolved", _) => "✅",
        ("acknowledged", _) => "👀",
        ("snoozed", _) => "💤",
        (_, Severity::Critical) => "🔴",
        (_, Severity::Error) => "🟠",
        (_, Severity::Warning) => "🟡",
        (_, Severity::Info) => "🔵",
    }
}

/// The sentence on the escalation, unless it only says once more who has done what.
pub fn news(alert: &AlertMessage) -> &str {
    let done = [("Acknowledged", &alert.acknowledged_by), ("Resolved", &alert.resolved_by)];
    let is_old = done.iter().any(|(what, by)| {
        by.as_ref().is_some_and(|by| alert.escalation == format!("{what} by {by}."))
    });
    if is_old { "" } else { &alert.escalation }
}

/// What follows the name of a tier; nothing once another one is told.
pub fn next_tier(timeout_minutes: f64) -> String {
    if timeout_minutes > 0.0 {
        format!(" · next tier in {}", minutes(timeout_minutes))
    } else {
        String::new()
    }
}

/// `7.5 minutes`, `1 minute`, `6 seconds`.
pub fn minutes(minutes: f64) -> String {
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
    fn spans_read_well() {
        assert_eq!(minutes(7.5), "7.5 minutes");
        assert_eq!(minutes(1.0), "1 minute");
        assert_eq!(minutes(0.1), "6 seconds");
    }
}
