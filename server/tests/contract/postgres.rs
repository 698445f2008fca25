//! A PostgreSQL for the suites, and the errors that an operator gets for one that cannot be used.

use std::path::Path;

use domain::{
    names::WorkspaceName,
    workspace::{Language, SignUp, Workspace},
};
use futures_util::future::join_all;
use jimmy_server::{
    adapters::postgres::{OpenError, PostgresDirectory, PostgresStore, schema},
    ports::{
        StoreError,
        directory::{ChannelStore as _, WorkspaceStore as _},
    },
};
use sqlx::{Connection as _, PgConnection};
use url::Url;

/// Connections of one test: several run at the same time.
const CONNECTIONS: u32 = 8;
/// In a test's folder: the name of its database.
const NAME_FILE: &str = "database";

/// The address of the server, with a user that may create databases.
fn server() -> Url {
    let address = std::env::var("JIMMY_TEST_POSTGRES")
        .expect("JIMMY_TEST_POSTGRES names no PostgreSQL: `make test-rust` starts the services that these tests need");
    address.parse().expect("JIMMY_TEST_POSTGRES is an address")
}

async fn command(address: &Url, sql: &str) {
    let mut connection = PgConnection::connect(address.as_str()).await.expect("a PostgreSQL");
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.expect("closed");
}

/// A database of a test's own: empty the first time that it is asked for.
async fn database(folder: &Path, with: &str) -> Url {
    let file = folder.join(NAME_FILE);
    let name = match std::fs::read_to_string(&file) {
        Ok(name) => name,
        Err(_) => {
            let name = format!("jimmy_test_{}", uuid::Uuid::now_v7().simple());
            command(&server(), &format!("CREATE DATABASE {name} TEMPLATE template0 {with}")).await;
            std::fs::write(&file, &name).expect("written");
            name
        }
    };
    let mut address = server();
    address.set_path(&name);
    address
}

/// A test's own database, as a server uses it.
pub async fn store(folder: &Path) -> PostgresStore {
    open(&database(folder, "").await).await.expect("a database")
}

/// Drops a test's database, if it has one. The database of a failed test is kept, for inspection.
pub async fn forget(folder: &Path) {
    if let Ok(name) = std::fs::read_to_string(folder.join(NAME_FILE)) {
        command(&server(), &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

async fn open(address: &Url) -> Result<PostgresStore, OpenError> {
    PostgresStore::open(address.as_str(), &schema::DATABASE, CONNECTIONS).await
}

async fn refused(address: &Url) -> String {
    let sentence = open(address).await.err().expect("refused").to_string();
    assert!(!sentence.contains("secret"), "the password is in it: {sentence}");
    sentence
}

#[tokio::test]
async fn concurrent_starts_create_the_schema_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = database(folder.path(), "").await;
    for opened in join_all((0..8).map(|_| open(&address))).await {
        PostgresDirectory(opened.expect("a database")).hall().await.expect("a schema");
    }
    forget(folder.path()).await;
}

#[tokio::test]
async fn refuses_a_database_of_a_newer_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path()).await;
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', true, '', 1)")
        .execute(store.pool())
        .await
        .expect("a row");
    let sentence = refused(&database(folder.path(), "").await).await;
    assert!(sentence.contains("newer version"), "{sentence}");
    forget(folder.path()).await;
}

#[tokio::test]
async fn reconnects_after_lost_connections() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = PostgresDirectory(store(folder.path()).await);
    for _ in 0..3 {
        join_all((0..CONNECTIONS).map(|_| async { directory.hall().await.expect("an answer") })).await;
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        command(&database(folder.path(), "").await, others).await;
    }
    directory.hall().await.expect("an answer");
    forget(folder.path()).await;
}

