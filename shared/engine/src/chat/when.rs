//! Until when a snooze lasts, as people write it.

use std::time::Duration;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time as OfDay, Weekday};
use jiff::tz::TimeZone;
use nightowl_domain::{Actor, Tenant, Time};

/// Nobody means more; what has to rest for longer is resolved or silenced at its source.
const SNOOZE_MAX: Duration = Duration::from_hours(30 * 24);
/// No way to say a moment is longer.
const CHARS_MAX: usize = 64;
/// When people begin to work.
const MORNING: OfDay = OfDay::constant(9, 0, 0, 0);

/// Why a text is no end of a snooze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// Nothing was said.
    Missing,
    Unreadable,
    Past,
    /// Further away than [`SNOOZE_MAX`].
    TooFar,
}

/// The zone in which somebody tells the time: their own; else that of a schedule they are in, or
/// of the only one.
pub(super) fn zone_of(tenant: &Tenant, actor: &Actor) -> TimeZone {
    let user = match actor {
        Actor::User { id, .. } => Some(id.as_str()),
        Actor::Source | Actor::System | Actor::Api { .. } | Actor::Chat { .. } => None,
    };
    let named = user.and_then(|id| tenant.user(id)).and_then(|user| user.timezone.as_deref());
    if let Some(zone) = named.and_then(|name| TimeZone::get(name).ok()) {
        return zone;
    }
    let has = |user: &str| {
        let is_in = |members: &Vec<String>| members.iter().any(|member| member == user);
        tenant
            .schedules
            .iter()
            .find(|schedule| schedule.rotations.iter().any(|rotation| is_in(&rotation.members)))
    };
    let only = || match tenant.schedules.as_slice() {
        [only] => Some(only),
        [] | [_, _, ..] => None,
    };
    user.and_then(has).or_else(only).map_or(TimeZone::UTC, |schedule| schedule.timezone.clone())
}

/// `text`: `30m`, `1h30m`, `90` (minutes), `9:00`, `tomorrow`, `monday 14:30`, `2026-11-23 9:00` …,
/// with or without `until` or `for`. Local times are of `zone`, and the next such moment counts;
/// a day without a time means 9:00.
pub(super) fn read(text: &str, now: Time, zone: &TimeZone) -> Result<Time, Unclear> {
    let text = text.trim().trim_matches(['"', '\'', '`', '.']).trim();
    if text.is_empty() {
        return Err(Unclear::Missing);
    }
    if text.chars().count() > CHARS_MAX {
        return Err(Unclear::Unreadable);
    }
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let until = match words.as_slice() {
        ["until" | "till", rest @ ..] => moment(rest, now, zone, true)?,
        ["for", rest @ ..] => now + span(rest).ok_or(Unclear::Unreadable)?,
        all => moment(all, now, zone, false)?,
    };
    if until <= now {
        return Err(Unclear::Past);
    }
    if until.since(now) > SNOOZE_MAX {
        return Err(Unclear::TooFar);
    }
    Ok(until)
}

/// Whether it says a moment at all, be it one that is over.
pub(super) fn is_time(text: &str, now: Time, zone: &TimeZone) -> bool {
    match read(text, now, zone) {
        Ok(_) | Err(Unclear::Past | Unclear::TooFar) => true,
        Err(Unclear::Missing | Unclear::Unreadable) => false,
    }
}

