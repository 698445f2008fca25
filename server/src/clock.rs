//! The server's clock, in the form that stores use.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::clock::Timestamp;

/// Returns the time. A clock before 1970 reads as 1970.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
