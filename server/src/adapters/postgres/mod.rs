//! PostgreSQL: accounts, channels and history, shared by several servers.

mod archive;
mod backend;
mod check;
mod directory;
mod error;
mod options;
pub mod schema;
mod store;
mod transfer;

pub use archive::PostgresArchive;
pub use backend::PostgresDatabase;
pub use directory::PostgresDirectory;
pub use error::OpenError;
pub use store::{CONNECTIONS, PostgresStore};
