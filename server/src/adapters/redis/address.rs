//! Reads the address of a Redis: `redis://[user:password@]host[:port][/database][?prefix=jimmy]`, or
//! `rediss://` for an encrypted connection, with `ca_file`, `certificate_file` and `key_file` as further options.

use redis::{Client, IntoConnectionInfo, ProtocolVersion};
use url::Url;

use super::files::{self, Files};

/// Default prefix of keys.
const PREFIX: &str = "jimmy";
/// Most characters of a prefix.
const PREFIX_MAX: usize = 64;
/// Port of an address that names none.
const PORT: u16 = 6379;
/// Most characters of an option that is shown: a longer text may be part of a password.
const KEY_MAX: usize = 40;

/// A valid address.
pub(super) struct Address {
    /// How to connect.
    pub(super) client: Client,
    /// Prefix of keys and channels: several installs can share one Redis.
    pub(super) prefix: String,
    /// Host and port, for logs: never the password.
    pub(super) place: String,
    /// Whether the connection is encrypted. The certificate is then verified.
    pub(super) is_encrypted: bool,
}

impl Address {
    /// Reads an address, and the files that it names.
    ///
    /// # Errors
    /// A sentence for the operator, without the password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| {
            format!("the address of Redis is not valid ({error}); write it as redis://host:{PORT}/0")
        })?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(format!("the address of Redis names no host; write it as redis://host:{PORT}/0"))?;
        let place = format!("{host}:{}", url.port().unwrap_or(PORT));
        let scheme = url.scheme().to_owned();
        let at = |why: String| format!("{scheme}://{place}: {why}");
        let is_encrypted = match scheme.as_str() {
            "redis" => false,
            "rediss" if cfg!(feature = "tls") => true,
            "rediss" => {
                return Err(at(
                    "this build of jimmy-chat cannot encrypt connections; use a released one, or build it with --features tls"
                        .into(),
                ));
            }
            _ => return Err(at("Redis needs redis:// or rediss://".into())),
        };
        if url.fragment().is_some() {
            return Err(at("remove what follows the #; write # in a password as %23".into()));
        }
        let (prefix, files) = options(&url).map_err(at)?;
        if !is_encrypted && let Some(name) = files.keys().next() {
            return Err(at(format!("{name} is only used with rediss://; write that, or remove {name}")));
        }
        url.set_query(None);
        let wrong = |error: redis::RedisError| at(error.to_string());
        let info = url.into_connection_info().map_err(wrong)?;
        // RESP3 reports at once when a connection has ended.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        if settings.db() < 0 {
            return Err(at("a database number is 0 or greater".into()));
        }
        let client = files::client(info.set_redis_settings(settings), &files).map_err(at)?;
        Ok(Self { client, prefix, place, is_encrypted })
    }

    /// Returns the address without user, password and options.
    pub(super) fn shown(&self) -> String {
        format!("{}://{}", if self.is_encrypted { "rediss" } else { "redis" }, self.place)
    }

    /// Returns the host alone.
    pub(super) fn host(&self) -> &str {
        self.place.rsplit_once(':').map_or(&self.place, |(host, _)| host)
    }
}

fn options(url: &Url) -> Result<(String, Files), String> {
    let mut prefix = None;
    let mut files = Files::new();
    for (key, value) in url.query_pairs() {
        let before = match files::KEYS.iter().find(|known| **known == key) {
            Some(known) => files.insert(known, value.into_owned()),
            None if key == "prefix" => prefix.replace(value.into_owned()),
            None => return Err(unknown(&key)),
        };
        if before.is_some() {
            return Err(format!("{key} is given twice"));
        }
    }
    let prefix = prefix.unwrap_or_else(|| PREFIX.into());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    match !prefix.is_empty() && prefix.len() <= PREFIX_MAX && prefix.chars().all(is_plain) {
        true => Ok((prefix, files)),
        false => Err(format!("a prefix has 1 to {PREFIX_MAX} letters, digits and -_.: and nothing else")),
    }
}

/// Shows the name of an option only if it is a name: what follows a `?` in a password is the rest of the password.
fn unknown(key: &str) -> String {
    let is_name = key.len() <= KEY_MAX && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let known = format!("the options are prefix, {}", files::KEYS.join(", "));
    match is_name {
        true => format!("the option {key:?} is unknown; {known}"),
        false => format!("what follows the ? is no option; {known}; write ? in a password as %3F"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_who_and_under_which_prefix() {
        let address = Address::parse("redis://ann:s%40cret@[::1]:7000/3?prefix=a-b").expect("valid");
        let settings = address.client.get_connection_info().redis_settings();
        assert_eq!((settings.username(), settings.password(), settings.db()), (Some("ann"), Some("s@cret"), 3));
        assert_eq!((address.prefix.as_str(), address.place.as_str()), ("a-b", "[::1]:7000"));
        let address = Address::parse("redis://cache.example").expect("valid");
        assert_eq!((address.prefix.as_str(), address.place.as_str()), ("jimmy", "cache.example:6379"));
    }

    #[test]
    fn what_is_wrong_is_said_and_never_the_password() {
        let wrong = [
            ("cache", "write it as redis://"),
            ("redis://", "names no host"),
            ("http://u:hunter2@cache", "needs redis:// or rediss://"),
            ("redis://:hunter2@cache/x", "database"),
            ("redis://:hunter2@cache/-1", "database"),
            ("redis://:hunter2@cache?prefx=a", "\"prefx\""),
            ("redis://:hunter2@cache?protocol=resp2", "\"protocol\""),
            ("redis://:hunter2@cache?prefix=", "a prefix has"),
            ("redis://:hunter2@cache?prefix=a&prefix=b", "twice"),
            ("redis://ann:12?hunter2@cache", "%3F"),
            ("redis://:hunter2@cache?ca_file=/ca.pem", "ca_file is only used with rediss://"),
            ("redis://:hunter2@cache?prefix=a%20b", "a prefix has"),
            ("redis://:hunter2@cache#insecure", "#"),
        ];
        for (text, part) in wrong {
            let said = Address::parse(text).err().unwrap_or_else(|| panic!("{text} was taken"));
            assert!(said.contains(part) && !said.contains("hunter2"), "{text}: {said}");
        }
        let encrypted = Address::parse("rediss://cache");
        assert!(if cfg!(feature = "tls") {
            encrypted.is_ok()
        } else {
            encrypted.is_err_and(|why| why.contains("--features tls"))
        });
    }
}
