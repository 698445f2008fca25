//! Log in and sign up.

pub mod actions;
mod door;

pub use door::{LogInPage, SignUpPage};