/// `is_until`: a bare number is an hour of the day, not minutes.
fn moment(words: &[&str], now: Time, zone: &TimeZone, is_until: bool) -> Result<Time, Unclear> {
    let hour = match words {
        [one] if is_until => one.parse().ok().and_then(|hour| OfDay::new(hour, 0, 0, 0).ok()),
        _ => None,
    };
    if let Some(hour) = hour {
        return next(None, hour, now, zone);
    }
    if let Some(span) = span(words) {
        return Ok(now + span);
    }
    if let [one] = words
        && let Some(exact) = Time::parse(one)
    {
        return Ok(exact);
    }
    let words: Vec<&str> =
        words.iter().copied().filter(|word| !["at", "on", "next", "the"].contains(word)).collect();
    match words.as_slice() {
        [one] => match (clock(one), day(one)) {
            (Some(clock), _) => next(None, clock, now, zone),
            (None, Some(day)) => next(Some(day), MORNING, now, zone),
            (None, None) => local(one, now, zone),
        },
        // "9:30 pm", "monday 14:30", "14:30 monday", "2026-11-23 9:00".
        [one, two] => match (clock(one), clock(two), clock(&format!("{one}{two}"))) {
            (_, _, Some(clock)) => next(None, clock, now, zone),
            (None, Some(clock), None) => on(one, clock, now, zone),
            (Some(clock), None, None) => on(two, clock, now, zone),
            (None, None, None) | (Some(_), Some(_), None) => Err(Unclear::Unreadable),
        },
        [one, two, three] => match (clock(&format!("{two}{three}")), clock(&format!("{one}{two}")))
        {
            (Some(clock), _) => on(one, clock, now, zone),
            (None, Some(clock)) => on(three, clock, now, zone),
            (None, None) => Err(Unclear::Unreadable),
        },
        _ => Err(Unclear::Unreadable),
    }
}

/// Which day somebody names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// So many days after today.
    After(i64),
    Week(Weekday),
}

fn day(word: &str) -> Option<Day> {
    Some(match word {
        "today" => Day::After(0),
        "tomorrow" | "tmrw" => Day::After(1),
        "mo" | "mon" | "monday" => Day::Week(Weekday::Monday),
        "tu" | "tue" | "tues" | "tuesday" => Day::Week(Weekday::Tuesday),
        "we" | "wed" | "wednesday" => Day::Week(Weekday::Wednesday),
        "th" | "thu" | "thur" | "thurs" | "thursday" => Day::Week(Weekday::Thursday),
        "fr" | "fri" | "friday" => Day::Week(Weekday::Friday),
        "sa" | "sat" | "saturday" => Day::Week(Weekday::Saturday),
        "su" | "sun" | "sunday" => Day::Week(Weekday::Sunday),
        _ => return None,
    })
}

/// `9:00`, `14:30:15`, `9am`, `9:30pm`, `noon`.
fn clock(word: &str) -> Option<OfDay> {
    if word == "noon" {
        return OfDay::new(12, 0, 0, 0).ok();
    }
    let (digits, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(false)),
        (None, Some(digits)) => (digits, Some(true)),
        (None, None) => (word, None),
    };
    let mut parts = digits.split(':');
    let hour = number(parts.next()?)?;
    let rest: Vec<&str> = parts.collect();
    let (minute, second) = match (rest.as_slice(), half) {
        ([], Some(_)) => (0, 0),
        ([minute], _) if minute.len() == 2 => (number(minute)?, 0),
        ([minute, second], None) if minute.len() == 2 && second.len() == 2 => {
            (number(minute)?, number(second)?)
        }
        _ => return None,
    };
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
    };
    OfDay::new(hour, minute, second, 0).ok()
}

fn number(digits: &str) -> Option<i8> {
    let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
    if is_short { digits.parse().ok() } else { None }
}

/// `30m`, `1h30m`, `90`, `2 hours`.
fn span(words: &[&str]) -> Option<Duration> {
    let text = match words {
        [one] => (*one).to_owned(),
        [count, unit] if count.bytes().all(|c| c.is_ascii_digit()) => format!("{count}{unit}"),
        _ => return None,
    };
    let mut rest = text.as_str();
    let mut minutes: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest.get(digits..)?;
        let letters = unit.len() - unit.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let of_unit = match unit.get(..letters)? {
            // A number alone is minutes; behind another part it says nothing.
            "" if digits == text.len() => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 1,
            "h" | "hr" | "hrs" | "hour" | "hours" => 60,
            "d" | "day" | "days" => 24 * 60,
            "w" | "week" | "weeks" => 7 * 24 * 60,
            _ => return None,
        };
        minutes = minutes.checked_add(count.checked_mul(of_unit)?)?;
        rest = unit.get(letters..)?;
    }
    Some(Duration::from_secs(minutes.checked_mul(60)?))
}

