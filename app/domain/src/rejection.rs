//! Why something was refused: one stable word each, for `nack`, for problems and for the page's sentences.

use serde::{Deserialize, Serialize};

/// A stable word that programs may match on. Words are added, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
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

impl Code {
    /// All that this program knows.
    pub const ALL: [Code; 22] = [
        Code::InvalidBody,
        Code::TooLong,
        Code::InvalidId,
        Code::NotFound,
        Code::NotMember,
        Code::IdConflict,
        Code::RateLimited,
        Code::TryAgain,
        Code::StorageFull,
        Code::NameTaken,
        Code::InvalidName,
        Code::WeakPassword,
        Code::WrongCredentials,
        Code::Unauthorized,
        Code::ForbiddenOrigin,
        Code::TooLarge,
        Code::InvalidRequest,
        Code::SignUpClosed,
        Code::HallStays,
        Code::TooManyChannels,
        Code::MethodNotAllowed,
        Code::Internal,
    ];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Code::InvalidBody => "invalid_body",
            Code::TooLong => "too_long",
            Code::InvalidId => "invalid_id",
            Code::NotFound => "not_found",
            Code::NotMember => "not_member",
            Code::IdConflict => "id_conflict",
            Code::RateLimited => "rate_limited",
            Code::TryAgain => "try_again",
            Code::StorageFull => "storage_full",
            Code::NameTaken => "name_taken",
            Code::InvalidName => "invalid_name",
            Code::WeakPassword => "weak_password",
            Code::WrongCredentials => "wrong_credentials",
            Code::Unauthorized => "unauthorized",
            Code::ForbiddenOrigin => "forbidden_origin",
            Code::TooLarge => "too_large",
            Code::InvalidRequest => "invalid_request",
            Code::SignUpClosed => "sign_up_closed",
            Code::HallStays => "hall_stays",
            Code::TooManyChannels => "too_many_channels",
            Code::MethodNotAllowed => "method_not_allowed",
            Code::Internal => "internal",
            Code::Unknown => "unknown",
        }
    }

    /// Whether trying the same again is pointless.
    pub fn is_final(self) -> bool {
        !matches!(self, Code::RateLimited | Code::TryAgain | Code::StorageFull | Code::Internal | Code::Unknown)
    }

    /// The code of a word; an unheard one is [`Code::Unknown`].
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|code| code.word() == word).unwrap_or(Code::Unknown)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for Code {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_one_on_the_wire() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.word());
            assert_ne!(code, Code::Unknown);
            assert_eq!(Code::from_word(code.word()), code);
        }
        assert_eq!(Code::from_word("a_word_of_tomorrow"), Code::Unknown);
    }
}
