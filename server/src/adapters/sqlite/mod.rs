//! SQLite: the files in the data folder. One holds accounts, channels and history, the other the event log.

mod archive;
mod backend;
mod check;
mod directory;
mod event_log;
pub mod schema;
mod store;
mod transfer;

pub use archive::SqliteArchive;
pub use backend::{DATABASE_FILE, EVENT_LOG_FILE, SqliteDatabase, SqliteLog};
pub use directory::SqliteDirectory;
pub use event_log::{SqliteEventLog, open as open_event_log};
pub use store::{OpenError, SqliteStore};