#[tokio::test]
async fn classifies_full_disk_damage_and_outage() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = PostgresDirectory(store(folder.path()).await);
    // The same answers as of a disk that is full, or damaged, without filling or damaging one.
    let fails = |with: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION USING ERRCODE = '{with}';
            END $$;
            CREATE OR REPLACE TRIGGER fails BEFORE INSERT ON workspace FOR EACH ROW EXECUTE FUNCTION fails()"
        )
    };
    let address = database(folder.path(), "").await;
    command(&address, &fails("disk_full")).await;
    let workspace = Workspace {
        name: WorkspaceName::parse("Island Studio").expect("a name"),
        language: Language::English,
        sign_up: SignUp::Open,
    };
    assert!(matches!(directory.set_workspace(&workspace).await, Err(StoreError::Full)));
    for damage in ["data_corrupted", "index_corrupted"] {
        command(&address, &fails(damage)).await;
        assert!(matches!(directory.set_workspace(&workspace).await, Err(StoreError::Corrupt(_))), "{damage}");
    }
    command(&address, "DROP TRIGGER fails ON workspace").await;
    directory.set_workspace(&workspace).await.expect("there is space again");
    forget(folder.path()).await;
    assert!(matches!(directory.set_workspace(&workspace).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn names_an_unreachable_server_without_its_password() {
    // Bound and closed again, so that no process listens on the port.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let nobody: Url = format!("postgres://jimmy:secret@127.0.0.1:{port}/chat").parse().expect("an address");
    let sentence = refused(&nobody).await;
    assert!(sentence.contains(&format!("127.0.0.1:{port}")) && sentence.contains("running"), "{sentence}");

    let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("an address").port();
    let mute: Url = format!("postgres://jimmy:secret@127.0.0.1:{port}/chat").parse().expect("an address");
    let sentence = refused(&mute).await;
    assert!(sentence.contains(&format!("127.0.0.1:{port}")) && sentence.contains("does not answer"), "{sentence}");
}

#[tokio::test]
async fn refuses_an_invalid_address_without_its_password() {
    for odd in ["postgres://jimmy:secret@host:port/chat", "postgres://jimmy:secret@host/chat?sslmode=odd"] {
        let refused =
            PostgresStore::open(odd, &schema::DATABASE, CONNECTIONS).await.err().expect("refused").to_string();
        assert!(refused.contains("not the address of a PostgreSQL") && !refused.contains("secret"), "{refused}");
    }
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn refuses_tls_in_a_build_without_it() {
    for mode in ["require", "verify-ca", "verify-full"] {
        let mut address = server();
        address.query_pairs_mut().append_pair("sslmode", mode);
        let sentence = refused(&address).await;
        assert!(sentence.contains("sslmode=disable"), "{sentence}");
    }
}

#[tokio::test]
async fn names_a_missing_or_non_utf8_database() {
    let mut missing = server();
    missing.set_path("jimmy_test_missing");
    let sentence = refused(&missing).await;
    assert!(sentence.contains("createdb jimmy_test_missing"), "{sentence}");

    let folder = tempfile::tempdir().expect("a folder");
    let latin = database(folder.path(), "ENCODING 'LATIN1' LOCALE 'C'").await;
    let sentence = refused(&latin).await;
    assert!(sentence.contains("LATIN1, not UTF8"), "{sentence}");
    forget(folder.path()).await;
}

#[tokio::test]
async fn names_a_user_without_rights() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut address = database(folder.path(), "").await;
    let user = format!("jimmy_test_{}", uuid::Uuid::now_v7().simple());
    address.set_username(&user).expect("a user");
    let sentence = refused(&address).await;
    assert!(sentence.contains(&format!("does not let the user {user} in")), "{sentence}");

    // What a user may do by default differs between versions.
    command(&server(), &format!("CREATE ROLE {user} LOGIN")).await;
    command(&database(folder.path(), "").await, "REVOKE CREATE ON SCHEMA public FROM public").await;
    let sentence = refused(&address).await;
    forget(folder.path()).await;
    command(&server(), &format!("DROP ROLE {user}")).await;
    assert!(sentence.contains(&format!("the user {user} may not create or change tables")), "{sentence}");
}
