//! `jimmy-chat doctor` on real services: it confirms what is right, reports what is wrong with a remedy, and
//! nothing is changed.

use std::process::Command;

use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
};

use crate::{Cluster, eventually, stack::Place};

/// Runs it with some settings changed; returns whether it found no error, and its lines.
fn doctor(place: &Place, changed: &[(&str, String)]) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let doctor = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"))
        .env_clear()
        .envs(place.environment())
        .envs(changed.iter().map(|(name, value)| (name, value)))
        .env("RUST_LOG", "off")
        .arg("doctor")
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&doctor.stderr);
    let lines = String::from_utf8(doctor.stdout).expect("text");
    assert!(!lines.contains("secret") && !errors.contains("secret"), "the password is printed: {lines}{errors}");
    assert!(folder.path().read_dir().expect("a folder").next().is_none(), "something was made");
    (doctor.status.success(), lines)
}

/// Whether one of the lines has this grade, is about this flag, and has these words.
fn has_line(lines: &str, grade: &str, flag: &str, words: &str) -> bool {
    let of = |line: &&str| line.starts_with(&format!("{grade} ")) && line.contains(flag) && line.contains(words);
    lines.lines().any(|line| of(&line))
}

/// An address with another user.
fn as_user(address: &str, user: &str) -> String {
    let (_, place) = address.rsplit_once('@').expect("a user");
    format!("postgres://{user}:secret@{place}")
}

#[test]
fn doctor_accepts_durable_services() {
    let place = Place::new();
    let (is_well, lines) = doctor(&place, &[]);
    assert!(is_well, "{lines}");
    assert!(
        has_line(&lines, "ok", "--directory and --archive", "it is empty; the first server creates the tables"),
        "{lines}"
    );
    assert!(has_line(&lines, "warning", "--event-log", "does not exist; the server creates it"), "{lines}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(place.numbers(tables), [0], "no table was made");

    let cluster = Cluster::start_at(place, &["a"]);
    let (is_well, lines) = doctor(&cluster.place, &[]);
    assert!(is_well && !lines.contains("warning --"), "{lines}");
    for (flag, words) in [
        ("signing key", "it can be read, and is long enough"),
        ("--directory and --archive", "it accepts the connection, and is PostgreSQL"),
        ("--directory and --archive", "not encrypted, and does not leave this machine"),
        ("--directory and --archive", "its schema is up to date"),
        ("--directory and --archive", "committed data is on the disk"),
        ("--directory and --archive", "its clock agrees with ours"),
        ("--directory and --archive", "it has connections for"),
        ("--directory and --archive", "no migration into it is unfinished"),
        ("--event-log", "keeps every acknowledged message"),
        ("--archive and --event-log", "the log continues where the database has stopped reading it"),
        ("--recent and --ephemeral", "it accepts the connection, and is Redis"),
        ("--recent and --ephemeral", "not encrypted, and does not leave this machine"),
        ("--recent and --ephemeral", "it runs scripts"),
        ("--recent and --ephemeral", "evicts by allkeys-lru"),
    ] {
        assert!(has_line(&lines, "ok", flag, words), "{flag} {words}: {lines}");
    }
}

#[test]
fn doctor_reports_an_unsafe_or_full_database() {
    let place = Place::new();
    let name = place.database.rsplit('/').next().expect("a name").to_owned();
    let broken = |setting: &str, mended: &str, words: &str| {
        place.sql(&place.postgres, &format!("ALTER DATABASE {name} {setting}"));
        let (is_well, lines) = doctor(&place, &[]);
        assert!(!is_well && has_line(&lines, "error", "--directory and --archive", words), "{setting}: {lines}");
        place.sql(&place.postgres, &format!("ALTER DATABASE {name} {mended}"));
        let (is_well, lines) = doctor(&place, &[]);
        assert!(is_well, "{mended}: {lines}");
    };
    broken("SET synchronous_commit = off", "RESET synchronous_commit", "synchronous_commit is off: after a crash");
    broken("SET default_transaction_read_only = on", "RESET default_transaction_read_only", "it is read-only");
    broken("CONNECTION LIMIT 10", "CONNECTION LIMIT -1", "it has 10 connections left");
}

#[test]
fn doctor_reports_missing_rights_and_newer_schema() {
    let cluster = Cluster::start(&["a"]);
    let place = &cluster.place;
    let name = place.database.rsplit('/').next().expect("a name").to_owned();
    let user = format!("user_{name}");
    place.sql(&place.postgres, &format!("CREATE ROLE {user} LOGIN PASSWORD 'secret'"));
    let theirs = as_user(&place.database, &user);
    let reports = |address: &str, words: &str| {
        let changed = [("JIMMY_DIRECTORY", address.to_owned()), ("JIMMY_ARCHIVE", address.to_owned())];
        let (is_well, lines) = doctor(place, &changed);
        assert!(!is_well && has_line(&lines, "error", "--directory and --archive", words), "{words}: {lines}");
    };
    reports(&theirs, &format!("the user {user} may not read and write _sqlx_migrations, accounts, channels"));
    reports(&as_user(&place.database.replace(&name, "nowhere_at_all"), &user), "has no database nowhere_at_all");
    reports(&as_user(&place.postgres, &user), "may not create tables");
    reports("postgres://ann:secret@127.0.0.1:1/chat", "cannot be reached");
    reports("postgres://ann@127.0.0.1:1/chat?passwort=secret", "the parameter \"passwort\" is unknown");
    let row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', true, '', 1)";
    place.sql(&place.database, row);
    reports(&place.database, "its schema was created by a newer version");
    place.sql(&place.postgres, &format!("DROP ROLE {user}"));
}

#[test]
fn doctor_reports_an_unsafe_topic_and_the_fix() {
    let place = Place::new();
    let brokers = place.kafka.strip_prefix("kafka://").expect("an address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client");
        let topic = NewTopic::new(&place.topic, 3, TopicReplication::Fixed(1)).set("cleanup.policy", "compact");
        let made = admin.create_topics([&topic], &AdminOptions::new()).await.expect("an answer");
        made.into_iter().for_each(|topic| drop(topic.expect("made")));
    });
    let (is_well, lines) = doctor(&place, &[]);
    assert!(!is_well);
    assert!(has_line(&lines, "error", "--event-log", "--add-config cleanup.policy=delete"), "{lines}");
    assert!(has_line(&lines, "error", "--event-log", "--add-config flush.messages=1"), "{lines}");
    let (is_well, lines) = doctor(&place, &[("JIMMY_EVENT_LOG", "kafka://127.0.0.1:1/chat".into())]);
    assert!(!is_well && has_line(&lines, "error", "--event-log", "no Kafka answers at 127.0.0.1:1"), "{lines}");
    let password = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(password.path(), "secret").expect("written");
    let file = password.path().display();
    let with_sasl = format!("{}/chat?security_protocol=sasl_plaintext&username=ann&password_file={file}", place.kafka);
    let (is_well, lines) = doctor(&place, &[("JIMMY_EVENT_LOG", with_sasl)]);
    let words = "set security_protocol to the protocol";
    assert!(!is_well && has_line(&lines, "error", "--event-log", words), "{lines}");
    let (is_well, lines) = doctor(&place, &[("JIMMY_EVENT_LOG", format!("{}/a/b", place.kafka))]);
    assert!(!is_well && has_line(&lines, "error", "--event-log", "the address"), "{lines}");
}

