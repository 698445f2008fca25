//! The data folder: which files it holds, and that one process at a time has it.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

/// The key that signs sessions, unless another file is named.
pub(in crate::wiring) const KEY_FILE: &str = "signing.key";
/// Keeps a second process off the folder.
const LOCK_FILE: &str = "lock";
/// The data folder, ours alone for as long as this lives.
pub(in crate::wiring) struct DataFolder {
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if need be and locks it.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(in crate::wiring) fn open(path: &Path) -> Result<Self, String> {
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(format!("--data {}: it is a file, not a folder; name a folder", path.display()));
        }
        make_private(path).map_err(|error| format!("--data {}: the folder cannot be made: {error}", path.display()))?;
        let told = |error: std::io::Error| format!("--data {}: the folder cannot be written: {error}", path.display());
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK_FILE)).map_err(told)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(format!(
                "--data {}: another jimmy-chat is using this folder; stop it first, or name another one",
                path.display()
            )),
            Err(TryLockError::Error(error)) => Err(told(error)),
        }
    }
}

/// Whether a data folder holds a file. Who may not look is told so: to them it would seem as if nothing were there.
///
/// # Errors
/// A sentence for the operator.
pub(in crate::wiring) fn holds(folder: &Path, file: &str) -> Result<bool, String> {
    let path = folder.join(file);
    path.try_exists().map_err(|error| format!("--data {}: {file} cannot be looked at: {error}", folder.display()))
}

/// The same, where it has to be there.
///
/// # Errors
/// A sentence for the operator.
pub(in crate::wiring) fn must_hold(folder: &Path, file: &str) -> Result<(), String> {
    match holds(folder, file)? {
        true => Ok(()),
        false => Err(format!("--data {}: there is no {file} in this folder", folder.display())),
    }
}

/// Makes a folder that is its owner's alone, if it is not there.
///
/// # Errors
/// The system's.
pub(in crate::wiring) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
