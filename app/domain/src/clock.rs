//! Times as the protocol carries them: RFC 3339 in UTC with milliseconds. Every time in the protocol is the server's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, Time};

/// A moment between 1970-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// 9999-12-31T23:59:59.999Z, the last moment whose year has four digits.
const MILLIS_MAX: i64 = 253_402_300_799_999;

impl Timestamp {
    /// Returns the moment `millis` milliseconds after 1970-01-01T00:00:00Z, clamped to the years 1970 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, MILLIS_MAX))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Returns date and time of day in the time zone `offset_minutes` east of UTC.
    pub fn local(self, offset_minutes: i32) -> Local {
        let millis = (self.0 + i64::from(offset_minutes) * 60_000).clamp(0, MILLIS_MAX);
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(millis);
        Local {
            year: at.year(),
            month: at.month() as u8,
            day: at.day(),
            weekday: at.weekday().number_days_from_sunday(),
            hour: at.hour(),
            minute: at.minute(),
        }
    }
}

/// Date and time of day in some time zone, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Local {
    /// The year, 1970 to 9999.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The day of the week, 0 (Sunday) to 6.
    pub weekday: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
}

impl Local {
    /// Returns year, month and day, which compare in calendar order.
    pub fn date(&self) -> (i32, u8, u8) {
        (self.year, self.month, self.day)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(self.0);
        let (year, month, day) = (at.year(), at.month() as u8, at.day());
        let (hour, minute, second, milli) = (at.hour(), at.minute(), at.second(), at.millisecond());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> String {
        at.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Timestamp {
    type Err = &'static str;

    /// Parses exactly the form that [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or("not a time in the form 2026-11-24T09:30:00.000Z")
    }
}

/// The accepted form: `0` is any ASCII digit.
const FORM: &str = "0000-00-00T00:00:00.000Z";

fn parse(text: &str) -> Option<Timestamp> {
    // Checked byte by byte, because parsing a number accepts a sign.
    let fits = |(byte, form)| if form == b'0' { u8::is_ascii_digit(&byte) } else { byte == form };
    if text.len() != FORM.len() || !text.bytes().zip(FORM.bytes()).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u16>().ok();
    let month = Month::try_from(u8::try_from(number(5, 7)?).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, number(8, 10)? as u8).ok()?;
    let (hour, minute, second) = (number(11, 13)? as u8, number(14, 16)? as u8, number(17, 19)? as u8);
    let time = Time::from_hms_milli(hour, minute, second, number(20, 23)?).ok()?;
    let nanos = OffsetDateTime::new_utc(date, time).unix_timestamp_nanos();
    let millis = i64::try_from(nanos / 1_000_000).ok()?;
    (0..=MILLIS_MAX).contains(&millis).then_some(Timestamp(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let at = Timestamp::from_millis(1_795_512_345_678);
        assert_eq!(at.to_string(), "2026-11-24T09:25:45.678Z");
        assert_eq!(at.to_string().parse(), Ok(at));
        assert!("2026-11-24".parse::<Timestamp>().is_err());
        assert!("2026-13-24T09:25:45.678Z".parse::<Timestamp>().is_err());
        assert!("２026-11-24T09:25:45.6Z".parse::<Timestamp>().is_err());
    }

    #[test]
    fn times_are_read_in_one_form_alone() {
        for odd in ["+026-11-24T09:25:45.678Z", "2026-+1-24T09:25:45.678Z", "2026/11/24T09:25:45.678Z"] {
            assert!(odd.parse::<Timestamp>().is_err(), "{odd}");
        }
        assert!("1969-12-31T23:59:59.999Z".parse::<Timestamp>().is_err(), "it would be read as another time");
    }

    #[test]
    fn the_day_is_the_readers() {
        let late: Timestamp = "2026-11-24T16:30:00.000Z".parse().unwrap();
        assert_eq!(late.local(0).date(), (2026, 11, 24));
        let taipei = late.local(8 * 60);
        assert_eq!((taipei.date(), taipei.hour, taipei.weekday), ((2026, 11, 25), 0, 3));
    }
}
