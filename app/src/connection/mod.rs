//! The page's link to the server: the socket, calls, and the line that says how it is.

mod banner;
pub mod fetch;
mod frames;
mod link;
mod socket;

pub use banner::Banner;
pub use link::{Link, LinkState};
