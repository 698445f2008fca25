//! One file (or folder) per port and technology. Only [`crate::wiring`] names them; none calls another.

pub mod archive_postgres;
pub mod archive_sqlite;
pub mod directory_postgres;
pub mod directory_sqlite;
pub mod ephemeral_local;
pub mod ephemeral_redis;
pub mod event_log_kafka;
pub mod event_log_sqlite;
pub mod moving_postgres;
pub mod moving_sqlite;
pub mod postgres;
pub mod recent_history_none;
pub mod recent_redis;
pub mod redis;
pub mod sql;
pub mod sqlite;
