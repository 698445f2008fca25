//! Messages: said, and read back.

mod history;
mod post;
mod read;

pub use history::{Range, history};
pub use post::{Post, Posting, SendRates, begin, finish, post};
pub use read::mark_read;
