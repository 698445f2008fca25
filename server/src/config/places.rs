//! Where things are kept, as URLs name it. What else a URL says is the adapter's to read, when it opens.

use std::{fmt, str::FromStr};

use url::Url;

/// Where accounts, or the history, are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAt {
    /// A file in the data folder.
    Sqlite,
    /// A PostgreSQL server.
    Postgres(ServiceUrl),
}

/// Where the log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogAt {
    /// A file in the data folder.
    Sqlite,
    /// A topic of Kafka.
    Kafka(ServiceUrl),
}

/// Where what may be lost is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HintsAt {
    /// In this process.
    Memory,
    /// A Redis server.
    Redis(ServiceUrl),
}

/// The address of a service. It may hold a password: only [`ServiceUrl::secret`] gives that away.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// All of it, for who connects.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        // An @ behind the ? may belong to a password that holds the ?: then nobody can say where it ends.
        let place = if query.contains('@') { "…" } else { place };
        write!(f, "{scheme}://{}", place.rsplit_once('@').map_or(place, |(_, place)| place))
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A URL of a scheme, without anything where nothing may stand.
fn scheme<'a>(text: &'a str, known: &str) -> Result<(&'a str, Option<ServiceUrl>), String> {
    let unknown = || format!("is not a URL that is understood here; {known}{}", of_password(text));
    let (scheme, rest) = text.split_once(':').ok_or_else(unknown)?;
    if rest.is_empty() {
        return Ok((scheme, None));
    }
    // Kafka's has several hosts, which is no URL to anybody else.
    let is_url = scheme == "kafka" && rest.starts_with("//") && rest.len() > 2
        || Url::parse(text).is_ok_and(|url| url.has_host() && (has_user(&url) || !rest.contains('@')));
    if is_url { Ok((scheme, Some(ServiceUrl(text.to_owned())))) } else { Err(unknown()) }
}

/// Without a user an @ is the end of a password that seems to have ended before: `ann:12/34@db` reads as port 12 of `ann`.
fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// What is unexpected may be the end of a password: the URL ends there for whoever reads it.
fn of_password(text: &str) -> &'static str {
    match text.contains("://") && text.contains('@') {
        true => "; write # / ? @ in a password as %23 %2F %3F %40",
        false => "",
    }
}

impl FromStr for StoreAt {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const KNOWN: &str = "it is sqlite: (a file in --data) or postgres://user:password@host/database";
        match scheme(text, KNOWN)? {
            ("sqlite", None) => Ok(StoreAt::Sqlite),
            ("postgres" | "postgresql", Some(url)) => Ok(StoreAt::Postgres(url)),
            _ => Err(format!("names no store that is known here; {KNOWN}")),
        }
    }
}

impl FromStr for LogAt {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const KNOWN: &str = "it is sqlite: (a file in --data) or kafka://host:port,host:port/topic";
        match scheme(text, KNOWN)? {
            ("sqlite", None) => Ok(LogAt::Sqlite),
            ("kafka", Some(url)) => Ok(LogAt::Kafka(url)),
            _ => Err(format!("names no log that is known here; {KNOWN}")),
        }
    }
}

impl FromStr for HintsAt {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const KNOWN: &str =
            "it is memory: (in this process), redis://host:port/0, or rediss://host:port/0 for an encrypted connection";
        match scheme(text, KNOWN)? {
            ("memory", None) => Ok(HintsAt::Memory),
            ("redis" | "rediss", Some(url)) => Ok(HintsAt::Redis(url)),
            _ => Err(format!("names nothing that is known here; {KNOWN}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_is_taken_where_it_belongs_and_nowhere_else() {
        assert_eq!("sqlite:".parse(), Ok(StoreAt::Sqlite));
        assert!(matches!("postgres://u:p@db:5432/jimmy".parse(), Ok(StoreAt::Postgres(_))));
        assert!(matches!("kafka://a:9092,b:9092/jimmy".parse(), Ok(LogAt::Kafka(_))));
        assert!(matches!("redis://cache:6379/0".parse(), Ok(HintsAt::Redis(_))));
        for bad in ["", "postgres:", "mysql://db/jimmy", "kafka://a/b", "sqlite:here.db", "postgres"] {
            assert!(bad.parse::<StoreAt>().is_err(), "{bad}");
        }
        assert!("redis://cache/0".parse::<LogAt>().is_err());
        assert!("postgres://db/jimmy".parse::<HintsAt>().is_err());
    }

    #[test]
    fn a_sign_that_ends_the_password_is_told_and_the_password_is_not() {
        for (sign, begins) in ["#", "/", "?"].into_iter().flat_map(|sign| [(sign, "hunter2"), (sign, "12")]) {
            let said = format!("postgres://ann:{begins}{sign}hunter2@db/jimmy").parse::<StoreAt>().expect_err(sign);
            assert!(said.contains("as %23 %2F %3F") && !said.contains("hunter2") && !said.contains("12"), "{said}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for (secret, place) in [
            ("jimmy:p@ss@db.lan/jimmy?password=secret", "db.lan/jimmy"),
            ("jimmy:p?ss@db.lan/jimmy", "…"),
            ("db.lan/jimmy?user=a&password=x@hunter2", "…"),
        ] {
            let (url, shown) = (ServiceUrl(format!("postgres://{secret}")), format!("postgres://{place}"));
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.clone(), shown));
        }
    }
}
