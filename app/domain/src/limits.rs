//! Every limit that a person or a program can meet, by name. Clients get the ones they need in `welcome.limits`.

use serde::{Deserialize, Serialize};

/// Characters in one message.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
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
/// Characters in a channel's purpose.
pub const CHANNEL_PURPOSE_CHARS_MAX: usize = 250;
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
/// Seconds between two `beat`s of the server.
pub const HEARTBEAT_S: u32 = 20;
/// Most characters in an account's or channel's id.
pub const ID_CHARS_MAX: usize = 32;
/// Messages that a device keeps unsent at the most.
pub const OUTBOX_MAX: usize = 200;

/// The limits a client has to know, as `welcome` carries them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// [`MESSAGE_CHARS_MAX`]
    pub message_chars_max: usize,
    /// [`MESSAGE_BYTES_MAX`]
    pub message_bytes_max: usize,
    /// [`FRAME_BYTES_MAX`]
    pub frame_bytes_max: usize,
    /// [`RESUME_CHANNELS_MAX`]
    pub resume_channels_max: usize,
    /// [`PAGE_MAX`]
    pub page_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_chars_max: MESSAGE_CHARS_MAX,
            message_bytes_max: MESSAGE_BYTES_MAX,
            frame_bytes_max: FRAME_BYTES_MAX,
            resume_channels_max: RESUME_CHANNELS_MAX,
            page_max: PAGE_MAX,
        }
    }
}
