//! Jimmy Chat's server. Features name ports, adapters implement them, [`wiring`] alone knows both.

pub mod adapters;
pub mod api;
pub mod auth;
pub mod channels;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod failpoint;
pub mod gateway;
pub mod linger;
pub mod messages;
pub mod metrics;
pub mod ops;
pub mod pages;
pub mod ports;
pub mod presence;
pub mod serve;
pub mod state;
pub mod trouble;
pub mod wiring;
pub mod workspace;

use domain::error::ErrorCode;

use metrics::Metrics;
use ports::directory::ChangeError;

/// An error with its causes, in one line for the log.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

/// A refusal that may say when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub code: ErrorCode,
    /// Seconds after which trying again makes sense, where that is known.
    pub retry_after_s: Option<u32>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after_s: None }
    }
}

/// What a person is told of a change that was not made.
pub fn refusal(metrics: &Metrics, error: ChangeError) -> ErrorCode {
    match error {
        ChangeError::NameTaken => ErrorCode::NameTaken,
        ChangeError::NotFound => ErrorCode::NotFound,
        ChangeError::TooMany => ErrorCode::TooManyChannels,
        ChangeError::Store(error) => metrics.directory_failed()(error),
    }
}
