//! The commands of an operator: each opens the stores it needs and passes them to [`crate::ops`].

mod backup;
mod doctor;
mod migrate;
mod replace_log;

pub use backup::backup;
pub use doctor::{Checked, doctor};
pub use migrate::migrate;
pub use replace_log::replace_log;
