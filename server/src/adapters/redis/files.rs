//! The certificate files that the address of a Redis names.

use std::collections::BTreeMap;

use redis::{Client, ConnectionInfo};

/// Options that name a file, called as in Kafka's address.
pub(super) const KEYS: [&str; 3] = ["ca_file", "certificate_file", "key_file"];

/// The path of each named file.
pub(super) type Files = BTreeMap<&'static str, String>;

/// Returns a client that uses these files.
///
/// # Errors
/// A sentence that names the wrong file.
pub(super) fn client(info: ConnectionInfo, files: &Files) -> Result<Client, String> {
    if files.contains_key("certificate_file") != files.contains_key("key_file") {
        return Err("name both certificate_file and key_file, or neither".into());
    }
    #[cfg(feature = "tls")]
    if !files.is_empty() {
        return with_files(info, files);
    }
    Client::open(info).map_err(|error| error.to_string())
}

/// A CA file replaces the CAs of the system.
#[cfg(feature = "tls")]
fn with_files(info: ConnectionInfo, files: &Files) -> Result<Client, String> {
    let read = |key: &str, holds: &str| {
        let Some(path) = files.get(key) else { return Ok(None) };
        let text = std::fs::read(path).map_err(|error| {
            format!("the file of {key}, {path}, cannot be read ({error}); correct its path or its permissions")
        })?;
        // The driver would treat a file without a certificate as one that trusts no server.
        match String::from_utf8_lossy(&text).contains(holds) {
            true => Ok(Some(text)),
            false => Err(format!("the file of {key}, {path}, holds none in PEM format (-----BEGIN …)")),
        }
    };
    let root_cert = read("ca_file", "-----BEGIN CERTIFICATE-----")?;
    let certificate = read("certificate_file", "-----BEGIN CERTIFICATE-----")?;
    let key = read("key_file", "PRIVATE KEY-----")?;
    let own = |(client_cert, client_key)| redis::ClientTlsConfig { client_cert, client_key };
    let certificates = redis::TlsCertificates { client_tls: certificate.zip(key).map(own), root_cert };
    Client::build_with_tls(info, certificates).map_err(|error| {
        let named: Vec<&str> = files.values().map(String::as_str).collect();
        format!("the certificates of {} cannot be used ({error})", named.join(", "))
    })
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::super::address::Address;

    #[test]
    fn a_file_that_is_of_no_use_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display();
        for (query, part) in [
            ("ca_file=/nowhere/ca.pem".into(), "the file of ca_file, /nowhere/ca.pem, cannot be read"),
            (format!("ca_file={path}"), "holds none in PEM format"),
            ("key_file=/nowhere/key.pem".into(), "name both certificate_file and key_file"),
        ] {
            let said = Address::parse(&format!("rediss://:hunter2@cache?{query}")).err().unwrap_or_default();
            assert!(said.starts_with("rediss://cache:6379: ") && said.contains(part), "{query}: {said}");
        }
    }
}
