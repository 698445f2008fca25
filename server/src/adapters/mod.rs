//! Implementations of the [`ports`](crate::ports): one folder per technology, each behind [`backend::Backend`]. Only
//! [`crate::wiring`] names them, and none names another; what both SQL databases share is in [`sql`].

pub mod backend;
pub mod kafka;
pub mod memory;
pub mod postgres;
pub mod redis;
pub mod sql;
pub mod sqlite;
