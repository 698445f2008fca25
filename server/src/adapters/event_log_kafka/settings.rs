//! What the address of a log on Kafka says:
//! `kafka://HOST:PORT,HOST:PORT/TOPIC?partitions=12&security_protocol=sasl_ssl&username=chat&password_file=/run/secrets/kafka`.

use std::{collections::BTreeMap, fmt, fs};

use url::form_urlencoded;

/// Partitions of a topic that the server makes itself: enough for a dozen servers to share the projecting, few enough that
/// every server can follow all of them.
const PARTITIONS_DEFAULT: u32 = 12;
/// A mistyped number of partitions is expensive: they cannot be taken back.
const PARTITIONS_MAX: u32 = 1_000;
/// Kafka's own limit on a topic's name.
const TOPIC_CHARS_MAX: usize = 249;

/// Names of the settings that may stand after the `?`.
const KEYS: [&str; 8] = [
    "partitions",
    "security_protocol",
    "sasl_mechanism",
    "username",
    "password_file",
    "ca_file",
    "certificate_file",
    "key_file",
];

/// Where the log is and how it is reached.
#[derive(Clone)]
pub struct KafkaSettings {
    /// The brokers to begin with, `host:port,host:port`.
    pub brokers: String,
    /// The topic.
    pub topic: String,
    /// Partitions that the topic is made with, if it is not there.
    pub partitions: u32,
    /// Properties of librdkafka for encryption and credentials.
    pub(super) security: Vec<(&'static str, String)>,
}

/// Without the password.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { brokers, topic, partitions, .. } = self;
        write!(f, "kafka://{brokers}/{topic} with {partitions} partitions")
    }
}

impl KafkaSettings {
    /// Reads an address, and the file with the password if it names one.
    ///
    /// # Errors
    /// A sentence that names the part that is wrong, without a subject: "names no topic: …".
    pub fn parse(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("kafka://").ok_or("does not begin with kafka://")?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        if place.contains('@') {
            return Err(
                "holds a user or a password: give ?username=NAME&password_file=FILE instead, so that no list of \
                        processes shows it"
                    .into(),
            );
        }
        let (brokers, topic) =
            place.split_once('/').ok_or("names no topic: it has the form kafka://HOST:PORT/TOPIC")?;
        for broker in brokers.split(',') {
            let port =
                broker.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(1..))) {
                return Err(format!(
                    "names the broker {broker:?}: each has the form HOST:PORT, with commas between them"
                ));
            }
        }
        let may_stand = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if topic.is_empty()
            || matches!(topic, "." | "..")
            || topic.len() > TOPIC_CHARS_MAX
            || !topic.chars().all(may_stand)
        {
            return Err(format!(
                "names the topic {topic:?}: a topic has 1 to {TOPIC_CHARS_MAX} letters of a-z and A-Z, digits, dots, dashes and underscores"
            ));
        }
        let values = values(query)?;
        let partitions = match values.get("partitions") {
            None => PARTITIONS_DEFAULT,
            Some(text) => match text.parse() {
                Ok(number @ 1..=PARTITIONS_MAX) => number,
                _ => return Err(format!("has partitions={text}: it is a number from 1 to {PARTITIONS_MAX}")),
            },
        };
        Ok(Self { brokers: brokers.into(), topic: topic.into(), partitions, security: security(&values)? })
    }
}

fn values(query: &str) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        if !KEYS.contains(&key.as_str()) {
            return Err(format!("has the unknown setting {key:?}: there are {}", KEYS.join(", ")));
        }
        if values.insert(key.clone(), value).is_some() {
            return Err(format!("has the setting {key:?} twice"));
        }
    }
    Ok(values)
}

/// How brokers are spoken to, as librdkafka names it.
fn security(values: &BTreeMap<String, String>) -> Result<Vec<(&'static str, String)>, String> {
    let get = |key: &str| values.get(key).map(String::as_str);
    let has_user = get("username").is_some();
    let protocol = get("security_protocol").unwrap_or(if has_user { "sasl_ssl" } else { "plaintext" });
    let (is_sasl, is_tls) = match protocol {
        "plaintext" => (false, false),
        "ssl" => (false, true),
        "sasl_plaintext" => (true, false),
        "sasl_ssl" => (true, true),
        _ => {
            return Err(format!(
                "has security_protocol={protocol}: there are plaintext, ssl, sasl_plaintext and sasl_ssl"
            ));
        }
    };
    let mechanism = get("sasl_mechanism").unwrap_or("PLAIN");
    if !matches!(mechanism, "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512") {
        return Err(format!("has sasl_mechanism={mechanism}: there are PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512"));
    }
    // SCRAM's digests come out of the library that does TLS.
    if !cfg!(feature = "tls") && (is_tls || (is_sasl && mechanism != "PLAIN")) {
        return Err(format!(
            "asks for {}, which this build of jimmy-chat cannot do: build it with --features tls, or take a released one",
            if is_tls { "TLS" } else { mechanism }
        ));
    }
    let mut properties = vec![("security.protocol", protocol.to_owned())];
    let (user, password) = (get("username"), get("password_file"));
    match (is_sasl, user, password) {
        (true, Some(user), Some(file)) => {
            properties.push(("sasl.mechanism", mechanism.to_owned()));
            properties.push(("sasl.username", user.to_owned()));
            properties.push(("sasl.password", secret(file)?));
        }
        (true, ..) => return Err(format!("has security_protocol={protocol}: it needs username and password_file")),
        (false, None, None) => {}
        (false, ..) => {
            return Err(format!("has a username, which security_protocol={protocol} does not send: take sasl_ssl"));
        }
    }
    for (key, property) in [
        ("ca_file", "ssl.ca.location"),
        ("certificate_file", "ssl.certificate.location"),
        ("key_file", "ssl.key.location"),
    ] {
        let Some(file) = get(key) else { continue };
        if !is_tls {
            return Err(format!("has a {key}, which security_protocol={protocol} does not use: take ssl or sasl_ssl"));
        }
        fs::metadata(file).map_err(|error| format!("has {key}={file}, which cannot be read: {error}"))?;
        properties.push((property, file.to_owned()));
    }
    if get("certificate_file").is_some() != get("key_file").is_some() {
        return Err("has only one of certificate_file and key_file: they belong together".into());
    }
    Ok(properties)
}

fn secret(file: &str) -> Result<String, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("has password_file={file}, which cannot be read: {error}"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(format!("has password_file={file}, which is empty"));
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn refused(url: &str) -> String {
        KafkaSettings::parse(url).expect_err("refused")
    }

    #[test]
    fn an_address_names_brokers_and_a_topic() {
        let settings = KafkaSettings::parse("kafka://a.example:9092,[::1]:9093/jimmy.chat").expect("valid");
        assert_eq!(settings.brokers, "a.example:9092,[::1]:9093");
        assert_eq!((settings.topic.as_str(), settings.partitions), ("jimmy.chat", 12));
        assert_eq!(settings.security, [("security.protocol", "plaintext".to_owned())]);
        assert_eq!(KafkaSettings::parse("kafka://a:1/t?partitions=3").expect("valid").partitions, 3);
    }

    #[test]
    fn what_is_wrong_is_named() {
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
    fn a_password_comes_from_a_file_and_is_not_shown() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        writeln!(file, "open sesame ").expect("written");
        let url = format!(
            "kafka://a:1/t?security_protocol=sasl_plaintext&username=me&password_file={}",
            file.path().display()
        );
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
        // What is no certificate is told by the library, in its words.
        assert!(super::super::client::config(&settings).create::<rdkafka::producer::BaseProducer>().is_err());
    }
}
