//! What the program needs of the outside world, as traits. Each has an adapter per technology in [`crate::adapters`], and one
//! contract test suite that every adapter passes. Features name ports, never adapters.

pub mod archive;
pub mod directory;
pub mod ephemeral;
pub mod event_log;
pub mod finding;
pub mod recent_history;
pub mod transfer;

pub use archive::Archive;
pub use directory::Directory;
pub use ephemeral::Ephemeral;
pub use event_log::EventLog;
pub use recent_history::RecentHistory;

/// Why a store did not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full: nothing was written, and reading still works.
    #[error("the disk is full")]
    Full,
    /// It did not answer, or not as expected. Whether a write took effect is unknown; trying again later may work.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds something that this program cannot have written. Trying again does not help.
    #[error("what the store holds cannot be read")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
}
