//! Every limit that a person or a program can meet, by name. Clients get the ones they need in `welcome.limits`.

use serde::{Deserialize, Serialize};

/// Characters in one message.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// From so many characters on the field says how many there are.
pub const MESSAGE_CHARS_COUNTED_FROM: usize = 7_500;
/// Bytes in one message: 8,000 Chinese characters fit, 8,000 emoji sequences need not.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024;
/// Fewest characters in an account's name.
pub const NAME_CHARS_MIN: usize = 2;
/// Most characters in an account's name.
pub const NAME_CHARS_MAX: usize = 32;
/// Characters in a display name.
pub const DISPLAY_NAME_CHARS_MAX: usize = 40;
/// Characters in a channel's name.
pub const CHANNEL_NAME_CHARS_MAX: usize = 40;
/// Characters in a channel's topic.
pub const CHANNEL_TOPIC_CHARS_MAX: usize = 250;
/// Characters of a workspace's name.
pub const WORKSPACE_NAME_CHARS_MAX: usize = 40;
/// Fewest characters in a password. Short for a single factor, therefore with a list of refused common ones.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Most characters in a password: a bound on what is hashed, never a truncation.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Events in a page of history unless the caller says otherwise.
pub const PAGE: usize = 50;
/// Most events or items in one page.
pub const PAGE_MAX: usize = 100;
/// Most rows a page of the browser holds rendered at a time.
pub const ROWS_RENDERED_MAX: usize = 120;
/// Most bytes in one frame from a client.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// Most channels that one `resume` may name.
pub const RESUME_CHANNELS_MAX: usize = 200;
/// Most channels in one `welcome`; the rest come by `GET /channels?joined=true`.
pub const WELCOME_CHANNELS_MAX: usize = 500;
/// Seconds between two `heartbeat`s of the server.
pub const HEARTBEAT_S: u32 = 20;
/// Most characters in an account's or channel's id.
pub const ID_CHARS_MAX: usize = 32;
/// Messages that a device keeps unsent at the most.
pub const OUTBOX_MAX: usize = 200;

/// A client tells at most once in so many seconds that somebody is writing in a channel.
pub const TYPING_SEND_EVERY_S: u32 = 3;
/// Others forget after so many seconds that somebody was writing.
pub const TYPING_FORGET_AFTER_S: u32 = 6;
/// In a channel of more online members than this nobody is told who is writing.
pub const TYPING_MEMBERS_MAX: usize = 200;
/// Without input for so many seconds a device counts as away.
pub const AWAY_AFTER_S: u32 = 300;
/// So many seconds after the last socket went a person counts as offline.
pub const OFFLINE_AFTER_S: u32 = 60;
/// Of so many people in a channel a client is told that they are there.
pub const PRESENT_MAX: usize = 500;
/// A client moves a read marker at most once in so many milliseconds, and when it leaves the channel.
pub const READ_SEND_EVERY_MS: u32 = 1_000;
/// Messages a second that one person may send for long: faster than anybody types or pastes.
pub const SENDS_PER_SECOND: u32 = 10;
/// Messages that one person may send at once: an outbox that was kept while the link was down.
pub const SENDS_AT_ONCE: u32 = 60;
/// Frames a second that a socket may send for long.
pub const FRAMES_PER_SECOND: u32 = 50;
/// Frames that a socket may send at once.
pub const FRAMES_AT_ONCE: u32 = 300;
/// Sockets of one person: many devices with many tabs.
pub const SOCKETS_PER_ACCOUNT_MAX: usize = 50;
/// Sockets of one network address (an IPv4 address, or the /64 of an IPv6 one): an office behind one router.
pub const SOCKETS_PER_ADDRESS_MAX: usize = 200;
/// A person is in so many channels at the most: what one `resume` has to make live.
pub const CHANNELS_PER_ACCOUNT_MAX: usize = 10_000;

macro_rules! limits {
    ($($field:ident: $type:ty = $constant:ident,)*) => {
        /// The limits a client has to know, as `welcome` carries them. A field that is missing has the value known here.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Limits {
            $(#[doc = concat!("[`", stringify!($constant), "`]")] pub $field: $type,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $constant,)* }
            }
        }
    };
}

limits! {
    message_chars_max: usize = MESSAGE_CHARS_MAX,
    message_bytes_max: usize = MESSAGE_BYTES_MAX,
    frame_bytes_max: usize = FRAME_BYTES_MAX,
    resume_channels_max: usize = RESUME_CHANNELS_MAX,
    page: usize = PAGE,
    page_max: usize = PAGE_MAX,
    name_chars_min: usize = NAME_CHARS_MIN,
    name_chars_max: usize = NAME_CHARS_MAX,
    display_name_chars_max: usize = DISPLAY_NAME_CHARS_MAX,
    channel_name_chars_max: usize = CHANNEL_NAME_CHARS_MAX,
    channel_topic_chars_max: usize = CHANNEL_TOPIC_CHARS_MAX,
    password_chars_min: usize = PASSWORD_CHARS_MIN,
    password_chars_max: usize = PASSWORD_CHARS_MAX,
    typing_send_every_s: u32 = TYPING_SEND_EVERY_S,
    typing_forget_after_s: u32 = TYPING_FORGET_AFTER_S,
    typing_members_max: usize = TYPING_MEMBERS_MAX,
    away_after_s: u32 = AWAY_AFTER_S,
    offline_after_s: u32 = OFFLINE_AFTER_S,
    present_max: usize = PRESENT_MAX,
    read_send_every_ms: u32 = READ_SEND_EVERY_MS,
    sends_per_second: u32 = SENDS_PER_SECOND,
    sends_at_once: u32 = SENDS_AT_ONCE,
    frames_per_second: u32 = FRAMES_PER_SECOND,
    frames_at_once: u32 = FRAMES_AT_ONCE,
    sockets_per_account_max: usize = SOCKETS_PER_ACCOUNT_MAX,
    sockets_per_address_max: usize = SOCKETS_PER_ADDRESS_MAX,
    channels_per_account_max: usize = CHANNELS_PER_ACCOUNT_MAX,
}
