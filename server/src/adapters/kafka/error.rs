//! Explains why no broker accepts a connection: librdkafka's last reason, and what to change.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer as _, ConsumerContext},
    error::{KafkaError, RDKafkaErrorCode as Code},
};

use super::settings::KafkaSettings;

/// How long to collect errors that are waiting.
const COLLECT_MAX: Duration = Duration::from_secs(1);
/// How long to wait for the next one.
const COLLECT_POLL: Duration = Duration::from_millis(50);

/// How the advice begins that librdkafka appends to its reasons. It names its settings, not ours.
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

/// Remembers why a client has no connection. A refused connection outweighs an unreachable broker.
#[derive(Debug, Default)]
pub struct ReasonCollector {
    reason: Mutex<Option<(Code, String)>>,
}

impl ClientContext for ReasonCollector {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(client = "admin", facility, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code().filter(|code| *code != Code::AllBrokersDown) else { return };
        let is_refusal = |code: Code| matches!(code, Code::Authentication | Code::SSL);
        let mut last = self.reason.lock();
        if is_refusal(code) || !last.as_ref().is_some_and(|(before, _)| is_refusal(*before)) {
            *last = Some((code, reason.to_owned()));
        }
    }
}

impl ConsumerContext for ReasonCollector {}

/// Returns what to change if the brokers do not let the account write; empty for other errors. Without write permission on any topic,
/// an account does not get a producer id either.
pub fn write_advice(code: Code, topic: &str) -> String {
    match code {
        Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed => {
            format!("; allow Write on the topic {topic}")
        }
        _ => String::new(),
    }
}

/// Returns the sentence for a request that got no answer: `error` is the request's own, the client knows the reason.
pub fn sentence(settings: &KafkaSettings, client: &BaseConsumer<ReasonCollector>, error: &KafkaError) -> String {
    // Each waiting error ends a poll; a log line does not.
    let until = Instant::now() + COLLECT_MAX;
    while Instant::now() < until && client.poll(COLLECT_POLL).is_some() {}
    let reason = client.client().context().reason.lock().take();
    match reason {
        Some((_, reason)) => explain(&settings.brokers, &reason),
        None => explain(&settings.brokers, &error.to_string()),
    }
}

fn explain(brokers: &str, reason: &str) -> String {
    let (head, advice) = advice(reason);
    format!("{head} at {brokers} ({}): {advice}", bare(reason))
}

/// Returns the reason without the connection's name before it and librdkafka's own advice behind it.
fn bare(reason: &str) -> &str {
    let end = TAILS.iter().filter_map(|tail| reason.find(tail)).min().unwrap_or(reason.len());
    let reason = &reason[..end];
    match reason.split_once(": ") {
        Some((name, rest)) if name.contains('/') && !name.contains(' ') => rest,
        _ => reason,
    }
}

/// Returns how the sentence begins, and what to change.
fn advice(reason: &str) -> (&'static str, &'static str) {
    const NO_ENTRY: &str = "Kafka refuses the connection";
    const NO_ANSWER: &str = "no Kafka answers";
    const PROTOCOL: &str = "set security_protocol to the protocol of this port";
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
        (NO_ENTRY, "it requires a certificate that it trusts: set certificate_file and key_file")
    } else if has(&["certificate verify failed", "verify broker certificate", "did not provide a certificate"]) {
        (
            NO_ENTRY,
            "set ca_file to the CA that signed its certificate, and check that the certificate names this host and has not expired",
        )
    } else if has(&["SASL authentication error", "uthentication failed"]) {
        (NO_ENTRY, "correct username, or the content of password_file")
    } else if has(&["SSL", "ApiVersion", "Invalid response size", "security.protocol"]) {
        (NO_ENTRY, PROTOCOL)
    } else if has(&["Failed to resolve"]) {
        (NO_ANSWER, "correct the host name")
    } else if has(&["timed out"]) {
        (NO_ANSWER, "check whether it is running, and whether a firewall blocks the connection")
    } else {
        (NO_ANSWER, "start it, or correct the address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_to_change_for_each_reason() {
        for (reason, sentence) in [
            (
                "sasl_ssl://a:1/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 309ms in state AUTH_REQ)",
                "Kafka refuses the connection at a:1 (SASL authentication error: Authentication failed: Invalid username or password): correct username, or the content of password_file",
            ),
            (
                "sasl_ssl://a:1/bootstrap: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-512 (after 5ms in state AUTH_HANDSHAKE)",
                "Kafka refuses the connection at a:1 (SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-512): set sasl_mechanism to one that it supports",
            ),
            (
                "ssl://a:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured (after 4ms in state SSL_HANDSHAKE)",
                "Kafka refuses the connection at a:1 (SSL handshake failed: error:0A000086:SSL routines::certificate verify failed): set ca_file to the CA that signed its certificate, and check that the certificate names this host and has not expired",
            ),
            (
                "ssl://a:1/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 4ms in state SSL_HANDSHAKE)",
                "Kafka refuses the connection at a:1 (SSL handshake failed: Disconnected): set security_protocol to the protocol of this port",
            ),
            (
                "a:1/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration (after 4ms in state APIVERSION_QUERY)",
                "Kafka refuses the connection at a:1 (Disconnected while requesting ApiVersion): set security_protocol to the protocol of this port",
            ),
            (
                "a:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
                "no Kafka answers at a:1 (Connect to ipv4#127.0.0.1:1 failed: Connection refused): start it, or correct the address",
            ),
        ] {
            assert_eq!(explain("a:1", reason), sentence);
        }
    }
}
