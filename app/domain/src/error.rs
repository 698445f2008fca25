//! Why something was refused: one stable word each, for `nack`, for problems and for the page's sentences.

use serde::{Deserialize, Serialize};

/// A stable word that programs may match on. Words are added, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Blank, or with control characters.
    InvalidBody,
    /// Over a length limit.
    TooLong,
    /// The message's id is not a UUIDv7.
    InvalidId,
    /// Does not exist, or may not be seen: the two look the same.
    NotFound,
    /// Only members may write.
    NotMember,
    /// This id was used for another message.
    IdConflict,
    /// Too many in a short time; later is fine.
    RateLimited,
    /// The outcome is unknown or the server is busy: send the same id again.
    TryAgain,
    /// The server's disk is full.
    StorageFull,
    /// An account or channel has this name, or one that looks like it.
    NameTaken,
    /// The name holds characters that names may not hold, or is too short or too long.
    InvalidName,
    /// Too short, too long, or too common.
    WeakPassword,
    /// Name or password is wrong; which of them is not said.
    WrongCredentials,
    /// No session, or one that has ended.
    Unauthorized,
    /// The request came from another site's page.
    ForbiddenOrigin,
    /// The request's body is over the limit.
    TooLarge,
    /// The request cannot be read.
    InvalidRequest,
    /// Nobody may sign up here at present.
    SignUpClosed,
    /// The hall is everybody's: nobody leaves it.
    HallStays,
    /// A person is in as many channels as one may be.
    TooManyChannels,
    /// This server does not answer to that method there.
    MethodNotAllowed,
    /// The server failed; the operator's log says why.
    Internal,
    /// A word of a newer server.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// All that this program knows.
    pub const ALL: [ErrorCode; 22] = [
        ErrorCode::InvalidBody,
        ErrorCode::TooLong,
        ErrorCode::InvalidId,
        ErrorCode::NotFound,
        ErrorCode::NotMember,
        ErrorCode::IdConflict,
        ErrorCode::RateLimited,
        ErrorCode::TryAgain,
        ErrorCode::StorageFull,
        ErrorCode::NameTaken,
        ErrorCode::InvalidName,
        ErrorCode::WeakPassword,
        ErrorCode::WrongCredentials,
        ErrorCode::Unauthorized,
        ErrorCode::ForbiddenOrigin,
        ErrorCode::TooLarge,
        ErrorCode::InvalidRequest,
        ErrorCode::SignUpClosed,
        ErrorCode::HallStays,
        ErrorCode::TooManyChannels,
        ErrorCode::MethodNotAllowed,
        ErrorCode::Internal,
    ];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            ErrorCode::InvalidBody => "invalid_body",
            ErrorCode::TooLong => "too_long",
            ErrorCode::InvalidId => "invalid_id",
            ErrorCode::NotFound => "not_found",
            ErrorCode::NotMember => "not_member",
            ErrorCode::IdConflict => "id_conflict",
            ErrorCode::RateLimited => "rate_limited",
            ErrorCode::TryAgain => "try_again",
            ErrorCode::StorageFull => "storage_full",
            ErrorCode::NameTaken => "name_taken",
            ErrorCode::InvalidName => "invalid_name",
            ErrorCode::WeakPassword => "weak_password",
            ErrorCode::WrongCredentials => "wrong_credentials",
            ErrorCode::Unauthorized => "unauthorized",
            ErrorCode::ForbiddenOrigin => "forbidden_origin",
            ErrorCode::TooLarge => "too_large",
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::SignUpClosed => "sign_up_closed",
            ErrorCode::HallStays => "hall_stays",
            ErrorCode::TooManyChannels => "too_many_channels",
            ErrorCode::MethodNotAllowed => "method_not_allowed",
            ErrorCode::Internal => "internal",
            ErrorCode::Unknown => "unknown",
        }
    }

    /// Whether trying the same again is pointless.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            ErrorCode::RateLimited
                | ErrorCode::TryAgain
                | ErrorCode::StorageFull
                | ErrorCode::Internal
                | ErrorCode::Unknown
        )
    }

    /// The code of a word; an unheard one is [`ErrorCode::Unknown`].
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|code| code.word() == word).unwrap_or(ErrorCode::Unknown)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for ErrorCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_one_on_the_wire() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.word());
            assert_ne!(code, ErrorCode::Unknown);
            assert_eq!(ErrorCode::from_word(code.word()), code);
        }
        assert_eq!(ErrorCode::from_word("a_word_of_tomorrow"), ErrorCode::Unknown);
    }
}
