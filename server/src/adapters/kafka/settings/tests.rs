//! Valid addresses, and what is wrong with others.

use std::io::Write;

use super::*;

fn refused(url: &str) -> String {
    KafkaSettings::parse(url).expect_err("refused")
}

#[test]
fn reads_brokers_and_topic() {
    let settings = KafkaSettings::parse("kafka://a.example:9092,[::1]:9093/jimmy.chat").expect("valid");
    assert_eq!(settings.brokers, "a.example:9092,[::1]:9093");
    assert_eq!((settings.topic.as_str(), settings.partitions), ("jimmy.chat", 12));
    assert_eq!(settings.security, [("security.protocol", "plaintext".to_owned())]);
    assert_eq!(KafkaSettings::parse("kafka://a:1/t?partitions=3").expect("valid").partitions, 3);
}

#[test]
fn names_what_is_wrong() {
    for (url, named) in [
        ("redis://a:1/t", "kafka://"),
        ("kafka://a:1", "no topic"),
        ("kafka://a:1/", "topic \"\""),
        ("kafka://a:1/a/b", "topic \"a/b\""),
        ("kafka://a:1/..", "topic \"..\""),
        ("kafka://a/t", "broker \"a\""),
        ("kafka://a:1,/t", "broker \"\""),
        ("kafka://:9/t", "broker \":9\""),
        ("kafka://a:0/t", "broker \"a:0\""),
        ("kafka://me:secret@a:1/t", "password_file"),
        ("kafka://a:1/t?partitions=0", "partitions=0"),
        ("kafka://a:1/t?partitions=1001", "partitions=1001"),
        ("kafka://a:1/t?acks=1", "\"acks\""),
        ("kafka://a:1/t?partitions=1&partitions=2", "twice"),
        ("kafka://a:1/t?security_protocol=tls", "security_protocol=tls"),
        ("kafka://a:1/t?sasl_mechanism=GSSAPI", "sasl_mechanism=GSSAPI"),
        ("kafka://a:1/t?security_protocol=sasl_plaintext", "password_file"),
        ("kafka://a:1/t?security_protocol=plaintext&username=me", "username"),
        ("kafka://a:1/t?ca_file=/ca.pem", "ca_file"),
        ("kafka://a:1/t?security_protocol=sasl_plaintext&username=me&password_file=/nowhere/x", "/nowhere/x"),
    ] {
        let why = refused(url);
        assert!(why.contains(named), "{url}: {why}");
        assert!(!why.contains("secret"), "{why}");
    }
}

#[test]
fn reads_the_password_from_a_file_and_never_shows_it() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "open sesame ").expect("written");
    let url =
        format!("kafka://a:1/t?security_protocol=sasl_plaintext&username=me&password_file={}", file.path().display());
    let settings = KafkaSettings::parse(&url).expect("valid");
    assert!(settings.security.contains(&("sasl.password", "open sesame ".to_owned())));
    assert!(!format!("{settings:?}").contains("sesame"));
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_build_without_tls_says_so() {
    assert!(refused("kafka://a:1/t?security_protocol=ssl").contains("--features tls"));
    // A name without a protocol must never send the password in the clear.
    assert!(refused("kafka://a:1/t?username=me&password_file=/x").contains("--features tls"));
    let scram =
        "kafka://a:1/t?security_protocol=sasl_plaintext&sasl_mechanism=SCRAM-SHA-512&username=a&password_file=/x";
    assert!(refused(scram).contains("SCRAM-SHA-512"));
}

#[cfg(feature = "tls")]
#[test]
fn a_build_with_tls_encrypts_whenever_there_is_a_password() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "open sesame").expect("written");
    let file = file.path().display();
    let url = format!("kafka://a:1/t?username=me&password_file={file}&ca_file={file}&sasl_mechanism=SCRAM-SHA-512");
    let settings = KafkaSettings::parse(&url).expect("valid");
    let get = |name: &str| settings.security.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    assert_eq!(get("security.protocol"), Some("sasl_ssl"));
    assert_eq!(get("sasl.mechanism"), Some("SCRAM-SHA-512"));
    assert_eq!(get("ssl.ca.location"), Some(file.to_string().as_str()));
    let one = format!("kafka://a:1/t?security_protocol=ssl&certificate_file={file}");
    assert!(refused(&one).contains("key_file"));
    // A file that is no certificate is reported by the library, in its words.
    let error = super::super::client::config(&settings).create::<rdkafka::producer::BaseProducer>().err();
    let why = settings.refused(&error.expect("refused"));
    assert!(why.starts_with(&format!("the address has ca_file={file}, ")), "{why}");
    assert!(refused("kafka://a:1/t?security_protocol=ssl&ca_file=/tmp").contains("is a folder"));
}
