//! Whether somebody is there.

use serde::{Deserialize, Serialize};

/// Whether somebody is there, the most present first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected, and used within [`crate::limits::AWAY_AFTER_S`] on some device.
    Online,
    /// Connected.
    Away,
    /// Not connected for [`crate::limits::OFFLINE_AFTER_S`]. A word of a newer program reads as this.
    #[default]
    #[serde(other)]
    Offline,
}
