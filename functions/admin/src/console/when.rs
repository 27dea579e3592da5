//! Moments, as the reader's clock shows them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nightowl_domain::{Time, User};

/// For `<time datetime="iso">text</time>`.
#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(crate) iso: String,
    pub(crate) text: String,
}

/// A person's time zone; UTC for one that is not known.
#[derive(Clone, Debug)]
pub(crate) struct Watch(TimeZone);

impl Watch {
    pub(crate) fn of(user: Option<&User>) -> Self {
        let name = user.and_then(|user| user.timezone.as_deref());
        Self(name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC))
    }

    /// For people: `Europe/Berlin`.
    pub(crate) fn zone(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// As a `datetime-local` field has it: to the minute, without an offset.
    pub(crate) fn local(&self, time: Time) -> String {
        let zoned = time.timestamp().to_zoned(self.0.clone());
        zoned.strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Back from such a field. A time of day that a change of the clocks leaves out is the one
    /// after it.
    pub(crate) fn read_local(&self, text: &str) -> Option<Time> {
        let local: DateTime = text.parse().ok()?;
        let has_time = text.len() >= "2026-01-05T09:00".len();
        let zoned = local.to_zoned(self.0.clone()).ok().filter(|_| has_time)?;
        Some(Time::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// The next 9:00.
    pub(crate) fn morning(&self, now: Time) -> Option<Time> {
        let zoned = now.timestamp().to_zoned(self.0.clone());
        let today = zoned.date();
        for date in [Some(today), today.tomorrow().ok()].into_iter().flatten() {
            let nine = date.at(9, 0, 0, 0).to_zoned(self.0.clone()).ok()?;
            let nine = Time::from_millis(nine.timestamp().as_millisecond());
            if nine > now {
                return Some(nine);
            }
        }
        None
    }

    pub(crate) fn show(&self, time: Time) -> When {
        let zoned = time.timestamp().to_zoned(self.0.clone());
        When { iso: time.to_string(), text: zoned.strftime("%a %-d %b %H:%M:%S %Z").to_string() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_field_is_read_in_the_reader_s_zone() {
        let berlin = Watch(TimeZone::get("Europe/Berlin").expect("a zone"));
        let read = |text: &str| berlin.read_local(text).map(|time| time.to_string());
        assert_eq!(read("2026-07-01T09:00").as_deref(), Some("2026-07-01T07:00:00.000Z"));
        assert_eq!(read("2026-12-01T09:00").as_deref(), Some("2026-12-01T08:00:00.000Z"));
        // The clocks go from 2:00 to 3:00.
        assert_eq!(read("2026-03-29T02:30").as_deref(), Some("2026-03-29T01:30:00.000Z"));
        for bad in ["", "2026-07-01", "09:00", "tomorrow", "2026-13-01T09:00"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        let time = Time::parse("2026-07-01T07:00:59Z").expect("a time");
        assert_eq!(
            (berlin.local(time).as_str(), berlin.zone()),
            ("2026-07-01T09:00", "Europe/Berlin")
        );
    }

    #[test]
    fn the_next_morning_is_today_until_nine() {
        let berlin = Watch(TimeZone::get("Europe/Berlin").expect("a zone"));
        for (now, expected) in [
            ("2026-07-01T06:59:59Z", "2026-07-01T07:00:00.000Z"),
            ("2026-07-01T07:00:00Z", "2026-07-02T07:00:00.000Z"),
            ("2026-07-01T22:30:00Z", "2026-07-02T07:00:00.000Z"),
            ("2026-10-24T20:00:00Z", "2026-10-25T08:00:00.000Z"),
        ] {
            let now = Time::parse(now).expect("a time");
            assert_eq!(berlin.morning(now).map(|time| time.to_string()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_moment_is_shown_in_the_reader_s_zone() {
        let mut user = User {
            id: "alice".to_owned(),
            name: "Alice".to_owned(),
            email: None,
            timezone: Some("Europe/Berlin".to_owned()),
            handles: BTreeMap::new(),
        };
        let time = Time::parse("2026-11-21T23:30:05Z").expect("a time");
        assert_eq!(Watch::of(Some(&user)).show(time).text, "Sun 22 Nov 00:30:05 CET");
        user.timezone = Some("Nowhere/None".to_owned());
        assert_eq!(Watch::of(Some(&user)).show(time).text, "Sat 21 Nov 23:30:05 UTC");
        assert_eq!(Watch::of(None).show(time).iso, "2026-11-21T23:30:05.000Z");
    }
}
