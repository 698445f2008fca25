//! Checks whether a PostgreSQL accepts us, keeps what it has committed, and has connections for a server. Changes nothing.

use std::time::Duration;

use sqlx::{
    Connection as _, PgConnection,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::time::timeout;

use super::{
    error::{OpenError, place, sentence},
    options::options,
    store::{CONNECT_WAIT, CONNECTIONS, STATEMENT_MS},
};
use crate::{
    clock::now,
    ports::finding::{Encryption, Finding},
};

/// The oldest version that is tested: 13.
const VERSION_MIN: i32 = 130_000;
/// Largest difference between its clock and ours. Sessions and messages carry our time, leases its time.
const CLOCKS_APART_MS: i64 = 2_000;
/// Longest time for all queries together.
const QUERIES_WAIT: Duration = Duration::from_secs(10);

/// Checks one database. Takes at most 15 seconds.
pub async fn check(address: &str, migrations: &Migrator) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Err(error) = collect(address, migrations, &mut found).await {
        found.push(Finding::error(error.to_string()));
    }
    found
}

async fn collect(address: &str, migrations: &Migrator, found: &mut Vec<Finding>) -> Result<(), OpenError> {
    let options = options(address)?.options([("statement_timeout", STATEMENT_MS)]);
    let late = |_| OpenError::Unreachable(place(&options), "it does not answer".into());
    let what = |error| sentence(&options, error);
    let connecting = timeout(CONNECT_WAIT, PgConnection::connect_with(&options)).await;
    let mut connection = connecting.map_err(late)?.map_err(what)?;
    let asked = timeout(QUERIES_WAIT, async {
        found.push(version(&mut connection).await?);
        found.push(encryption(&options, &mut connection).await?);
        found.push(primary(&mut connection).await?);
        found.extend(durable(&mut connection).await?);
        found.push(encoding(&mut connection).await?);
        found.push(schema(&mut connection, migrations).await?);
        found.push(clock(&mut connection).await?);
        found.push(connections(&mut connection).await?);
        connection.close().await
    });
    asked.await.map_err(late)?.map_err(what)
}

type Found = Result<Finding, sqlx::Error>;

async fn version(db: &mut PgConnection) -> Found {
    let query = "SELECT current_setting('server_version_num')::int, current_setting('server_version')";
    let (number, name): (i32, String) = sqlx::query_as(query).fetch_one(db).await?;
    Ok(match number >= VERSION_MIN {
        true => Finding::ok(format!("it accepts the connection, and is PostgreSQL {name}")),
        false => Finding::error(format!("it is PostgreSQL {name}; upgrade it to 13 or newer")),
    })
}

/// Checks whether the connection is encrypted, and the server verified.
async fn encryption(options: &PgConnectOptions, db: &mut PgConnection) -> Found {
    let encryption = match options.get_ssl_mode() {
        // With the TLS library that we use, verify-ca verifies the name as well.
        PgSslMode::VerifyFull | PgSslMode::VerifyCa => Encryption::Verified,
        PgSslMode::Require => Encryption::Unverified,
        // sqlx treats the two alike.
        PgSslMode::Disable | PgSslMode::Allow => Encryption::None,
        PgSslMode::Prefer => {
            let query = "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)";
            match sqlx::query_scalar(query).fetch_one(db).await? {
                // A proxy such as PgBouncer may encrypt its own connection where a build without TLS does not.
                true if cfg!(feature = "tls") => Encryption::Unverified,
                _ => Encryption::None,
            }
        }
    };
    let socket = options.get_socket().map(|socket| socket.display().to_string());
    let host = socket.as_deref().unwrap_or_else(|| options.get_host());
    Ok(encryption.finding(
        host,
        "sslmode=verify-full, and sslrootcert=/path/ca.pem if its certificate is signed by a CA of your own",
    ))
}

async fn primary(db: &mut PgConnection) -> Found {
    let query = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'";
    let (is_standby, is_read_only): (bool, bool) = sqlx::query_as(query).fetch_one(db).await?;
    Ok(match (is_standby, is_read_only) {
        (true, _) => Finding::error("it is a standby, which cannot be written to; name the primary"),
        (_, true) => Finding::error(
            "it is read-only; ALTER DATABASE … RESET default_transaction_read_only, or the same of the user",
        ),
        _ => Finding::ok("it can be written to"),
    })
}

