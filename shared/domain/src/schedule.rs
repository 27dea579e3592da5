//! Who is on call when.

use jiff::Span;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Time;

/// Rotations and overrides in one time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub id: String,
    pub timezone: TimeZone,
    pub rotations: Vec<Rotation>,
    pub overrides: Vec<Override>,
}

/// Hands over every `length` units at the local time of day of `start`, whatever daylight saving
/// does. Nobody is on call in it before `start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub id: String,
    /// `primary`, `secondary`, or any other word.
    pub role: String,
    pub length: RotationLength,
    /// In the schedule's zone.
    pub start: DateTime,
    /// User ids; never empty.
    pub members: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationLength {
    Days(u32),
    Weeks(u32),
}

/// One person takes a rotation over between two moments (the end excluded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub user: String,
    pub start: Time,
    pub end: Time,
    /// Rotation id.
    pub rotation: String,
}

/// Who holds a role, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    pub user: String,
    pub rotation: String,
    /// The next moment at which the answer may change.
    pub until: Option<Time>,
    pub is_override: bool,
}

impl Schedule {
    /// Everybody who holds `role` at `at`: one for each rotation of that role, in the order of the
    /// configuration.
    pub fn on_call(&self, role: &str, at: Time) -> Vec<OnCall> {
        self.rotations
            .iter()
            .filter(|rotation| rotation.role == role)
            .filter_map(|rotation| self.holder(rotation, at))
            .collect()
    }

    /// An override also counts before the rotation starts: somebody asked for that person by name.
    fn holder(&self, rotation: &Rotation, at: Time) -> Option<OnCall> {
        let overrides: Vec<&Override> = self
            .overrides
            .iter()
            .filter(|shift| shift.rotation == rotation.id && shift.start < shift.end)
            .collect();
        // The latest in the list wins, so the others matter only where it does not reach.
        let taken = overrides.iter().rposition(|shift| shift.start <= at && at < shift.end);
        let later = taken.map_or(0, |index| index + 1);
        let next_override =
            overrides[later..].iter().map(|shift| shift.start).filter(|start| at < *start).min();
        if let Some(shift) = taken.and_then(|index| overrides.get(index)) {
            return Some(OnCall {
                user: shift.user.clone(),
                rotation: rotation.id.clone(),
                until: earliest(Some(shift.end), next_override),
                is_override: true,
            });
        }
        let (turn, ends) = rotation.turn(&self.timezone, at)?;
        Some(OnCall {
            user: rotation.member(turn)?.to_owned(),
            rotation: rotation.id.clone(),
            until: earliest(ends, next_override),
            is_override: false,
        })
    }
}

impl RotationLength {
    /// At least one, so that a rotation always moves on.
    fn days(self) -> i64 {
        match self {
            Self::Days(days) => i64::from(days.max(1)),
            Self::Weeks(weeks) => i64::from(weeks.max(1)) * 7,
        }
    }
}

impl Rotation {
    /// When turn `turn` begins, counted from 0. A local time that daylight saving skips is taken
    /// as much later as it skips; of one that comes twice, the first. `None`: beyond the calendar.
    fn handover(&self, zone: &TimeZone, turn: i64) -> Option<Time> {
        let days = turn.checked_mul(self.length.days())?;
        let local = self.start.checked_add(Span::new().try_days(days).ok()?).ok()?;
        zone.to_timestamp(local).ok().map(Time::from)
    }

    /// The last turn that has begun at `at`, and when it ends; `None` before the first.
    fn turn(&self, zone: &TimeZone, at: Time) -> Option<(i64, Option<Time>)> {
        let local = zone.to_datetime(at.timestamp());
        let days = i64::from(self.start.date().until(local.date()).ok()?.get_days());
        let length = self.length.days();
        // What the wall clock says is nearly always right.
        let likely = (days - i64::from(local.time() < self.start.time())).div_euclid(length);
        let ends = self.handover(zone, likely + 1);
        let has_begun = |turn| self.handover(zone, turn).is_some_and(|begins| begins <= at);
        if likely >= 0 && ends.is_some_and(|ends| at < ends) && has_begun(likely) {
            return Some((likely, ends));
        }
        // A zone that turns its clocks back over midnight, or over the date line, lives a date
        // twice.
        let mut turn = days.div_euclid(length) + 2;
        while turn >= 0 {
            if has_begun(turn) {
                return Some((turn, self.handover(zone, turn + 1)));
            }
            turn -= 1;
        }
        None
    }

    fn member(&self, turn: i64) -> Option<&str> {
        let members = i64::try_from(self.members.len()).ok().filter(|count| *count > 0)?;
        let index = usize::try_from(turn.rem_euclid(members)).ok()?;
        self.members.get(index).map(String::as_str)
    }
}

