//! Why a partition cannot be loaded or followed.

/// Why a partition was not loaded. Displays as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The archive does not answer. Trying again may help.
    #[error("{0}")]
    ArchiveUnavailable(String),
    /// The log does not answer. Trying again may help, unless the log is lost.
    #[error("{0}")]
    LogUnavailable(String),
    /// Log and archive do not belong together. Only an operator can change that.
    #[error("{0}")]
    Refused(String),
}

/// Why following or archiving a partition has ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum PartitionError {
    /// The log or the archive is not where this server's state says that it is: the partition has to be reloaded from them.
    #[error("{0}")]
    Diverged(String),
    /// The server has to end, with this sentence for the operator.
    #[error("{0}")]
    Fatal(String),
}