/// Checks the settings that keep committed data when the machine loses power.
async fn durable(db: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let dangers = [
        ("fsync", "after a crash of the machine the database can be damaged beyond repair"),
        ("full_page_writes", "after a crash of the machine pages can be half old and half new"),
        ("synchronous_commit", "after a crash accounts and messages that were confirmed can be gone"),
    ];
    let mut found = Vec::new();
    for (setting, danger) in dangers {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut *db).await?;
        if value == "off" {
            found.push(Finding::error(format!(
                "{setting} is off: {danger}; ALTER SYSTEM SET {setting} = on, then SELECT pg_reload_conf(), and check the same setting of the database and the user"
            )));
        }
    }
    if found.is_empty() {
        found.push(Finding::ok("committed data is on the disk"));
    }
    Ok(found)
}

async fn encoding(db: &mut PgConnection) -> Found {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(db).await?;
    Ok(match encoding.as_str() {
        "UTF8" => Finding::ok("it can store every text"),
        _ => Finding::error(format!("its encoding is {encoding}; create a database with createdb --encoding UTF8")),
    })
}

/// Checks that the schema is up to date or can be brought up to date, and that the user may use its tables.
async fn schema(db: &mut PgConnection, migrations: &Migrator) -> Found {
    let (user, schema, may_create): (String, Option<String>, Option<bool>) = sqlx::query_as(
        "SELECT current_user::text, current_schema()::text, has_schema_privilege(current_schema(), 'CREATE')",
    )
    .fetch_one(&mut *db)
    .await?;
    let Some(schema) = schema else {
        return Ok(Finding::error(format!(
            "the user {user} has no schema for tables; create one, or set the user's search_path"
        )));
    };
    let is_there: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *db).await?;
    let refused: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND NOT (
            has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'SELECT')
            AND has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'INSERT')
            AND has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'UPDATE')
            AND has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'DELETE'))
         ORDER BY 1",
    )
    .fetch_all(&mut *db)
    .await?;
    if !refused.is_empty() {
        let tables = refused.join(", ");
        return Ok(Finding::error(format!(
            "the user {user} may not read and write {tables}; make it their owner (REASSIGN OWNED, or GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {user})"
        )));
    }
    let made: i64 = match is_there {
        true => sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(db).await?,
        false => 0,
    };
    let wanted = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    Ok(match made {
        _ if made > wanted => Finding::error(
            "its schema was created by a newer version of jimmy-chat; run that version, or restore a backup",
        ),
        _ if made == wanted => Finding::ok("its schema is up to date"),
        _ if may_create != Some(true) => Finding::error(format!(
            "the user {user} may not create tables; make it the owner of the database, or GRANT CREATE ON SCHEMA {schema} TO {user}"
        )),
        0 => Finding::ok("it is empty; the first server creates the tables"),
        _ => Finding::ok("its schema is of an older version; the next server that starts brings it up to date"),
    })
}

async fn clock(db: &mut PgConnection) -> Found {
    let asked = now().millis();
    let its: f64 = sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::float8").fetch_one(db).await?;
    let answered = now().millis();
    // It was read at some moment between the two.
    let apart = (its * 1_000.0) as i64 - (asked + answered) / 2;
    Ok(match apart.abs() > CLOCKS_APART_MS + (answered - asked) / 2 {
        true => Finding::warning(format!(
            "its clock is {} s {} ours; let both machines take their time from NTP (timedatectl shows whether they do)",
            apart.abs() / 1_000,
            if apart > 0 { "ahead of" } else { "behind" }
        )),
        false => Finding::ok("its clock agrees with ours"),
    })
}

/// Checks how many connections are left besides those that others hold.
async fn connections(db: &mut PgConnection) -> Found {
    let query =
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
            (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND application_name <> 'jimmy-chat')::int,
            (SELECT datconnlimit FROM pg_database WHERE datname = current_database()),
            (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user)";
    let (most, others, of_database, of_user): (i32, i32, i32, i32) = sqlx::query_as(query).fetch_one(db).await?;
    // A limit of -1 means no limit.
    let limits = [of_database, of_user].into_iter().filter(|limit| *limit >= 0);
    let left = limits.chain([most - others]).min().unwrap_or(0).max(0);
    let servers = left / CONNECTIONS as i32;
    Ok(match servers {
        0 => Finding::error(format!(
            "it has {left} connections left, and a server uses up to {CONNECTIONS}; raise max_connections, or the limit of the user or database"
        )),
        1 => Finding::warning(format!(
            "it has {left} connections left, enough for one server of {CONNECTIONS}; raise max_connections before you start a second one"
        )),
        _ => Finding::ok(format!("it has connections for {servers} servers, of {CONNECTIONS} each")),
    })
}