#[test]
fn doctor_reports_an_unreachable_redis() {
    let place = Place::new();
    let (_, rest) = place.redis.split_once("://").expect("an address");
    for address in [format!("redis://nobody:secret@{rest}"), "redis://:secret@127.0.0.1:1/0".into()] {
        let (is_well, lines) = doctor(&place, &[("JIMMY_RECENT", address)]);
        assert!(!is_well && has_line(&lines, "error", "--recent redis://", "cannot be used"), "{lines}");
        assert!(has_line(&lines, "ok", "--ephemeral redis://", "it answers in"), "each is checked: {lines}");
    }
}

#[test]
fn doctor_reports_mismatched_stores() {
    let mut cluster = Cluster::start(&["a"]);
    cluster.server("a").sign_up("ann");
    let place = &cluster.place;
    eventually("something is in the archive", || place.numbers("SELECT max(next_offset) FROM projections")[0] > 0);
    cluster.take("a").kill();
    let place = &cluster.place;
    let other = format!("{}/{}-other?partitions=3", place.kafka, place.topic);
    let (is_well, lines) = doctor(place, &[("JIMMY_EVENT_LOG", other)]);
    let words = "but the log ends at 0: one of the two was exchanged or restored alone";
    assert!(!is_well && has_line(&lines, "error", "--archive and --event-log", words), "{lines}");
    place.sql(&place.database, "UPDATE projections SET next_offset = 1000");
    let (is_well, lines) = doctor(place, &[]);
    let words = "the database has read the log up to 1000";
    assert!(!is_well && has_line(&lines, "error", "--archive and --event-log", words), "{lines}");
    let begun = "INSERT INTO migration (only_one, source, generation, partitions) VALUES (1, 'hall', 2, 3)";
    place.sql(&place.database, begun);
    let (_, lines) = doctor(place, &[]);
    let words = "a migration into this database has not finished: run the same jimmy-chat migrate";
    assert!(has_line(&lines, "error", "--directory and --archive", words), "{lines}");
}
