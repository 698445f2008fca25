//! Names that machines give: accounts, channels, messages, places in a channel.

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
            /// A new id that no other has.
            pub fn generate() -> Self {
                Self(Uuid::now_v7().simple().to_string().into())
            }

            /// The id as text.
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
    /// An account: at most 32 URL-safe characters, opaque to clients.
    AccountId
}
opaque_id! {
    /// A channel: at most 32 URL-safe characters, opaque to clients.
    ChannelId
}
opaque_id! {
    /// A log-in session.
    SessionId
}

/// An id that cannot be one is answered like one that does not exist.
fn is_opaque_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_CHARS_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A message's id: a UUIDv7 that the sender makes when the person presses Enter. Sending it again is always safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Uuid", into = "Uuid")]
pub struct MessageId(Uuid);

impl MessageId {
    /// A new id, of now.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// When its sender made it, by the sender's clock.
    pub fn made_at(&self) -> Timestamp {
        let millis = self.0.as_bytes()[..6].iter().fold(0, |millis, byte| (millis << 8) | i64::from(*byte));
        Timestamp::from_millis(millis)
    }

    /// The sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl TryFrom<Uuid> for MessageId {
    type Error = ErrorCode;
    /// Only version 7 is an id; its time is the sender's and is not looked at.
    fn try_from(uuid: Uuid) -> Result<Self, ErrorCode> {
        let is_v7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
        is_v7.then_some(Self(uuid)).ok_or(ErrorCode::InvalidId)
    }
}

/// Characters of a UUID in its usual form.
const HYPHENATED_CHARS: usize = 36;

impl FromStr for MessageId {
    type Err = ErrorCode;
    /// Only the usual form, with hyphens: whoever wrote another would not find it again in the answer.
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

/// Where an event stands in its channel: `generation · 2^40 + offset`. Below 2^53, rising, sparse; 0 is before everything.
/// Message key, history cursor, read marker and resume token alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pos(u64);

/// Bits of a [`Pos`] that hold the offset.
const OFFSET_BITS: u32 = 40;
/// The first number that JSON clients cannot hold exactly.
const POS_END: u64 = 1 << 53;

impl Pos {
    /// Before everything.
    pub const ZERO: Pos = Pos(0);

    /// After everything.
    pub const END: Pos = Pos(POS_END - 1);

    /// The last generation that positions can have.
    pub const GENERATION_MAX: u32 = ((POS_END >> OFFSET_BITS) - 1) as u32;

    /// The place of `offset` in the log of `generation`.
    pub fn new(generation: u32, offset: u64) -> Self {
        debug_assert!(offset < 1 << OFFSET_BITS);
        Self((u64::from(generation) << OFFSET_BITS) + offset)
    }

    /// The number, as programs see it. `None` if no position can be so large.
    pub fn from_number(number: u64) -> Option<Self> {
        (number < POS_END).then_some(Self(number))
    }

    /// The number, as programs see it.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The offset in its partition.
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
