//! What the commands of an operator do, in terms of [`ports`](crate::ports). [`wiring::ops`](crate::wiring) opens the adapters.

pub mod migrate;
pub mod replace_log;
