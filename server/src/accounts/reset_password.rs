//! Gives an account a new password, as a command of the operator, without a running server.

use std::sync::Arc;

use super::names;
use crate::{
    auth::PasswordGate,
    clock::now,
    error::{OperatorError, chain},
    ports::Directory,
};

/// Letters of a generated password: none is easily mistaken for another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters in a generated password: 100 bits.
const LETTERS: usize = 20;

/// Gives an account a generated password, ends its sessions, and returns the password.
///
/// # Errors
/// When the account does not exist or the directory does not answer.
pub async fn reset_password(directory: Arc<dyn Directory>, name: &str) -> Result<String, OperatorError> {
    let unknown = || OperatorError::new(format!("there is no account called {name}"));
    let folded = names::parse(name).map_err(|_| unknown())?;
    let login = directory.login(&folded.key).await.map_err(|error| chain(&error))?.ok_or_else(unknown)?;
    let new = generate();
    let hash = PasswordGate::default().hash(&new).await.map_err(|code| code.to_string())?;
    directory.set_password(&login.account.id, &hash, now()).await.map_err(|error| chain(&error))?;
    Ok(new)
}

fn generate() -> String {
    let pick = |_| char::from(ALPHABET[rand::Rng::random_range(&mut rand::rng(), 0..ALPHABET.len())]);
    let letters: Vec<char> = (0..LETTERS).map(pick).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
