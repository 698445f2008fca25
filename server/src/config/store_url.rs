//! The URL of a store, as an operator writes it: which technology keeps it, and where. The adapter reads the rest of
//! the URL after its scheme.

use std::{fmt, str::FromStr};

use url::Url;

/// The URL of a store. Either a scheme alone (`sqlite:`, `memory:`), which this server keeps itself, or the address of a
/// service that several servers can share. It may hold a password: only [`StoreUrl::secret`] returns that.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// Returns the part before the first colon, such as `postgres`.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// Returns whether this server keeps the store itself, in its data folder or in its memory. A store that is not local can be
    /// shared by several servers.
    pub fn is_local(&self) -> bool {
        self.0.ends_with(':')
    }

    /// Returns the whole URL, with the password if it holds one.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

/// Leaves out user, password and options.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_local() {
            return f.write_str(&self.0);
        }
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        // An @ behind the ? may belong to a password that holds the ?: the end of the password is then unknown.
        let address = if query.contains('@') { "…" } else { address };
        write!(f, "{scheme}://{}", address.rsplit_once('@').map_or(address, |(_, address)| address))
    }
}

/// The same as `Display`: no log line may show a password.
impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for StoreUrl {
    type Err = String;

    /// Checks the syntax alone. Which schemes a flag takes is known where the stores are opened.
    ///
    /// # Errors
    /// The rest of a sentence that begins with the flag. It never quotes the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("{INVALID}{}", password_advice(text));
        let (scheme, rest) = text.split_once(':').ok_or_else(invalid)?;
        let is_scheme = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if rest.is_empty() && is_scheme {
            return Ok(Self(text.to_owned()));
        }
        // Kafka's address lists several hosts, which the URL standard does not allow.
        let is_url = scheme == "kafka" && rest.starts_with("//") && rest.len() > 2
            || Url::parse(text).is_ok_and(|url| url.has_host() && (has_user(&url) || !rest.contains('@')));
        if is_url { Ok(Self(text.to_owned())) } else { Err(invalid()) }
    }
}

const INVALID: &str = "is not a URL of a store: write a scheme alone, such as sqlite: or memory:, or the address of a service, such as postgres://user:password@host/database";

/// Returns whether a URL names a user or a password. Without one, an @ ends a password that seems to end earlier:
/// `ann:12/34@db` reads as port 12 of the host `ann`.
fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Returns what to do about a password that seems to end too early, if the text may hold one.
fn password_advice(text: &str) -> &'static str {
    match text.contains("://") && text.contains('@') {
        true => "; write # / ? @ in a password as %23 %2F %3F %40",
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_alone_is_local_and_an_address_is_not() {
        for (text, scheme, is_local) in [
            ("sqlite:", "sqlite", true),
            ("memory:", "memory", true),
            ("postgres://u:p@db:5432/jimmy", "postgres", false),
            ("kafka://a:9092,b:9092/jimmy", "kafka", false),
            ("redis://cache:6379/0", "redis", false),
        ] {
            let url: StoreUrl = text.parse().expect(text);
            assert_eq!((url.scheme(), url.is_local(), url.secret()), (scheme, is_local, text));
        }
        for bad in ["", ":", "postgres", "sqlite:here.db", "kafka:", "kafka://", "postgres://"] {
            let is_alone = bad == "kafka:";
            assert_eq!(bad.parse::<StoreUrl>().is_ok(), is_alone, "{bad}");
        }
    }

    #[test]
    fn names_the_sign_that_ends_a_password_and_not_the_password() {
        for (sign, begins) in ["#", "/", "?"].into_iter().flat_map(|sign| [(sign, "hunter2"), (sign, "12")]) {
            let why = format!("postgres://ann:{begins}{sign}hunter2@db/jimmy").parse::<StoreUrl>().expect_err(sign);
            assert!(why.contains("as %23 %2F %3F") && !why.contains("hunter2") && !why.contains("12"), "{why}");
        }
    }

    #[test]
    fn never_shows_a_password() {
        for (secret, shown) in [
            ("jimmy:p@ss@db.lan/jimmy?password=secret", "db.lan/jimmy"),
            ("jimmy:p?ss@db.lan/jimmy", "…"),
            ("db.lan/jimmy?user=a&password=x@hunter2", "…"),
        ] {
            let (url, shown) = (StoreUrl(format!("postgres://{secret}")), format!("postgres://{shown}"));
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.clone(), shown));
        }
    }
}
