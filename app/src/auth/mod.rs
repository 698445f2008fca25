//! Login, sign-up, and the set-up of a new workspace.

pub mod actions;
#[cfg(feature = "ssr")]
mod login;
#[cfg(feature = "ssr")]
mod set_up;

#[cfg(feature = "ssr")]
pub use login::{LogInPage, SignUpPage};
#[cfg(feature = "ssr")]
pub use set_up::SetUpPage;
