//! Copies the key that signs sessions, so that sessions stay valid.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use crate::error::OperatorError;

/// Copies the key of an install to the file that the servers will read, accessible to its owner alone. A file with the same key
/// stays as it is.
///
/// # Errors
/// A sentence for the operator.
pub fn copy_key(from: &Path, to: &Path) -> Result<(), OperatorError> {
    let failed = |path: &Path, error: io::Error| {
        OperatorError::caused_by(format!("the signing key {} cannot be copied", path.display()), error)
    };
    let found = |path: &Path| match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, error)),
    };
    match (found(from)?, found(to)?) {
        (Some(ours), None) => write(&ours, to).map_err(|error| failed(to, error)),
        (Some(ours), Some(theirs)) if ours == theirs => Ok(()),
        (Some(_), Some(_)) => Err(OperatorError::new(format!(
            "--signing-key-file {} holds another key than {}: with it every session would end; name a file that does not exist yet",
            to.display(),
            from.display()
        ))),
        // The server used a file elsewhere.
        (None, Some(_)) => Ok(()),
        (None, None) => Err(OperatorError::new(format!(
            "neither {} nor {} exists: name with --signing-key-file the key that the server has used, or every session ends",
            from.display(),
            to.display()
        ))),
    }
}

/// Writes a second file beside it and renames that, so that a file with this name is always complete.
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
    fn copies_a_key_once_and_never_overwrites_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("signing.key"), folder.path().join("copy.key"));
        assert!(copy_key(&from, &to).expect_err("there is none").to_string().contains("--signing-key-file"));
        fs::write(&from, [7; 48]).expect("written");
        for _ in 0..2 {
            copy_key(&from, &to).expect("copied");
            assert_eq!(fs::read(&to).expect("a key"), [7; 48]);
        }
        assert_eq!(fs::metadata(&to).expect("a file").permissions().mode() & 0o777, 0o600);
        copy_key(&from, &from).expect("it is the same");
        fs::write(&to, [8; 48]).expect("written");
        assert!(copy_key(&from, &to).expect_err("refused").to_string().contains("another key"));
        assert_eq!(fs::read(&to).expect("a key"), [8; 48]);
        fs::remove_file(&from).expect("removed");
        copy_key(&from, &to).expect("the servers' own");
    }
}
