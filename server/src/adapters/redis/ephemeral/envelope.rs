//! What a signal is inside on its way between servers.

use serde::{Deserialize, Serialize};

use crate::ports::ephemeral::Signal;

/// A signal on its way between servers.
#[derive(Serialize, Deserialize)]
pub(super) struct Envelope {
    /// The process that published the signal, and has received it already.
    pub(super) from: String,
    #[serde(flatten)]
    pub(super) signal: Signal,
}
