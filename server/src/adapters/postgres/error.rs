//! Why a PostgreSQL cannot be used, as sentences for the operator.

use sqlx::postgres::PgConnectOptions;

/// Why a database cannot be used. Each variant is a sentence for the operator, without the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not valid.
    #[error("this is not the address of a PostgreSQL, as postgres://user:password@host:5432/database: {0}")]
    Address(#[source] sqlx::Error),
    /// The address has a parameter that would have no effect.
    #[error("the address of PostgreSQL: {0}")]
    Parameter(String),
    /// The address requires encryption, which this build does not support.
    #[error(
        "{0}: the address requires an encrypted connection (sslmode), but this program was built without the feature `tls`; use a release, or sslmode=disable if the network is trusted"
    )]
    NoTls(String),
    /// The address requires encryption, which the server does not support.
    #[error(
        "PostgreSQL at {0} does not encrypt connections; turn ssl on there, or write sslmode=disable if the network is trusted"
    )]
    PlainOnly(String),
    /// Its certificate could not be verified.
    #[error("PostgreSQL at {0} is not trusted ({1}): {2}")]
    Certificate(String, String, &'static str),
    /// It rejects our certificate.
    #[error("PostgreSQL at {0} rejects our certificate ({1}); name one that it accepts by sslcert and sslkey")]
    OwnCertificate(String, String),
    /// It does not answer.
    #[error("PostgreSQL at {0} cannot be reached ({1}); is it running, and are host and port right?")]
    Unreachable(String, String),
    /// It rejects user, password or kind of connection.
    #[error(
        "PostgreSQL at {0} does not let the user {1} in ({2}); check the user, the password, pg_hba.conf, and whether it requires an encrypted connection (sslmode) or a certificate (sslcert, sslkey)"
    )]
    LogIn(String, String, String),
    /// There is no such database.
    #[error("PostgreSQL at {0} has no database {1}; make it (createdb {1}), or name another")]
    NoDatabase(String, String),
    /// The user may not create tables.
    #[error("PostgreSQL at {0}: the user {1} may not create or change tables; make it the owner of the database")]
    NoRight(String, String),
    /// The database cannot store every text.
    #[error("PostgreSQL at {0}: the database's encoding is {1}, not UTF8; create one with createdb --encoding UTF8")]
    Encoding(String, String),
    /// A program of a later version has changed the schema.
    #[error("the database at {0} was written by a newer version of jimmy-chat; run that version, or restore a backup")]
    Newer(String),
    /// The database cannot be used for any other reason.
    #[error("PostgreSQL at {0} cannot be used: {1}")]
    Unusable(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Returns host and port, or the socket: the part of an address that an operator may read.
pub(super) fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// Returns the SQLSTATE of an error of the database.
pub(super) fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error()?.code()
}

/// Returns the sentence for an error of sqlx.
pub(super) fn sentence(options: &PgConnectOptions, error: sqlx::Error) -> OpenError {
    let at = place(options);
    let user = || options.get_username().to_owned();
    let message = || error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    match (&error, code(&error).as_deref()) {
        (sqlx::Error::Io(why), _) => of_connection(at, why.to_string()),
        (sqlx::Error::Tls(why), _) if why.to_string().contains("does not support TLS") => OpenError::PlainOnly(at),
        (sqlx::Error::Tls(why), _) => OpenError::Certificate(at, why.to_string(), OTHERWISE),
        // 28000 invalid_authorization_specification, 28P01 invalid_password
        (_, Some("28000" | "28P01")) => OpenError::LogIn(at, user(), message()),
        // 3D000 invalid_catalog_name; without a name the database is called like the user
        (_, Some("3D000")) => OpenError::NoDatabase(at, options.get_database().map_or_else(user, str::to_owned)),
        // 42501 insufficient_privilege
        (_, Some("42501")) => OpenError::NoRight(at, user()),
        _ => OpenError::Unusable(at, error.into()),
    }
}

/// Advice for an uncommon error.
const OTHERWISE: &str = "check its certificate (ssl_cert_file there) and the files that the address names";

/// Returns the sentence for an error of the connection. rustls reports its own as such, by their text alone.
fn of_connection(at: String, why: String) -> OpenError {
    if why.starts_with("received fatal alert") {
        // Its names are of TLS: CertificateRequired, BadCertificate, UnknownCA.
        return match why.contains("Certificate") || why.contains("UnknownCA") {
            true => OpenError::OwnCertificate(at, why),
            false => OpenError::Certificate(at, why, OTHERWISE),
        };
    }
    if !why.contains("peer certificate") {
        return OpenError::Unreachable(at, why);
    }
    let advice = match () {
        () if why.contains("UnknownIssuer") => {
            "name the certificate of the CA that has signed its own by sslrootcert=/path/ca.pem"
        }
        () if why.contains("not valid for") => {
            "write a host that its certificate names, or give it a certificate for this one"
        }
        () if why.contains("expired") || why.contains("not valid yet") => {
            "renew its certificate, and check that the clock of this machine is right"
        }
        () => OTHERWISE,
    };
    OpenError::Certificate(at, why, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_certificate_names_what_mends_it() {
        let explain =
            |error| sentence(&PgConnectOptions::new_without_pgpass().host("db").port(5432), error).to_string();
        let io = |why: &str| explain(sqlx::Error::Io(std::io::Error::other(why.to_owned())));
        for (why, advice) in [
            ("invalid peer certificate: UnknownIssuer", "sslrootcert="),
            ("invalid peer certificate: certificate not valid for name \"db\"", "a host that its certificate names"),
            ("invalid peer certificate: certificate expired: verification time 1", "renew"),
            ("invalid peer certificate: BadSignature", "ssl_cert_file"),
            ("received fatal alert: CertificateRequired", "by sslcert and sslkey"),
            ("Connection refused (os error 111)", "is it running"),
        ] {
            let said = io(why);
            assert!(said.contains(advice) && said.contains(why) && said.contains("db:5432"), "{said}");
            assert_eq!(said.contains("is it running"), advice == "is it running", "{said}");
        }
        let plain = explain(sqlx::Error::Tls("server does not support TLS".into()));
        assert!(plain.contains("turn ssl on there"), "{plain}");
    }
}
