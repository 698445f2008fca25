//! Why no broker lets us in: librdkafka's last reason, and what to change.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer as _, ConsumerContext},
    error::{KafkaError, RDKafkaErrorCode as Code},
};

use super::KafkaSettings;

/// How long errors that wait are listened to, and how long for the next one.
const LISTEN_MAX: Duration = Duration::from_secs(1);
const LISTEN_POLL: Duration = Duration::from_millis(50);

/// What librdkafka appends to its reasons by itself: its own advice names its settings, not ours.
const TAILS: [&str; 8] = [
    " (after ",
    ": broker certificate could not be verified",
    ": client SSL authentication might be required",
    ": connecting to a PLAINTEXT broker listener",
    ": might be caused by",
    ": probably due to broker version",
    ": increase receive.message.max.bytes",
    ": verify that security.protocol",
];

/// Keeps why a client has no connection. A reason to keep us out outweighs one that a broker is away.
#[derive(Debug, Default)]
pub struct Listener {
    heard: Mutex<Option<(Code, String)>>,
}

impl ClientContext for Listener {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(client = "admin", facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code().filter(|code| *code != Code::AllBrokersDown) else { return };
        let is_refusal = |code: Code| matches!(code, Code::Authentication | Code::SSL);
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if is_refusal(code) || !heard.as_ref().is_some_and(|(before, _)| is_refusal(*before)) {
            *heard = Some((code, reason.to_owned()));
        }
    }
}

impl ConsumerContext for Listener {}

/// The sentence for a question that got no answer: `error` is the question's own, the client knows the reason.
pub fn sentence(settings: &KafkaSettings, client: &BaseConsumer<Listener>, error: &KafkaError) -> String {
    // Each error that waits ends a poll, a line of the log ends none that has time.
    let until = Instant::now() + LISTEN_MAX;
    while Instant::now() < until && client.poll(LISTEN_POLL).is_some() {}
    let heard = client.client().context().heard.lock().unwrap_or_else(PoisonError::into_inner).take();
    match heard {
        Some((_, reason)) => told(&settings.brokers, &reason),
        None => told(&settings.brokers, &error.to_string()),
    }
}

fn told(brokers: &str, reason: &str) -> String {
    let (head, advice) = advice(reason);
    format!("{head} at {brokers} ({}): {advice}", bare(reason))
}

/// The reason without the connection's name before it and librdkafka's own advice behind it.
fn bare(reason: &str) -> &str {
    let end = TAILS.iter().filter_map(|tail| reason.find(tail)).min().unwrap_or(reason.len());
    let reason = &reason[..end];
    match reason.split_once(": ") {
        Some((name, rest)) if name.contains('/') && !name.contains(' ') => rest,
        _ => reason,
    }
}

/// How the sentence begins, and what to change.
fn advice(reason: &str) -> (&'static str, &'static str) {
    const NO_ENTRY: &str = "no Kafka lets us in";
    const NO_ANSWER: &str = "no Kafka answers";
    const PROTOCOL: &str = "set security_protocol to what it speaks on this port";
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if has(&["Unsupported SASL mechanism"]) {
        (NO_ENTRY, "set sasl_mechanism to one that it supports")
    } else if has(&["mechanism handshake failed"]) {
        (NO_ENTRY, PROTOCOL)
    } else if has(&[
        "certificate required",
        "unexpected message",
        "bad certificate",
        "unknown ca",
        "certificate unknown",
    ]) {
        (NO_ENTRY, "it wants a certificate that it trusts: set certificate_file and key_file")
    } else if has(&["certificate verify failed", "verify broker certificate", "did not provide a certificate"]) {
        (
            NO_ENTRY,
            "set ca_file to the authority that signed its certificate, and see that the certificate names this host and has not expired",
        )
    } else if has(&["SASL authentication error", "uthentication failed"]) {
        (NO_ENTRY, "correct username, or what is in password_file")
    } else if has(&["SSL", "ApiVersion", "Invalid response size", "security.protocol"]) {
        (NO_ENTRY, PROTOCOL)
    } else if has(&["Failed to resolve"]) {
        (NO_ANSWER, "correct the host's name")
    } else if has(&["timed out"]) {
        (NO_ANSWER, "see whether it runs, and whether a firewall stands between")
    } else {
        (NO_ANSWER, "start it, or correct the address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_leads_to_what_has_to_be_changed() {
        for (reason, sentence) in [
            (
                "sasl_ssl://a:1/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 309ms in state AUTH_REQ)",
                "no Kafka lets us in at a:1 (SASL authentication error: Authentication failed: Invalid username or password): correct username, or what is in password_file",
            ),
            (
                "sasl_ssl://a:1/bootstrap: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-512 (after 5ms in state AUTH_HANDSHAKE)",
                "no Kafka lets us in at a:1 (SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-512): set sasl_mechanism to one that it supports",
            ),
            (
                "ssl://a:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured (after 4ms in state SSL_HANDSHAKE)",
                "no Kafka lets us in at a:1 (SSL handshake failed: error:0A000086:SSL routines::certificate verify failed): set ca_file to the authority that signed its certificate, and see that the certificate names this host and has not expired",
            ),
            (
                "ssl://a:1/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 4ms in state SSL_HANDSHAKE)",
                "no Kafka lets us in at a:1 (SSL handshake failed: Disconnected): set security_protocol to what it speaks on this port",
            ),
            (
                "a:1/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration (after 4ms in state APIVERSION_QUERY)",
                "no Kafka lets us in at a:1 (Disconnected while requesting ApiVersion): set security_protocol to what it speaks on this port",
            ),
            (
                "a:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
                "no Kafka answers at a:1 (Connect to ipv4#127.0.0.1:1 failed: Connection refused): start it, or correct the address",
            ),
        ] {
            assert_eq!(told("a:1", reason), sentence);
        }
    }
}
