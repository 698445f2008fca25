//! Why a request is refused.

use domain::error::ErrorCode;

/// A refusal that may say when to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub(crate) code: ErrorCode,
    /// Seconds after which a retry can succeed; `None` when unknown.
    pub(crate) retry_after_s: Option<u32>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after_s: None }
    }
}
