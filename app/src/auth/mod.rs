//! Log in and sign up.

pub mod actions;
#[cfg(feature = "ssr")]
mod door;

#[cfg(feature = "ssr")]
pub use door::{LogInPage, SignUpPage};
