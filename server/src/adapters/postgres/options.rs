//! What the address of a PostgreSQL says: `postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/ca.pem`.

use std::{fs, str::FromStr as _};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use super::error::{OpenError, place};

/// Parameters that sqlx uses. It logs any other one with its value, which may be a password, and ignores it.
const KEYS: [&str; 13] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];
/// Parameters of PostgreSQL's own programs that have no effect here: they are removed.
const IGNORED: [&str; 16] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "sslcompression",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "gsslib",
];
/// Other names that sqlx accepts for some of them.
const ALIASES: [(&str, &str); 5] = [
    ("ssl-mode", "sslmode"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("ssl-cert", "sslcert"),
    ("ssl-key", "sslkey"),
];
/// Most characters of a name that is shown: a longer text may be part of a password.
const KEY_MAX: usize = 40;

/// Returns how to connect to an address.
pub(super) fn options(address: &str) -> Result<PgConnectOptions, OpenError> {
    // sqlx reads the address by the same rules, and says what is wrong with it.
    let mut url = Url::parse(address).map_err(|error| OpenError::Address(sqlx::Error::config(error)))?;
    leave_out(&mut url);
    let files = parameters(&url).map_err(OpenError::Parameter)?;
    let options = PgConnectOptions::from_str(url.as_str()).map_err(OpenError::Address)?;
    let mode = options.get_ssl_mode();
    let asks_for_tls = matches!(mode, PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    if asks_for_tls && !cfg!(feature = "tls") {
        return Err(OpenError::NoTls(place(&options)));
    }
    files.fit(mode).and_then(|()| files.can_be_read()).map_err(OpenError::Parameter)?;
    // Statements are small, and many: compiling one to machine code would take longer than running it.
    Ok(options.application_name("jimmy-chat").options([("jit", "off")]))
}

/// Files that the address names for the encryption.
#[derive(Debug, Default)]
struct Files {
    root: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

/// Removes what sqlx would log with its value, and ignore.
fn leave_out(url: &mut Url) {
    let all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let kept: Vec<_> = all.iter().filter(|(key, _)| !IGNORED.contains(&&**key)).collect();
    if kept.len() == all.len() {
        return;
    }
    match kept.is_empty() {
        true => url.set_query(None),
        false => drop(url.query_pairs_mut().clear().extend_pairs(kept)),
    }
}

/// Refuses parameters that sqlx would ignore.
fn parameters(url: &Url) -> Result<Files, String> {
    if url.fragment().is_some() {
        return Err("remove what follows the #; write # in a password as %23".into());
    }
    let mut files = Files::default();
    for (key, value) in url.query_pairs() {
        let name = ALIASES.iter().find(|(alias, _)| *alias == key).map_or(&*key, |(_, name)| name);
        let is_option = name.strip_prefix("options[").is_some_and(|rest| rest.ends_with(']'));
        match name {
            "sslrootcert" => files.root = Some(value.into_owned()),
            "sslcert" => files.certificate = Some(value.into_owned()),
            "sslkey" => files.key = Some(value.into_owned()),
            _ if is_option || KEYS.contains(&name) => {}
            _ => return Err(unknown(name)),
        }
    }
    Ok(files)
}

/// Shows the name of a parameter only if it is a name: what follows a `?` in a password is the rest of the password.
fn unknown(name: &str) -> String {
    let is_name = name.len() <= KEY_MAX && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    match is_name {
        true => format!("the parameter {name:?} is unknown; there are {}, and options[...]", KEYS.join(", ")),
        false => format!(
            "what follows the ? is no parameter; there are {}, and options[...]; write ? in a password as %3F",
            KEYS.join(", ")
        ),
    }
}

impl Files {
    /// Refuses a file that would not be used: an operator who names a certificate relies on it.
    fn fit(&self, mode: PgSslMode) -> Result<(), String> {
        if self.root.is_some() && !matches!(mode, PgSslMode::VerifyCa | PgSslMode::VerifyFull) {
            return Err(
                "sslrootcert is only used with sslmode=verify-full (or verify-ca, which checks the name in the certificate as well); add sslmode=verify-full, or remove sslrootcert"
                    .into(),
            );
        }
        if self.certificate.is_some() != self.key.is_some() {
            return Err("name both sslcert and sslkey, or neither".into());
        }
        if self.certificate.is_some() && matches!(mode, PgSslMode::Disable | PgSslMode::Allow) {
            return Err(
                "sslcert and sslkey are not used without encryption; add sslmode=verify-full, or remove them".into()
            );
        }
        Ok(())
    }

    /// Checks the files. sqlx would not report which one is missing, and would treat a file without a certificate as one that trusts
    /// no server.
    fn can_be_read(&self) -> Result<(), String> {
        const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
        let named = [
            ("sslrootcert", &self.root, CERTIFICATE),
            ("sslcert", &self.certificate, CERTIFICATE),
            ("sslkey", &self.key, "PRIVATE KEY-----"),
        ];
        for (name, path, holds) in named {
            let Some(path) = path else { continue };
            // A key that was pasted in place of its path is not shown.
            if path.contains("-----BEGIN") {
                return Err(format!("{name} is the path of a file, not its content"));
            }
            let text = fs::read(path).map_err(|error| {
                format!("the file of {name}, {path}, cannot be read ({error}); correct its path or its permissions")
            })?;
            if !String::from_utf8_lossy(&text).contains(holds) {
                return Err(format!("the file of {name}, {path}, holds none in PEM format (-----BEGIN …)"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_would_not_be_followed_is_refused_and_no_value_is_told() {
        for (query, part) in [
            ("?ssl_mode=hunter2", "\"ssl_mode\" is unknown; there are sslmode, "),
            ("?passwort=hunter2", "\"passwort\""),
            ("?options[jit=hunter2", "no parameter"),
            ("?hunter2@db/jimmy", "%3F"),
            ("#hunter2", "%23"),
            ("?sslkey=hunter2", "both sslcert and sslkey"),
        ] {
            let said = options(&format!("postgres://ann:hunter2@db/jimmy{query}")).expect_err(query).to_string();
            assert!(said.contains(part) && !said.contains("hunter2"), "{query}: {said}");
        }
        for query in ["?connect_timeout=10", "?channel_binding=require&sslmode=prefer&options=-c%20d"] {
            assert!(options(&format!("postgres://db/jimmy{query}")).is_ok(), "{query}");
        }
        for query in ["?sslmode=disable&application_name=a", "?options[a.b]=c&options=-c%20d", "?ssl-mode=prefer"] {
            assert!(options(&format!("postgres://db/jimmy{query}")).is_ok(), "{query}");
        }
    }

    #[test]
    fn a_file_that_is_named_has_to_be_used_and_to_be_there() {
        use PgSslMode::{Disable, Prefer, Require, VerifyCa, VerifyFull};
        let root = Files { root: Some("/nowhere/ca".into()), ..Files::default() };
        let fits = [Disable, Prefer, Require, VerifyCa, VerifyFull].map(|mode| root.fit(mode).is_ok());
        assert_eq!(fits, [false, false, false, true, true]);
        let said = root.can_be_read().expect_err("it is not there");
        assert!(said.contains("sslrootcert") && said.contains("/nowhere/ca"), "{said}");
        let own = Files { certificate: Some("c".into()), key: Some("k".into()), ..Files::default() };
        assert_eq!([Disable, Prefer, VerifyFull].map(|mode| own.fit(mode).is_ok()), [false, true, true]);
    }
}
