//! By when something is expected of a partner, and who is late.
//!
//! A schedule is a note of the audit trail: it is part of nothing that is judged, and its last word counts.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use ledger::{Ledger, Note};

use super::{Station, unusable};
use crate::failure::Failure;
use crate::stamp::Stamp;

/// Days of the week and a time, in UTC, by which something is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whether it is expected, from Monday on.
    days: [bool; 7],
    time: NaiveTime,
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAILY: [bool; 7] = [true; 7];
const WEEKDAYS: [bool; 7] = [true, true, true, true, true, false, false];

/// How a schedule is written.
const FORM: &str = "a schedule is written like `weekdays 08:00`, `daily 17:30` or `mon,thu 06:00`, in UTC";

impl Schedule {
    /// Reads `weekdays 08:00`, `daily 17:30` or `mon,thu 06:00`.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        let (days, time) = text.trim().split_once(' ').ok_or(FORM)?;
        let time = NaiveTime::parse_from_str(time.trim(), "%H:%M").map_err(|_| FORM)?;
        let days = match days {
            "daily" => DAILY,
            "weekdays" => WEEKDAYS,
            named => {
                let mut days = [false; 7];
                for name in named.split(',') {
                    let place = NAMES.iter().position(|known| *known == name).ok_or(FORM)?;
                    days[place] = true;
                }
                days
            }
        };
        Ok(Schedule { days, time })
    }

    /// Returns the last moment at or before `moment` at which something was due; `None` where the calendar ends.
    fn due_by(&self, moment: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = moment.date().checked_sub_signed(TimeDelta::days(i64::from(moment.time() < self.time)))?;
        day.iter_days().rev().take(7).find(|day| self.is_on(*day)).map(|day| day.and_time(self.time))
    }

    /// Returns the first moment after `moment` at which something is due.
    fn due_after(&self, moment: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = moment.date().checked_add_signed(TimeDelta::days(i64::from(self.time <= moment.time())))?;
        day.iter_days().take(7).find(|day| self.is_on(*day)).map(|day| day.and_time(self.time))
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        self.days[Weekday::num_days_from_monday(&day.weekday()) as usize]
    }

    /// Judges a partner at the moment `now`, who was told of the schedule at `set` and sent something last at `received`.
    fn judge(&self, now: NaiveDateTime, set: NaiveDateTime, received: Option<NaiveDateTime>) -> Due {
        let due = self.due_by(now).filter(|due| set < *due);
        // What came since the time before is what was expected, also if it came after the time.
        let before = due.and_then(|due| self.due_by(due - TimeDelta::seconds(1)));
        let is_late = due.is_some() && received.is_none_or(|received| Some(received) <= before);
        let next = if is_late { due } else { self.due_after(now) };
        Due {
            schedule: *self,
            is_late,
            at: next.map(|moment| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<&str> =
            NAMES.iter().zip(self.days).filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
        match self.days {
            DAILY => out.write_str("daily")?,
            WEEKDAYS => out.write_str("weekdays")?,
            _ => out.write_str(&named.join(","))?,
        }
        write!(out, " {}", self.time.format("%H:%M"))
    }
}

/// How a partner stands with its schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The schedule.
    pub schedule: Schedule,
    /// Whether something was due and did not come.
    pub is_late: bool,
    /// When it was due, or when the next is.
    pub at: Option<String>,
}

/// Returns how every partner that has a schedule stands with it at the moment `now`.
pub fn all(station: &Station, now: Stamp) -> Result<BTreeMap<String, Due>, Failure> {
    let mut received: BTreeMap<String, String> = BTreeMap::new();
    for standing in station.ledger.standings().map_err(unusable)? {
        let last = received.entry(standing.partner).or_default();
        *last = standing.last_received_at.max(std::mem::take(last));
    }
    let mut all = BTreeMap::new();
    for partner in station.ledger.partners().map_err(unusable)? {
        let notes = station.ledger.notes(Note::Expectation, &partner.name).map_err(unusable)?;
        let Some(note) = notes.last() else { continue };
        let last = received.get(&partner.name).and_then(|moment| moment_of(moment));
        if let (Ok(schedule), Some(set)) = (Schedule::parse(&note.why), moment_of(&note.at)) {
            all.insert(partner.name, schedule.judge(now.moment(), set, last));
        }
    }
    Ok(all)
}

fn moment_of(text: &str) -> Option<NaiveDateTime> {
    Stamp::parse(text).ok().map(Stamp::moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        moment_of(&format!("{text}:00Z")).unwrap()
    }

    #[test]
    fn schedules_are_read_and_written() {
        for text in ["weekdays 08:00", "daily 17:30", "mon,thu 06:00", "sun 00:00"] {
            assert_eq!(Schedule::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Schedule::parse("mon,tue,wed,thu,fri 08:00").unwrap().to_string(), "weekdays 08:00");
        for wrong in ["", "weekdays", "08:00", "weekdays 24:00", "monday 08:00", "mon, 08:00", "mon 8"] {
            assert_eq!(Schedule::parse(wrong), Err(FORM.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn whoever_sends_nothing_is_late() {
        let weekdays = Schedule::parse("weekdays 08:00").unwrap();
        // 2026-11-20 is a Friday.
        let set = at("2026-11-10T12:00");
        let judge = |now: &str, received: Option<&str>| {
            let due = weekdays.judge(at(now), set, received.map(at));
            (due.is_late, due.at.unwrap())
        };
        let by = |text: &str| format!("{text}:00Z");
        assert_eq!(judge("2026-11-11T07:59", None), (false, by("2026-11-11T08:00")));
        assert_eq!(judge("2026-11-11T08:00", None), (true, by("2026-11-11T08:00")));
        assert_eq!(judge("2026-11-11T08:00", Some("2026-11-11T06:00")), (false, by("2026-11-12T08:00")));
        // What comes too late makes up for it; what came for the day before does not count again.
        assert_eq!(judge("2026-11-12T09:30", Some("2026-11-12T09:00")), (false, by("2026-11-13T08:00")));
        assert_eq!(judge("2026-11-12T09:30", Some("2026-11-11T08:00")), (true, by("2026-11-12T08:00")));
        // Over a weekend nothing is due.
        assert_eq!(judge("2026-11-22T12:00", Some("2026-11-20T07:00")), (false, by("2026-11-23T08:00")));
        assert_eq!(judge("2026-11-22T12:00", Some("2026-11-19T07:00")), (true, by("2026-11-20T08:00")));
        // Nothing was due before anybody said so.
        assert!(!weekdays.judge(at("2026-11-10T13:00"), set, None).is_late);
    }
}
