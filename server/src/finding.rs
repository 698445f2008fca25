//! What `jimmy-chat doctor` finds: each adapter looks at its own service, [`crate::wiring`] asks all of them.

use std::net::IpAddr;

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

/// How what goes between us and a service is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Encrypted, and the service has shown that it is the one that is meant.
    Verified,
    /// Encrypted, with whoever answers.
    Unverified,
    /// Not at all.
    Clear,
}

impl Line {
    /// What it means for a service at this host (a name, an address or a socket), and what to write in the address to mend
    /// it.
    pub fn finding(self, host: &str, mend: &str) -> Finding {
        match (self, is_this_machine(host)) {
            (Line::Verified, _) => Finding::ok("the connection is encrypted, and the certificate verified"),
            (Line::Unverified, true) => Finding::ok(
                "the connection is encrypted, the certificate not verified, and it does not leave this machine",
            ),
            (Line::Clear, true) => Finding::ok("the connection is in the clear, and does not leave this machine"),
            (Line::Unverified, false) => Finding::warning(format!(
                "the connection is encrypted, but the certificate is not verified: anybody in between could pose as {host}, and read and change everything; write {mend}"
            )),
            (Line::Clear, false) => Finding::warning(format!(
                "the connection is in the clear: anybody in between can read and change everything, the password too; write {mend}, unless the network to {host} is safe"
            )),
        }
    }
}

/// Whether a host is certainly the machine that this program runs on.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_others_can_read_is_a_warning_unless_it_stays_on_this_machine() {
        let grades = |host| [Line::Verified, Line::Unverified, Line::Clear].map(|line| line.finding(host, "x").grade);
        for host in ["127.0.0.1", "[::1]", "::1", "localhost", "/run/postgresql"] {
            assert_eq!(grades(host), [Grade::Ok; 3], "{host}");
        }
        for host in ["10.0.0.7", "db.lan", "localhost.example"] {
            assert_eq!(grades(host), [Grade::Ok, Grade::Warning, Grade::Warning], "{host}");
        }
    }
}
