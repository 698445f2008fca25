//! Reads the address of a log on Kafka:
//! `kafka://HOST:PORT,HOST:PORT/TOPIC?partitions=12&security_protocol=sasl_ssl&username=chat&password_file=/run/secrets/kafka`.

use std::{collections::BTreeMap, fmt, fs};

use rdkafka::error::KafkaError;
use url::form_urlencoded;

/// Partitions of a topic that the server creates: enough for a dozen servers to share the projection, and few enough for every server
/// to follow all of them.
const PARTITIONS_DEFAULT: u32 = 12;
/// Most partitions that an address may ask for. Partitions cannot be removed, so a mistyped number would be expensive.
const PARTITIONS_MAX: u32 = 1_000;
/// Kafka's limit on the characters of a topic's name.
const TOPIC_CHARS_MAX: usize = 249;

/// Names of the settings that may follow the `?`.
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

/// The settings that name files of TLS, and their names in librdkafka.
const FILES: [(&str, &str); 3] = [
    ("ca_file", "ssl.ca.location"),
    ("certificate_file", "ssl.certificate.location"),
    ("key_file", "ssl.key.location"),
];

/// Where the log is, and how to connect to it.
#[derive(Clone)]
pub struct KafkaSettings {
    /// The bootstrap brokers, `host:port,host:port`.
    pub brokers: String,
    /// The topic that holds the event log.
    pub topic: String,
    /// Partitions that the topic is created with, if it does not exist.
    pub partitions: u32,
    /// Properties of librdkafka for encryption and credentials.
    pub(super) security: Vec<(&'static str, String)>,
}

/// Leaves out the password.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { brokers, topic, partitions, .. } = self;
        write!(f, "kafka://{brokers}/{topic} with {partitions} partitions")
    }
}

impl KafkaSettings {
    /// Reads an address, and the password file if it names one.
    ///
    /// # Errors
    /// A sentence without its subject that names the wrong part: "names no topic: …".
    pub fn parse(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("kafka://").ok_or("does not begin with kafka://")?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        if place.contains('@') {
            return Err(
                "holds a user or a password: give ?username=NAME&password_file=FILE instead, so that it is not shown \
                        in the list of processes"
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
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if topic.is_empty()
            || matches!(topic, "." | "..")
            || topic.len() > TOPIC_CHARS_MAX
            || !topic.chars().all(is_allowed)
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

    /// Returns the sentence for settings that librdkafka rejects, with our names for them.
    pub(super) fn refused(&self, error: &KafkaError) -> String {
        let error = error.to_string();
        let file = FILES.iter().find(|(_, property)| error.contains(&format!("{property} failed")));
        let file = file.and_then(|(key, property)| {
            let (_, file) = self.security.iter().find(|(set, _)| set == property)?;
            Some(format!("the address has {key}={file}, which is not the kind of file that is expected: {error}"))
        });
        file.unwrap_or(error)
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

/// Returns encryption and credentials, as properties of librdkafka.
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
    // The digests of SCRAM come from the TLS library.
    if !cfg!(feature = "tls") && (is_tls || (is_sasl && mechanism != "PLAIN")) {
        return Err(format!(
            "asks for {}, which this build of jimmy-chat cannot do: build it with --features tls, or use a release",
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
            return Err(format!("has a username, which security_protocol={protocol} does not send: use sasl_ssl"));
        }
    }
    for (key, property) in FILES {
        let Some(file) = get(key) else { continue };
        if !is_tls {
            return Err(format!("has a {key}, which security_protocol={protocol} does not use: use ssl or sasl_ssl"));
        }
        // Opened, because it may exist and not be readable.
        let opened = fs::File::open(file).and_then(|file| file.metadata());
        let kind = opened.map_err(|error| format!("has {key}={file}, which cannot be read: {error}"))?;
        if kind.is_dir() {
            return Err(format!("has {key}={file}, which is a folder: name a file"));
        }
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
mod tests;
