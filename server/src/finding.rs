//! What `jimmy-chat doctor` finds: each adapter looks at its own service, [`crate::wiring`] asks all of them.

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and there is something to know or to change.
    Warning,
    /// It does not work, or could lose what was acknowledged.
    Error,
}

impl Grade {
    /// The word that a line begins with.
    pub fn word(self) -> &'static str {
        match self {
            Grade::Ok => "ok",
            Grade::Warning => "warning",
            Grade::Error => "error",
        }
    }
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it means.
    pub grade: Grade,
    /// What is, and what to do about it. Never a password.
    pub sentence: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(sentence: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, sentence: sentence.into() }
    }

    /// It works, but.
    pub fn warning(sentence: impl Into<String>) -> Self {
        Self { grade: Grade::Warning, sentence: sentence.into() }
    }

    /// It does not work.
    pub fn error(sentence: impl Into<String>) -> Self {
        Self { grade: Grade::Error, sentence: sentence.into() }
    }
}