/// A date alone, or a date and a time in one word: `2026-11-23`, `2026-11-23t09:00`.
fn local(word: &str, now: Time, zone: &TimeZone) -> Result<Time, Unclear> {
    if let Ok(date) = word.parse::<Date>()
        && !word.contains('t')
    {
        return first_after(date.to_datetime(MORNING), now, zone);
    }
    let local: DateTime = word.parse().map_err(|_| Unclear::Unreadable)?;
    first_after(local, now, zone)
}

fn on(word: &str, clock: OfDay, now: Time, zone: &TimeZone) -> Result<Time, Unclear> {
    match (day(word), word.parse::<Date>()) {
        (Some(day), _) => next(Some(day), clock, now, zone),
        (None, Ok(date)) => first_after(date.to_datetime(clock), now, zone),
        (None, Err(_)) => Err(Unclear::Unreadable),
    }
}

/// The next time that a clock shows this on such a day; on any day, if none is named.
fn next(day: Option<Day>, clock: OfDay, now: Time, zone: &TimeZone) -> Result<Time, Unclear> {
    let today = zone.to_datetime(now.timestamp()).date();
    let candidates = match day {
        Some(Day::After(days)) => days..=days,
        Some(Day::Week(_)) | None => 0..=7,
    };
    for days in candidates {
        let date = today.checked_add(Span::new().days(days)).map_err(|_| Unclear::TooFar)?;
        if matches!(day, Some(Day::Week(weekday)) if date.weekday() != weekday) {
            continue;
        }
        let at = first_after(date.to_datetime(clock), now, zone)?;
        if at > now {
            return Ok(at);
        }
    }
    Err(Unclear::Past)
}

