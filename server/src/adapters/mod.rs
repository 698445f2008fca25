//! One file (or folder) per port and technology. Only [`crate::wiring`] names them; none calls another.

pub mod archive_sqlite;
pub mod directory_sqlite;
pub mod ephemeral_local;
pub mod event_log_kafka;
pub mod event_log_sqlite;
pub mod recent_history_none;
pub mod sqlite;
