//! The page's link to the server: the socket, calls, what goes out and comes in, and the line that says how it is.

mod banner;
mod decode;
mod frames;
mod gap_loader;
mod line;
mod link;
mod read_reporter;
mod sending;
mod socket;
mod turns;
mod watch;

pub use banner::{Banner, LogInAgain};
pub use line::{Line, LinkState};
pub use link::Link;
pub(crate) use socket::send;
