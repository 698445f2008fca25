//! Which members are online, away or typing; and what this device reports of itself.

mod activity;
mod avatar;
mod members;
mod model;
mod typing;
mod typing_line;

pub use avatar::{OwnPresence, avatar_with_status, presence_class};
pub use model::PresenceModel;
pub use typing::report_typing;
pub use typing_line::TypingLine;
