//! The page's link to the server: the socket, calls, what goes out and comes in, and the line that says how it is.

mod banner;
mod decode;
pub mod fetch;
mod flow;
mod frames;
mod line;
mod link;
mod reads;
mod sending;
mod socket;
mod watch;

pub use banner::{Banner, LogInAgain};
pub use line::{Line, LinkState};
pub use link::Link;
pub(crate) use socket::send;

/// Whether somebody can see this page.
pub(crate) fn is_visible() -> bool {
    leptos::prelude::document().visibility_state() == web_sys::VisibilityState::Visible
}
