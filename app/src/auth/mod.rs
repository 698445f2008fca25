//! Log in, sign up, and the set-up of a new workspace.

pub mod actions;
#[cfg(feature = "ssr")]
mod door;
#[cfg(feature = "ssr")]
mod set_up;

#[cfg(feature = "ssr")]
pub use door::{LogInPage, SignUpPage};
#[cfg(feature = "ssr")]
pub use set_up::SetUpPage;
