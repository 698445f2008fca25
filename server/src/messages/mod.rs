//! Messages: said, and read back.

mod history;
mod post;

pub use history::{Range, history};
pub use post::{Post, Posting, SendRates, begin, finish, post};
