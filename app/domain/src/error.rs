//! Error codes: one stable word for each reason to refuse a request. `nack` frames, HTTP problems and the page use them.

use serde::{Deserialize, Serialize};

/// Why a request was refused. On the wire it is a stable word that clients may match on; words are added, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The message is blank or contains control characters.
    InvalidBody,
    /// A text exceeds its maximum length.
    TooLong,
    /// The id of the message is not a UUIDv7.
    InvalidId,
    /// It does not exist, or the user may not see it. The two are not distinguished.
    NotFound,
    /// Only members of the channel may do this.
    NotMember,
    /// Another message of the channel has this id.
    IdConflict,
    /// Too many requests; retry later.
    RateLimited,
    /// The outcome is unknown, or the server is busy: retry with the same id.
    TryAgain,
    /// The disk of the server is full; retry later.
    StorageFull,
    /// An account or channel has this name, or an account has one that looks like it.
    NameTaken,
    /// The name contains characters that are not allowed, or has a wrong length.
    InvalidName,
    /// The password is too short, too long or too common.
    WeakPassword,
    /// Name or password is wrong. The two are not distinguished.
    WrongCredentials,
    /// There is no session, or it has ended: log in.
    Unauthorized,
    /// The request was made by a page of another site.
    ForbiddenOrigin,
    /// The body of the request exceeds the maximum.
    TooLarge,
    /// The request is malformed.
    InvalidRequest,
    /// The owner has closed the sign-up.
    SignUpClosed,
    /// The hall cannot be left: every user is a member.
    HallStays,
    /// The user is a member of [`CHANNELS_PER_ACCOUNT_MAX`](crate::limits::CHANNELS_PER_ACCOUNT_MAX) channels.
    TooManyChannels,
    /// The path does not support this method.
    MethodNotAllowed,
    /// The server failed. Its log has the reason.
    Internal,
    /// A code of a newer server.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// All codes except [`ErrorCode::Unknown`].
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

    /// Returns the word on the wire.
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

    /// Returns whether retrying the same request is pointless.
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

    /// Parses a word; an unknown one is [`ErrorCode::Unknown`].
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
