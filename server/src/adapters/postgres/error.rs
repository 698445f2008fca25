//! What is wrong with a PostgreSQL, as the operator is told it.

use sqlx::postgres::PgConnectOptions;

/// What is wrong with a database. Each is a sentence for the operator, and none holds the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address cannot be understood.
    #[error("this is not the address of a PostgreSQL, as postgres://user:password@host:5432/database: {0}")]
    Address(#[source] sqlx::Error),
    /// The address says something that would not be followed.
    #[error("the address of PostgreSQL: {0}")]
    Parameter(String),
    /// The address asks for encryption, which this program was built without.
    #[error(
        "{0}: the address asks for an encrypted connection (sslmode), but this program was built without the feature `tls`; use a release, or sslmode=disable where the network is trusted"
    )]
    NoTls(String),
    /// The address asks for encryption, which is not to be had there.
    #[error(
        "PostgreSQL at {0} does not encrypt connections; turn ssl on there, or write sslmode=disable if the line to it is safe"
    )]
    PlainOnly(String),
    /// It is not known to be the one that was meant.
    #[error("PostgreSQL at {0} is not trusted ({1}): {2}")]
    Certificate(String, String, &'static str),
    /// Our own certificate is not what it wants.
    #[error(
        "PostgreSQL at {0} does not take our certificate ({1}); name one that is signed as it wants by sslcert and sslkey"
    )]
    OwnCertificate(String, String),
    /// Nobody answers.
    #[error("PostgreSQL at {0} cannot be reached ({1}); is it running, and are host and port right?")]
    Unreachable(String, String),
    /// Name or password are wrong, or the connection is not of the kind that it wants.
    #[error(
        "PostgreSQL at {0} does not let the user {1} in ({2}); check the user, the password, pg_hba.conf, and whether it wants an encrypted connection (sslmode) or a certificate (sslcert, sslkey)"
    )]
    LogIn(String, String, String),
    /// There is no such database.
    #[error("PostgreSQL at {0} has no database {1}; make it (createdb {1}), or name another")]
    NoDatabase(String, String),
    /// The user may not make tables.
    #[error("PostgreSQL at {0}: the user {1} may not make or change tables; make it the owner of the database")]
    NoRight(String, String),
    /// The database cannot hold every text.
    #[error("PostgreSQL at {0}: the database's encoding is {1}, not UTF8; make one with createdb --encoding UTF8")]
    Encoding(String, String),
    /// A program of a later version has changed the schema.
    #[error("the database at {0} was written by a newer version of jimmy-chat; run that version, or restore a back-up")]
    Newer(String),
    /// Anything else.
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

/// What the operator is told.
pub(super) fn sentence(options: &PgConnectOptions, error: sqlx::Error) -> OpenError {
    let at = place(options);
    let user = || options.get_username().to_owned();
    let message = || error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    match (&error, code(&error).as_deref()) {
        (sqlx::Error::Io(why), _) => of_line(at, why.to_string()),
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

/// Advice where the fault is none of the common ones.
const OTHERWISE: &str = "see to its certificate (ssl_cert_file there) and to the files that the address names";

/// A fault of the line: rustls tells its own as one, by words alone.
fn of_line(at: String, why: String) -> OpenError {
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
            "renew its certificate, and see that this machine's clock is right"
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
        let told = |error| sentence(&PgConnectOptions::new_without_pgpass().host("db").port(5432), error).to_string();
        let io = |why: &str| told(sqlx::Error::Io(std::io::Error::other(why.to_owned())));
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
        let plain = told(sqlx::Error::Tls("server does not support TLS".into()));
        assert!(plain.contains("turn ssl on there"), "{plain}");
    }
}
