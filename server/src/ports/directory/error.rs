//! Why the directory refuses a change.

use super::super::StoreError;

/// Why a change was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The name is taken, or a look-alike of it is.
    #[error("the name is taken")]
    NameTaken,
    /// The account or the channel does not exist.
    #[error("not found")]
    NotFound,
    /// The account is a member of too many channels.
    #[error("too many")]
    TooMany,
    /// The database failed. Unless it was full, the change may have been made.
    #[error(transparent)]
    Store(#[from] StoreError),
}
