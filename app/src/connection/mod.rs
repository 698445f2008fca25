//! ③ ⑪ The page's link to the server: the socket, what it receives, and the banner that shows its status.

mod banner;
mod decode;
mod frames;
pub mod gap_loader;
mod link;
mod member_count;
mod read_reporter;
mod socket;
mod state;
mod status;
mod turns;

pub use banner::{Banner, LogInAgain};
pub use decode::ServerEvent;
pub use link::Link;
pub use read_reporter::ReadReporter;
pub(crate) use socket::send;
pub use status::StatusLine;
