//! Ids of accounts, channels, sessions and messages, and positions in a channel.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{clock::Timestamp, error::ErrorCode, limits::ID_CHARS_MAX};

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Generates a unique id, ordered by time of creation.
            pub fn generate() -> Self {
                Self(Uuid::now_v7().simple().to_string().into())
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ErrorCode;
            fn try_from(text: String) -> Result<Self, ErrorCode> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = ErrorCode;
            fn from_str(text: &str) -> Result<Self, ErrorCode> {
                is_opaque_id(text).then(|| Self(text.into())).ok_or(ErrorCode::NotFound)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque_id! {
    /// The id of an account: 1 to 32 URL-safe characters, opaque to clients. Never changes and is never reused. A text that is
    /// not an id parses as [`ErrorCode::NotFound`], like an id that does not exist.
    AccountId
}
opaque_id! {
    /// The id of a channel: 1 to 32 URL-safe characters, opaque to clients. Never changes and is never reused. A text that is
    /// not an id parses as [`ErrorCode::NotFound`], like an id that does not exist.
    ChannelId
}
opaque_id! {
    /// The id of a session: 1 to 32 URL-safe characters. It names a session; it does not authenticate.
    SessionId
}

fn is_opaque_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_CHARS_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The id of a message: a UUIDv7 that the sender generates once for each message. It makes sending idempotent: sending the
/// same id again never creates a second message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Uuid", into = "Uuid")]
pub struct MessageId(Uuid);

impl MessageId {
    /// Generates an id from the current time.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// Returns when the id was generated, by the sender's clock, which need not be right.
    pub fn made_at(&self) -> Timestamp {
        let millis = self.0.as_bytes()[..6].iter().fold(0, |millis, byte| (millis << 8) | i64::from(*byte));
        Timestamp::from_millis(millis)
    }

    /// Returns the 16 bytes of the UUID.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl TryFrom<Uuid> for MessageId {
    type Error = ErrorCode;
    /// Accepts only version 7. Its time is not checked.
    fn try_from(uuid: Uuid) -> Result<Self, ErrorCode> {
        let is_v7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
        is_v7.then_some(Self(uuid)).ok_or(ErrorCode::InvalidId)
    }
}

/// Characters of a UUID in hyphenated form.
const HYPHENATED_CHARS: usize = 36;

impl FromStr for MessageId {
    type Err = ErrorCode;
    /// Accepts only the hyphenated form, in either case: answers use it, so that a sender of another form would not recognise
    /// its own id.
    fn from_str(text: &str) -> Result<Self, ErrorCode> {
        let is_usual = text.len() == HYPHENATED_CHARS;
        Uuid::parse_str(text).ok().filter(|_| is_usual).ok_or(ErrorCode::InvalidId)?.try_into()
    }
}

impl From<MessageId> for Uuid {
    fn from(id: MessageId) -> Uuid {
        id.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The position of an event in its channel: `generation · 2^40 + offset in the partition`. Positions of a channel increase,
/// with gaps; they are below 2^53, so that JSON numbers hold them exactly, and 0 is before the first event. The same number is
/// history cursor, read marker and resume token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pos(u64);

/// Bits of a [`Pos`] that hold the offset.
const OFFSET_BITS: u32 = 40;
/// The first integer beyond the safe range of a JSON number (RFC 8259, section 6).
const POS_END: u64 = 1 << 53;

impl Pos {
    /// The position before the first event of every channel.
    pub const ZERO: Pos = Pos(0);

    /// The largest position.
    pub const END: Pos = Pos(POS_END - 1);

    /// The largest generation that a position can carry.
    pub const GENERATION_MAX: u32 = ((POS_END >> OFFSET_BITS) - 1) as u32;

    /// Returns the position of the record at `offset` in the log of `generation`. `offset` has to be below 2^40.
    pub fn new(generation: u32, offset: u64) -> Self {
        debug_assert!(offset < 1 << OFFSET_BITS);
        Self((u64::from(generation) << OFFSET_BITS) + offset)
    }

    /// Converts a number of the protocol. Returns `None` above [`Pos::END`].
    pub fn from_number(number: u64) -> Option<Self> {
        (number < POS_END).then_some(Self(number))
    }

    /// Returns the number that the protocol carries.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Returns the offset in the partition.
    pub fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_seven_is_a_message_id() {
        assert!(MessageId::generate().to_string().parse::<MessageId>().is_ok());
        for odd in ["", "x", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
            assert_eq!(odd.parse::<MessageId>(), Err(ErrorCode::InvalidId), "{odd}");
        }
        let simple = Uuid::from(MessageId::generate()).simple().to_string();
        for other in [format!("{{{}}}", MessageId::generate()), format!("urn:uuid:{}", MessageId::generate()), simple] {
            assert_eq!(other.parse::<MessageId>(), Err(ErrorCode::InvalidId), "{other}");
        }
        assert_eq!("0b8a2f6e-3c52-4b0e-9d7a-1f2e3d4c5b6a".parse::<MessageId>(), Err(ErrorCode::InvalidId), "version 4");
    }

    #[test]
    fn an_odd_channel_id_reads_as_not_found() {
        for odd in ["", "a b", "../x", "頻道", &"a".repeat(33)] {
            assert_eq!(odd.parse::<ChannelId>(), Err(ErrorCode::NotFound), "{odd}");
        }
    }

    #[test]
    fn positions_rise_with_the_generation_and_stay_exact_in_json() {
        assert!(Pos::new(1, (1 << 40) - 1) < Pos::new(2, 0));
        assert_eq!(Pos::new(3, 77).offset(), 77);
        assert_eq!(Pos::from_number(1 << 53), None);
        assert!(Pos::new(8_191, (1 << 40) - 1).number() < POS_END);
    }
}
