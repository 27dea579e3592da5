//! Moments, as the reader's own clock has them.

use nightowl_domain::Time;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_well() {
        let time = Time::from_seconds(1_790_000_000);
        assert_eq!(utc(time), "2026-09-21 14:13 UTC");
        assert_eq!(
            moment(time),
            "<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>"
        );
    }
}
