//! The data folder: which files it holds, and the lock that gives it to one process at a time.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use crate::error::{Context as _, OperatorError};

/// The key that signs sessions, unless another file is named.
pub(in crate::wiring) const KEY_FILE: &str = "signing.key";
/// The file whose lock keeps a second process out.
const LOCK_FILE: &str = "lock";
/// The locked data folder. Dropping it releases the lock.
pub(in crate::wiring) struct DataFolder {
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if it does not exist, and locks it.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(in crate::wiring) fn open(path: &Path) -> Result<Self, OperatorError> {
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(OperatorError::new(format!(
                "--data {}: it is a file, not a folder; name a folder",
                path.display()
            )));
        }
        make_private(path).context(|| format!("--data {}: the folder cannot be created", path.display()))?;
        let failed = |error: std::io::Error| {
            OperatorError::caused_by(format!("--data {}: the folder cannot be written", path.display()), error)
        };
        let lock =
            File::options().create(true).truncate(false).write(true).open(path.join(LOCK_FILE)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OperatorError::new(format!(
                "--data {}: another jimmy-chat is using this folder; stop it first, or name another one",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// Returns whether a data folder holds a file. Without the permission to read the folder this is an error:
/// the file would seem to be missing.
///
/// # Errors
/// A sentence for the operator.
pub(in crate::wiring) fn holds(folder: &Path, file: &str) -> Result<bool, OperatorError> {
    let path = folder.join(file);
    path.try_exists().context(|| format!("--data {}: {file} cannot be read", folder.display()))
}

/// Refuses a data folder that does not hold a file.
///
/// # Errors
/// A sentence for the operator.
pub(in crate::wiring) fn must_hold(folder: &Path, file: &str) -> Result<(), OperatorError> {
    match holds(folder, file)? {
        true => Ok(()),
        false => Err(OperatorError::new(format!("--data {}: there is no {file} in this folder", folder.display()))),
    }
}

/// Creates a folder that its owner alone can access, if it does not exist.
///
/// # Errors
/// The folder cannot be created.
pub(in crate::wiring) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
