//! What `jimmy-chat doctor` reports: each adapter checks its own service, and [`crate::wiring`] asks all of them.

use std::net::IpAddr;

/// What a finding means for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is as it should be.
    Ok,
    /// It works, and the operator may want to change something.
    Warning,
    /// It does not work, or acknowledged messages could be lost: a server does not start, or should not.
    Error,
}

impl Severity {
    /// Returns the word that a printed line begins with.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Ok => "ok",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it means.
    pub severity: Severity,
    /// What was found, and what to do about it. Never contains a password.
    pub sentence: String,
}

impl Finding {
    /// Creates a finding of something that is as it should be.
    pub fn ok(sentence: impl Into<String>) -> Self {
        Self { severity: Severity::Ok, sentence: sentence.into() }
    }

    /// Creates a finding of something that works and could be better.
    pub fn warning(sentence: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, sentence: sentence.into() }
    }

    /// Creates a finding of something that does not work, or may lose messages.
    pub fn error(sentence: impl Into<String>) -> Self {
        Self { severity: Severity::Error, sentence: sentence.into() }
    }
}

/// How a connection to a service is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Encrypted, and the service's certificate was verified.
    Verified,
    /// Encrypted, and the certificate was not verified.
    Unverified,
    /// Not encrypted: others on the network can read it.
    None,
}

impl Encryption {
    /// Returns what it means for a service at this host (a name, an address or a socket). `advice` is what to write in the service's
    /// URL to protect the connection.
    pub fn finding(self, host: &str, advice: &str) -> Finding {
        match (self, is_this_machine(host)) {
            (Encryption::Verified, _) => Finding::ok("the connection is encrypted, and the certificate verified"),
            (Encryption::Unverified, true) => Finding::ok(
                "the connection is encrypted, the certificate is not verified, and the connection does not leave this machine",
            ),
            (Encryption::None, true) => Finding::ok("the connection is not encrypted, and does not leave this machine"),
            (Encryption::Unverified, false) => Finding::warning(format!(
                "the connection is encrypted, but the certificate is not verified: an attacker on the network could pose as {host}, and read and change everything; write {advice}"
            )),
            (Encryption::None, false) => Finding::warning(format!(
                "the connection is not encrypted: an attacker on the network could read and change everything, including the password; write {advice}, unless the network to {host} is safe"
            )),
        }
    }
}

/// Returns whether a host is certainly the machine that this program runs on.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_of_readable_connections_that_leave_this_machine() {
        let severities = |host| {
            let all = [Encryption::Verified, Encryption::Unverified, Encryption::None];
            all.map(|encryption| encryption.finding(host, "x").severity)
        };
        for host in ["127.0.0.1", "[::1]", "::1", "localhost", "/run/postgresql"] {
            assert_eq!(severities(host), [Severity::Ok; 3], "{host}");
        }
        for host in ["10.0.0.7", "db.lan", "localhost.example"] {
            assert_eq!(severities(host), [Severity::Ok, Severity::Warning, Severity::Warning], "{host}");
        }
    }
}
