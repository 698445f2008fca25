//! Errors that end a command or the server, and how an error is written with its causes.

use std::error::Error;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a command or the server ends: a sentence for the operator that says what is wrong, and then what to do.
///
/// The sentence ends without a full stop, because its cause may follow it. [`chain`] writes both in one line.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct OperatorError {
    sentence: String,
    #[source]
    cause: Option<Cause>,
}

impl OperatorError {
    /// Returns an error whose sentence needs no cause.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), cause: None }
    }

    /// Returns an error whose cause completes the sentence.
    pub fn caused_by(sentence: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self { sentence: sentence.into(), cause: Some(cause.into()) }
    }
}

impl From<String> for OperatorError {
    fn from(sentence: String) -> Self {
        Self::new(sentence)
    }
}

impl From<&str> for OperatorError {
    fn from(sentence: &str) -> Self {
        Self::new(sentence)
    }
}

/// Turns any error into an [`OperatorError`].
pub trait Context<T> {
    /// Puts a sentence before the error.
    ///
    /// # Errors
    /// The sentence, with the error as its cause.
    fn context<S: Into<String>>(self, sentence: impl FnOnce() -> S) -> Result<T, OperatorError>;
}

impl<T, E: Into<Cause>> Context<T> for Result<T, E> {
    fn context<S: Into<String>>(self, sentence: impl FnOnce() -> S) -> Result<T, OperatorError> {
        self.map_err(|error| OperatorError::caused_by(sentence(), error))
    }
}

/// Returns an error and its causes in one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_writes_each_cause_once() {
        let inner: Result<(), &str> = Err("no such file");
        let middle = inner.context(|| "the key cannot be read");
        let outer = middle.context(|| "--signing-key-file k").expect_err("an error");
        assert_eq!(chain(&outer), "--signing-key-file k: the key cannot be read: no such file");
        assert_eq!(chain(&OperatorError::new("alone")), "alone");
    }
}
