//! Presence of users.

use serde::{Deserialize, Serialize};

/// The presence of a user across all of their devices. Ordered: the most present state is the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected, with input on some device within the last [`AWAY_AFTER_S`](crate::limits::AWAY_AFTER_S) seconds.
    Online,
    /// Connected, without recent input.
    Away,
    /// Not connected for [`OFFLINE_AFTER_S`](crate::limits::OFFLINE_AFTER_S) seconds. Unknown states of newer programs
    /// decode as this one.
    #[default]
    #[serde(other)]
    Offline,
}