fn earliest(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    [one, other].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];

    fn zone(name: &str) -> TimeZone {
        jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
    }

    fn schedule(zone_name: &str, start: &str, length: RotationLength, members: usize) -> Schedule {
        Schedule {
            id: "s".into(),
            timezone: zone(zone_name),
            rotations: vec![Rotation {
                id: "primary".into(),
                role: "primary".into(),
                length,
                start: start.parse().unwrap(),
                members: (0..members).map(|n| format!("u{n}")).collect(),
            }],
            overrides: Vec::new(),
        }
    }

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn who(schedule: &Schedule, moment: Time) -> Option<String> {
        let mut holders = schedule.on_call("primary", moment);
        assert!(holders.len() <= 1);
        holders.pop().map(|holder| holder.user)
    }

    fn shift(user: &str, start: &str, end: &str) -> Override {
        Override { user: user.into(), start: at(start), end: at(end), rotation: "primary".into() }
    }

    #[test]
    fn a_week_ends_at_the_same_local_time_across_daylight_saving() {
        let berlin = schedule("Europe/Berlin", "2026-03-23T09:00", RotationLength::Weeks(1), 2);
        assert_eq!(who(&berlin, at("2026-03-23T07:59:59Z")), None);
        assert_eq!(who(&berlin, at("2026-03-23T08:00:00Z")).as_deref(), Some("u0"));
        // Summer time began on the 29th, so 09:00 is an hour earlier in UTC.
        assert_eq!(who(&berlin, at("2026-03-30T06:59:59.999Z")).as_deref(), Some("u0"));
        assert_eq!(who(&berlin, at("2026-03-30T07:00:00Z")).as_deref(), Some("u1"));
        let holder = &berlin.on_call("primary", at("2026-03-24T00:00:00Z"))[0];
        assert_eq!(holder.until, Some(at("2026-03-30T07:00:00Z")));
        assert!(berlin.on_call("secondary", at("2026-04-01T00:00:00Z")).is_empty());
    }

    #[test]
    fn a_skipped_handover_comes_late_and_a_repeated_one_the_first_time() {
        let berlin = schedule("Europe/Berlin", "2026-03-28T02:30", RotationLength::Days(1), 2);
        assert_eq!(who(&berlin, at("2026-03-29T01:29:59Z")).as_deref(), Some("u0"));
        // 02:30 does not exist on the 29th: it is taken as 03:30 summer time.
        assert_eq!(who(&berlin, at("2026-03-29T01:30:00Z")).as_deref(), Some("u1"));

        let autumn = schedule("Europe/Berlin", "2026-10-24T02:30", RotationLength::Days(1), 2);
        assert_eq!(who(&autumn, at("2026-10-25T00:29:59Z")).as_deref(), Some("u0"));
        assert_eq!(who(&autumn, at("2026-10-25T00:30:00Z")).as_deref(), Some("u1"));
        assert_eq!(who(&autumn, at("2026-10-25T01:30:00Z")).as_deref(), Some("u1"));
    }

    #[test]
    fn a_day_that_a_zone_never_had_passes_over_its_holder() {
        // Samoa went from the 29th straight to the 31st when it crossed the date line.
        let apia = schedule("Pacific/Apia", "2011-12-29T09:00", RotationLength::Days(1), 3);
        assert_eq!(who(&apia, at("2011-12-29T19:00:00Z")).as_deref(), Some("u0"));
        assert_eq!(who(&apia, at("2011-12-30T18:59:59Z")).as_deref(), Some("u0"));
        assert_eq!(who(&apia, at("2011-12-30T19:00:00Z")).as_deref(), Some("u2"));
    }

    #[test]
    fn the_latest_override_in_the_list_wins_and_until_names_the_next_change() {
        let mut utc = schedule("UTC", "2026-01-05T09:00", RotationLength::Weeks(1), 2);
        utc.overrides = vec![
            shift("first", "2026-01-06T00:00Z", "2026-01-06T12:00Z"),
            shift("second", "2026-01-06T06:00Z", "2026-01-06T09:00Z"),
            shift("backwards", "2026-01-08T00:00Z", "2026-01-07T00:00Z"),
        ];
        utc.overrides.push(Override {
            rotation: "other".into(),
            ..shift("elsewhere", "2026-01-05T00:00Z", "2026-02-01T00:00Z")
        });
        let expected = [
            ("2026-01-05T09:00Z", "u0", Some("2026-01-06T00:00Z"), false),
            ("2026-01-06T00:00Z", "first", Some("2026-01-06T06:00Z"), true),
            ("2026-01-06T06:00Z", "second", Some("2026-01-06T09:00Z"), true),
            ("2026-01-06T09:00Z", "first", Some("2026-01-06T12:00Z"), true),
            ("2026-01-06T12:00Z", "u0", Some("2026-01-12T09:00Z"), false),
        ];
        for (moment, user, until, is_override) in expected {
            let holder = &utc.on_call("primary", at(moment))[0];
            assert_eq!(holder.user, user, "{moment}");
            assert_eq!(holder.until, until.map(at), "{moment}");
            assert_eq!(holder.is_override, is_override, "{moment}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        let utc = schedule("UTC", "2026-01-05T09:00", RotationLength::Weeks(u32::MAX), 2);
        let last = Time::from_millis(i64::MAX);
        assert_eq!(who(&utc, last).as_deref(), Some("u0"));
        assert_eq!(utc.on_call("primary", last)[0].until, None);
        assert_eq!(who(&utc, Time::from_millis(i64::MIN)), None);
        let nobody = schedule("UTC", "2026-01-05T09:00", RotationLength::Days(0), 0);
        assert_eq!(who(&nobody, at("2026-02-01T00:00Z")), None);
    }

    /// Walks from handover to handover, day by day of the calendar.
    fn walk(schedule: &Schedule, moment: Time) -> Option<String> {
        let rotation = &schedule.rotations[0];
        let length = match rotation.length {
            RotationLength::Days(days) => days,
            RotationLength::Weeks(weeks) => 7 * weeks,
        };
        let mut date = rotation.start.date();
        let (mut holder, mut turn, mut day) = (None, 0, 0);
        loop {
            let local = date.to_datetime(rotation.start.time());
            let begins = Time::from(schedule.timezone.to_timestamp(local).unwrap());
            if begins > moment {
                return holder;
            }
            if day % length == 0 {
                holder = Some(rotation.members[turn % rotation.members.len()].clone());
                turn += 1;
            }
            day += 1;
            date = date.tomorrow().unwrap();
        }
    }

    fn any_schedule() -> impl Strategy<Value = Schedule> {
        let length = prop_oneof![
            (1_u32..5).prop_map(RotationLength::Days),
            (1_u32..4).prop_map(RotationLength::Weeks)
        ];
        let start = (1_i8..=12, 1_i8..=28, 0_i8..24, 0_i8..60);
        (0..ZONES.len(), start, length, 1_usize..5).prop_map(
            |(zone, (month, day, hour, minute), length, members)| {
                let start = format!("2025-{month:02}-{day:02}T{hour:02}:{minute:02}");
                schedule(ZONES[zone], &start, length, members)
            },
        )
    }

    proptest! {
        #[test]
        fn agrees_with_a_walk_from_day_to_day(
            schedule in any_schedule(),
            seconds in -1_000_000_i64..60_000_000,
        ) {
            let start = schedule.timezone.to_timestamp(schedule.rotations[0].start).unwrap();
            let moment = Time::from_millis(start.as_millisecond() + seconds * 1000);
            let holder = who(&schedule, moment);
            prop_assert_eq!(holder.is_some(), seconds >= 0);
            prop_assert_eq!(holder, walk(&schedule, moment));
        }

        #[test]
        fn hands_over_at_the_local_time_of_its_start(schedule in any_schedule()) {
            let rotation = &schedule.rotations[0];
            let mut moment = Time::from(schedule.timezone.to_timestamp(rotation.start).unwrap());
            for turn in 0..60 {
                let before = who(&schedule, moment);
                let expected = &rotation.members[turn % rotation.members.len()];
                prop_assert_eq!(before.as_ref(), Some(expected));
                let until = schedule.on_call("primary", moment)[0].until.unwrap();
                prop_assert!(until > moment);
                prop_assert_eq!(who(&schedule, until - Duration::from_millis(1)), before);
                let local = schedule.timezone.to_datetime(until.timestamp());
                let wanted = local.date().to_datetime(rotation.start.time());
                // Only a local time that this day does not have may differ.
                let is_gap = schedule.timezone.to_ambiguous_timestamp(wanted).is_ambiguous();
                prop_assert!(local == wanted || is_gap, "{local} is not {wanted}");
                moment = until;
            }
        }

        #[test]
        fn overrides_never_leave_a_hole_or_two_holders(
            mut schedule in any_schedule(),
            shifts in prop::collection::vec((0_i64..2000, 1_i64..500), 0..6),
            hours in 0_i64..3000,
        ) {
            let start = schedule.timezone.to_timestamp(schedule.rotations[0].start).unwrap();
            let hour = |n: i64| Time::from_millis(start.as_millisecond() + n * 3_600_000);
            let regular = who(&schedule, hour(hours)).unwrap();
            for (index, (from, length)) in shifts.iter().enumerate() {
                schedule.overrides.push(Override {
                    user: format!("o{index}"),
                    start: hour(*from),
                    end: hour(from + length),
                    rotation: "primary".into(),
                });
            }
            let expected = (0..shifts.len())
                .rev()
                .find(|index| (shifts[*index].0..shifts[*index].0 + shifts[*index].1).contains(&hours))
                .map_or(regular, |index| format!("o{index}"));
            let holder = schedule.on_call("primary", hour(hours)).remove(0);
            prop_assert_eq!(&holder.user, &expected);
            let until = holder.until.unwrap();
            prop_assert!(until > hour(hours));
            prop_assert_eq!(who(&schedule, until - Duration::from_millis(1)), Some(expected));
        }
    }
}
