//! Where Redis is, as the operator writes it: `redis://[user:password@]host[:port][/database][?prefix=jimmy]`, or
//! `rediss://` for an encrypted connection.

use redis::{Client, IntoConnectionInfo, ProtocolVersion};
use url::Url;

/// What keys begin with unless the address says something else.
const PREFIX: &str = "jimmy";
/// Characters of a prefix.
const PREFIX_MAX: usize = 64;
/// Where Redis listens unless the address says something else.
const PORT: u16 = 6379;

/// An address that is valid.
pub(super) struct Address {
    /// How to connect.
    pub(super) client: Client,
    /// What keys and channels begin with: several installations can share one Redis.
    pub(super) prefix: String,
    /// Host and port, for logs: never the password.
    pub(super) place: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence for the operator, which never holds the password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| {
            format!("the address of Redis cannot be read ({error}); write it as redis://host:{PORT}/0")
        })?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(format!("the address of Redis names no host; write it as redis://host:{PORT}/0"))?;
        let place = format!("{host}:{}", url.port().unwrap_or(PORT));
        match url.scheme() {
            "redis" => {}
            "rediss" if cfg!(feature = "tls") => {}
            "rediss" => {
                return Err(format!(
                    "rediss://{place}: this build of jimmy-chat cannot encrypt connections; use a released one, or build it with --features tls"
                ));
            }
            other => return Err(format!("{other}://{place}: Redis is reached by redis:// or rediss://")),
        }
        if url.fragment().is_some() {
            return Err(format!("redis://{place}: take away what follows the #, it means nothing here"));
        }
        let prefix = prefix(&url).map_err(|why| format!("redis://{place}: {why}"))?;
        url.set_query(None);
        let wrong = |error: redis::RedisError| format!("redis://{place}: {error}");
        let info = url.into_connection_info().map_err(wrong)?;
        // The newer protocol says at once when a connection has ended.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        if settings.db() < 0 {
            return Err(format!("redis://{place}: a database has a number from 0 on"));
        }
        let client = Client::open(info.set_redis_settings(settings)).map_err(wrong)?;
        Ok(Self { client, prefix, place })
    }
}

fn prefix(url: &Url) -> Result<String, String> {
    let mut prefix = None;
    for (key, value) in url.query_pairs() {
        match &*key {
            "prefix" if prefix.is_none() => prefix = Some(value.into_owned()),
            "prefix" => return Err("prefix stands there twice".into()),
            other => return Err(format!("nothing is known of {other:?}; the only option is prefix")),
        }
    }
    let prefix = prefix.unwrap_or_else(|| PREFIX.into());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    match !prefix.is_empty() && prefix.len() <= PREFIX_MAX && prefix.chars().all(is_plain) {
        true => Ok(prefix),
        false => Err(format!("a prefix has 1 to {PREFIX_MAX} letters, digits and -_.: and nothing else")),
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
            ("http://u:hunter2@cache", "by redis:// or rediss://"),
            ("redis://:hunter2@cache/x", "database"),
            ("redis://:hunter2@cache/-1", "database"),
            ("redis://:hunter2@cache?prefx=a", "\"prefx\""),
            ("redis://:hunter2@cache?protocol=resp2", "\"protocol\""),
            ("redis://:hunter2@cache?prefix=", "a prefix has"),
            ("redis://:hunter2@cache?prefix=a&prefix=b", "twice"),
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
