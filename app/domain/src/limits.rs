//! Limits that users and clients can reach. Clients get those they need in `welcome.limits`.

use serde::{Deserialize, Serialize};

/// Maximum characters of a message.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// Characters from which the page shows a counter at the text field.
pub const MESSAGE_CHARS_COUNTED_FROM: usize = 7_500;
/// Maximum bytes of a message in UTF-8: 8,000 Chinese characters fit, 8,000 emoji sequences need not.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024;
/// Minimum characters of an account's name.
pub const NAME_CHARS_MIN: usize = 2;
/// Maximum characters of an account's name.
pub const NAME_CHARS_MAX: usize = 32;
/// Maximum characters of a display name.
pub const DISPLAY_NAME_CHARS_MAX: usize = 40;
/// Maximum characters of a channel's name.
pub const CHANNEL_NAME_CHARS_MAX: usize = 40;
/// Maximum characters of a channel's topic.
pub const CHANNEL_TOPIC_CHARS_MAX: usize = 250;
/// Maximum characters of the workspace's name.
pub const WORKSPACE_NAME_CHARS_MAX: usize = 40;
/// Minimum characters of a password. Short for a single factor, therefore common passwords are refused as well.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Maximum characters of a password. It bounds the cost of hashing; passwords are never truncated.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Default number of items in a page of history or of a list.
pub const PAGE: usize = 50;
/// Maximum number of items in a page of history or of a list.
pub const PAGE_MAX: usize = 100;
/// Maximum number of rows that the page renders at a time.
pub const ROWS_RENDERED_MAX: usize = 120;
/// Maximum bytes of a frame from a client.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// Maximum number of channels in a `resume`.
pub const RESUME_CHANNELS_MAX: usize = 200;
/// Maximum number of channels in a `welcome`. The others are listed by `GET /channels?joined=true`.
pub const WELCOME_CHANNELS_MAX: usize = 500;
/// Interval of the server's `heartbeat`, in seconds.
pub const HEARTBEAT_S: u32 = 20;
/// Maximum characters of an account's, channel's or session's id.
pub const ID_CHARS_MAX: usize = 32;
/// Maximum number of unsent messages that a browser keeps.
pub const OUTBOX_MAX: usize = 200;

/// Minimum interval of a client's `typing` frames for one channel, in seconds.
pub const TYPING_SEND_EVERY_S: u32 = 3;
/// Seconds after which a `typing` frame expires at its recipients.
pub const TYPING_FORGET_AFTER_S: u32 = 6;
/// Maximum number of online members of a channel for which `typing` is delivered.
pub const TYPING_MEMBERS_MAX: usize = 200;
/// Seconds without input after which a device counts as away.
pub const AWAY_AFTER_S: u32 = 300;
/// Seconds after the last socket of a user closed, after which the user counts as offline.
pub const OFFLINE_AFTER_S: u32 = 60;
/// Maximum number of users in a `presence` frame.
pub const PRESENT_MAX: usize = 500;
/// Minimum interval of a client's `read` frames for one channel, in milliseconds. It may send one more when the user leaves
/// the channel.
pub const READ_SEND_EVERY_MS: u32 = 1_000;
/// Sustained rate of messages of one account, per second. Faster than a user types or pastes.
pub const SENDS_PER_SECOND: u32 = 10;
/// Burst of messages of one account: an outbox that filled while the device was offline.
pub const SENDS_AT_ONCE: u32 = 60;
/// Sustained rate of frames of one socket, per second.
pub const FRAMES_PER_SECOND: u32 = 50;
/// Burst of frames of one socket.
pub const FRAMES_AT_ONCE: u32 = 300;
/// Maximum number of open sockets of one account, on one server: several devices with many tabs.
pub const SOCKETS_PER_ACCOUNT_MAX: usize = 50;
/// Default maximum number of open sockets of one network address (an IPv4 address, or an IPv6 /64 network), on one server: an
/// office behind one router.
pub const SOCKETS_PER_ADDRESS_MAX: usize = 200;
/// Maximum number of channels of one account. It bounds the work of a `resume`, which subscribes to all of them.
pub const CHANNELS_PER_ACCOUNT_MAX: usize = 10_000;

macro_rules! limits {
    ($($field:ident: $type:ty = $constant:ident,)*) => {
        /// The limits that a client has to know, as carried by `welcome`. A missing field has the value of its constant.
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
