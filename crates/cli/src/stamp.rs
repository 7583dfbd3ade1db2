//! The moment that a run carries: given, or read from the clock once.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// When a run takes place.
#[derive(Clone, Copy, Debug)]
pub struct Stamp(DateTime<Utc>);

impl Stamp {
    /// Returns `now` if it was given, else reads the clock.
    pub fn or_clock(now: Option<Stamp>) -> Stamp {
        now.unwrap_or_else(|| Stamp(DateTime::from(std::time::SystemTime::now())))
    }

    /// Reads `2025-11-03T08:00:00Z`.
    pub fn parse(text: &str) -> Result<Stamp, String> {
        DateTime::parse_from_rfc3339(text)
            .map(|stamp| Stamp(stamp.to_utc()))
            .map_err(|_| "a moment is written like 2025-11-03T08:00:00Z".to_owned())
    }

    /// Returns how outputs would carry the moment `days` before; `None` where the calendar begins.
    pub fn before(self, days: Days) -> Option<String> {
        self.0.checked_sub_days(days).map(|moment| Stamp(moment).text())
    }

    /// Returns the seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns the day, in UTC.
    pub fn day(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// Returns the moment, in UTC.
    pub fn moment(self) -> NaiveDateTime {
        self.0.naive_utc()
    }

    /// Returns the moment as outputs carry it.
    pub fn text(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}
