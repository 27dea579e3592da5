//! Moments, as the reader's clock shows them.

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

    pub(crate) fn show(&self, time: Time) -> When {
        let zoned = time.timestamp().to_zoned(self.0.clone());
        When { iso: time.to_string(), text: zoned.strftime("%a %-d %b %H:%M:%S %Z").to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_the_reader_s_zone() {
        let mut user = User {
            id: "alice".to_owned(),
            name: "Alice".to_owned(),
            email: None,
            timezone: Some("Europe/Berlin".to_owned()),
        };
        let time = Time::parse("2026-11-21T23:30:05Z").expect("a time");
        assert_eq!(Watch::of(Some(&user)).show(time).text, "Sun 22 Nov 00:30:05 CET");
        user.timezone = Some("Nowhere/None".to_owned());
        assert_eq!(Watch::of(Some(&user)).show(time).text, "Sat 21 Nov 23:30:05 UTC");
        assert_eq!(Watch::of(None).show(time).iso, "2026-11-21T23:30:05.000Z");
    }
}
