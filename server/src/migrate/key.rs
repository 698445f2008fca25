//! The key that signs sessions goes along, so that nobody has to log in again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Copies the key of an install to where the servers will look for it, readable by its owner alone. One that is there already
/// stays, if it is the same.
///
/// # Errors
/// A sentence for the operator.
pub fn take_along(from: &Path, to: &Path) -> Result<(), String> {
    let told = |path: &Path, error: io::Error| format!("the signing key {} cannot be copied: {error}", path.display());
    let found = |path: &Path| match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(path, error)),
    };
    match (found(from)?, found(to)?) {
        (Some(ours), None) => write(&ours, to).map_err(|error| told(to, error)),
        (Some(ours), Some(theirs)) if ours == theirs => Ok(()),
        (Some(_), Some(_)) => Err(format!(
            "--signing-key-file {} holds another key than {}: with it everybody has to log in again; name a file that is not there yet",
            to.display(),
            from.display()
        )),
        // The server had been told of a file elsewhere.
        (None, Some(_)) => Ok(()),
        (None, None) => Err(format!(
            "there is no {} and no {}: name with --signing-key-file the key that the server has used, or everybody has to log in again",
            from.display(),
            to.display()
        )),
    }
}

/// Beside it first: a file that is there is whole.
fn write(key: &[u8], to: &Path) -> io::Result<()> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&beside, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_copied_once_and_another_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("signing.key"), folder.path().join("copy.key"));
        assert!(take_along(&from, &to).expect_err("there is none").contains("--signing-key-file"));
        fs::write(&from, [7; 48]).expect("written");
        for _ in 0..2 {
            take_along(&from, &to).expect("copied");
            assert_eq!(fs::read(&to).expect("a key"), [7; 48]);
        }
        assert_eq!(fs::metadata(&to).expect("a file").permissions().mode() & 0o777, 0o600);
        take_along(&from, &from).expect("it is the same");
        fs::write(&to, [8; 48]).expect("written");
        assert!(take_along(&from, &to).expect_err("refused").contains("another key"));
        assert_eq!(fs::read(&to).expect("a key"), [8; 48]);
        fs::remove_file(&from).expect("removed");
        take_along(&from, &to).expect("the servers' own");
    }
}