/// A local time that daylight saving skips is taken as much later as it skips; of one that comes
/// twice, the first that is still to come.
fn first_after(local: DateTime, now: Time, zone: &TimeZone) -> Result<Time, Unclear> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let first = ambiguous.compatible().map_err(|_| Unclear::TooFar)?;
    if Time::from(first) > now {
        return Ok(first.into());
    }
    ambiguous.later().map(Time::from).map_err(|_| Unclear::TooFar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
    }

    fn at(text: &str) -> Time {
        Time::parse(text).expect("a moment")
    }

    /// Each line: now, what is typed, what it means. In Berlin.
    fn check(table: &[(&str, &str, &str)]) {
        let berlin = zone("Europe/Berlin");
        for (now, text, expected) in table {
            let read = read(text, at(now), &berlin);
            assert_eq!(read, Ok(at(expected)), "{text:?} at {now}");
        }
    }

    // A Saturday, 13:00 in Berlin.
    const NOON: &str = "2025-11-22T12:00:00Z";

    #[test]
    fn spans() {
        check(&[
            (NOON, "30m", "2025-11-22T12:30:00Z"),
            (NOON, "2h", "2025-11-22T14:00:00Z"),
            (NOON, "90", "2025-11-22T13:30:00Z"),
            (NOON, "1d", "2025-11-23T12:00:00Z"),
            (NOON, "1h30m", "2025-11-22T13:30:00Z"),
            (NOON, "1H30Min", "2025-11-22T13:30:00Z"),
            (NOON, "for 2 hours", "2025-11-22T14:00:00Z"),
            (NOON, "2 h", "2025-11-22T14:00:00Z"),
            (NOON, " `45 min`. ", "2025-11-22T12:45:00Z"),
            (NOON, "30d", "2025-12-22T12:00:00Z"),
            (NOON, "1w", "2025-11-29T12:00:00Z"),
        ]);
    }

    #[test]
    fn local_times() {
        check(&[
            (NOON, "9:00", "2025-11-23T08:00:00Z"),
            (NOON, "14:30", "2025-11-22T13:30:00Z"),
            (NOON, "until 9:00", "2025-11-23T08:00:00Z"),
            (NOON, "until 9", "2025-11-23T08:00:00Z"),
            (NOON, "9am", "2025-11-23T08:00:00Z"),
            (NOON, "9 pm", "2025-11-22T20:00:00Z"),
            (NOON, "12am", "2025-11-22T23:00:00Z"),
            (NOON, "noon", "2025-11-23T11:00:00Z"),
            (NOON, "until tomorrow 9:00", "2025-11-23T08:00:00Z"),
            (NOON, "tomorrow", "2025-11-23T08:00:00Z"),
            (NOON, "Tomorrow at 7:15", "2025-11-23T06:15:00Z"),
            (NOON, "today 18:00", "2025-11-22T17:00:00Z"),
            (NOON, "Monday", "2025-11-24T08:00:00Z"),
            (NOON, "on mon at 14:00", "2025-11-24T13:00:00Z"),
            (NOON, "14:00 Monday", "2025-11-24T13:00:00Z"),
            (NOON, "monday 2 pm", "2025-11-24T13:00:00Z"),
            (NOON, "saturday 14:00", "2025-11-22T13:00:00Z"),
            (NOON, "saturday 12:00", "2025-11-29T11:00:00Z"),
            (NOON, "sat", "2025-11-29T08:00:00Z"),
            (NOON, "2025-11-25", "2025-11-25T08:00:00Z"),
            (NOON, "2025-11-25 14:00", "2025-11-25T13:00:00Z"),
            (NOON, "2025-11-25T14:00", "2025-11-25T13:00:00Z"),
            (NOON, "2025-11-25T14:00:00Z", "2025-11-25T14:00:00Z"),
            (NOON, "2025-11-25T14:00:00-05:00", "2025-11-25T19:00:00Z"),
        ]);
    }

    #[test]
    fn daylight_saving() {
        check(&[
            // The clocks go forward at 2:00 on the 29th: the night is an hour shorter.
            ("2026-03-28T12:00:00Z", "9:00", "2026-03-29T07:00:00Z"),
            ("2026-03-28T12:00:00Z", "2:30", "2026-03-29T01:30:00Z"),
            ("2026-03-28T12:00:00Z", "1d", "2026-03-29T12:00:00Z"),
            // They go back at 3:00 on the 25th: 2:30 comes twice.
            ("2026-10-24T12:00:00Z", "9:00", "2026-10-25T08:00:00Z"),
            ("2026-10-24T12:00:00Z", "2:30", "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:45:00Z", "2:30", "2026-10-25T01:30:00Z"),
            ("2026-10-25T01:45:00Z", "2:30", "2026-10-26T01:30:00Z"),
        ]);
    }

    #[test]
    fn the_zone_decides() {
        let now = at(NOON);
        for (name, expected) in [
            ("UTC", "2025-11-23T09:00:00Z"),
            ("America/New_York", "2025-11-22T14:00:00Z"),
            ("Asia/Kolkata", "2025-11-23T03:30:00Z"),
            ("Pacific/Auckland", "2025-11-22T20:00:00Z"),
        ] {
            assert_eq!(read("9:00", now, &zone(name)), Ok(at(expected)), "{name}");
        }
    }

    #[test]
    fn what_makes_no_sense() {
        let long = "9".repeat(100_000);
        let berlin = zone("Europe/Berlin");
        let table = [
            ("", Unclear::Missing),
            (" `` ", Unclear::Missing),
            ("soon", Unclear::Unreadable),
            ("until", Unclear::Unreadable),
            ("for", Unclear::Unreadable),
            ("25:00", Unclear::Unreadable),
            ("9:7", Unclear::Unreadable),
            ("13pm", Unclear::Unreadable),
            ("1h30", Unclear::Unreadable),
            ("-5m", Unclear::Unreadable),
            ("1.5h", Unclear::Unreadable),
            ("9:00 10:00", Unclear::Unreadable),
            ("monday tuesday", Unclear::Unreadable),
            ("pizza 9:00", Unclear::Unreadable),
            ("99999999999999999999h", Unclear::Unreadable),
            ("९m", Unclear::Unreadable),
            (&long, Unclear::Unreadable),
            ("0", Unclear::Past),
            ("0m", Unclear::Past),
            ("today 9:00", Unclear::Past),
            ("2025-11-22 13:00", Unclear::Past),
            ("2020-01-01", Unclear::Past),
            ("31d", Unclear::TooFar),
            ("9999999999h", Unclear::TooFar),
            ("2026-01-01", Unclear::TooFar),
            ("9999-12-31 23:59", Unclear::TooFar),
        ];
        for (text, expected) in table {
            assert_eq!(read(text, at(NOON), &berlin), Err(expected), "{text:?}");
        }
    }
}
