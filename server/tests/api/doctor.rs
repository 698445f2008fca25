//! `jimmy-chat doctor` on one machine: it reports problems with the folder, the key and the settings, and changes nothing.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use clap::CommandFactory as _;
use domain::ids::MessageId;
use jimmy_server::config::Args;

use crate::{process::Process, server::Server};

/// Runs it for a folder; returns whether it found no error, and its lines.
fn doctor(data: &Path, flags: &[&str]) -> (bool, String) {
    let doctor = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"))
        .env_clear()
        .args(flags)
        .args(["doctor", "--data", data.to_str().expect("text")])
        .output()
        .expect("it runs");
    (doctor.status.success(), String::from_utf8(doctor.stdout).expect("text"))
}

/// Whether one of the lines has this grade and these words.
fn has_line(lines: &str, grade: &str, words: &str) -> bool {
    lines.lines().any(|line| line.starts_with(&format!("{grade} ")) && line.contains(words))
}

/// Returns each file with its bytes, without SQLite's `-shm`: it holds only the current readers, and may be absent.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = if name.ends_with("-shm") { Vec::new() } else { fs::read(entry.path()).expect("a file") };
        (name, bytes)
    };
    fs::read_dir(folder).expect("a folder").map(entry).collect()
}

#[test]
fn reports_no_problem_and_creates_nothing_at_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (is_well, lines) = doctor(&folder.path().join("data"), &[]);
    assert!(is_well && !lines.contains("error"), "{lines}");
    assert!(has_line(&lines, "ok", "the first start creates it"), "{lines}");
    assert!(content(folder.path()).is_empty());
}

#[test]
fn changes_nothing_beside_a_running_server() {
    let server = Server::start();
    server.sign_up("ann");
    let (is_well, lines) = doctor(server.data.path(), &[]);
    assert!(is_well && !lines.contains("error"), "{lines}");
    for words in [
        "jimmy.db can be read, and is up to date",
        "log.db can be read, and is up to date",
        "is long enough",
        "the log continues where the database has stopped reading it",
    ] {
        assert!(has_line(&lines, "ok", words), "{words}: {lines}");
    }
    let data = server.stop();
    let before = content(data.path());
    assert!(doctor(data.path(), &[]).0);
    assert!(before == content(data.path()), "something was changed");
}

#[test]
fn names_what_is_wrong_with_the_folder() {
    let data = Server::start().stop();
    let path = |file: &str| data.path().join(file);
    fs::set_permissions(data.path(), Permissions::from_mode(0o755)).expect("ours");
    fs::set_permissions(path("signing.key"), Permissions::from_mode(0o644)).expect("ours");
    let (is_well, lines) = doctor(data.path(), &[]);
    assert!(is_well, "it would start: {lines}");
    assert!(has_line(&lines, "warning", "other users of this machine may look into it; chmod 700"), "{lines}");
    assert!(has_line(&lines, "warning", "other users of this machine may read it; chmod 600"), "{lines}");

    fs::write(path("signing.key"), "too short").expect("ours");
    fs::write(path("log.db"), "no database at all, but long enough to be taken for one".repeat(100)).expect("ours");
    let (is_well, lines) = doctor(data.path(), &[]);
    assert!(!is_well);
    assert!(has_line(&lines, "error", "a signing key needs at least 32 random bytes"), "{lines}");
    assert!(has_line(&lines, "error", "log.db cannot be read"), "{lines}");
    assert!(has_line(&lines, "ok", "jimmy.db can be read"), "the others are checked nevertheless: {lines}");

    let (is_well, lines) = doctor(&path("jimmy.db"), &[]);
    assert!(!is_well && has_line(&lines, "error", "it is a file; name a folder with --data"), "{lines}");
}

#[test]
fn reports_a_file_of_a_newer_version() {
    let data = Server::start().stop();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let file = sqlx::sqlite::SqliteConnectOptions::new().filename(data.path().join("jimmy.db"));
        let db = sqlx::SqlitePool::connect_with(file).await.expect("a file");
        let row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', true, x'', 1)";
        sqlx::query(row).execute(&db).await.expect("a row");
        db.close().await;
    });
    let (is_well, lines) = doctor(data.path(), &[]);
    assert!(!is_well && has_line(&lines, "error", "jimmy.db was written by a newer version"), "{lines}");
}

#[test]
fn reports_settings_that_contradict_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let reports = |flags: &[&str], grade: &str, words: &str| {
        let (_, lines) = doctor(folder.path(), flags);
        assert!(has_line(&lines, grade, words), "{flags:?}: {lines}");
    };
    reports(&["--public-url", "http://chat.lan", "--insecure-http"], "warning", "can read passwords");
    reports(&["--public-url", "https://chat.example.org"], "warning", "no --trusted-proxy is named");
    reports(&["--no-rate-limits"], "warning", "--no-rate-limits is for load tests");
    reports(&["--metrics-listen", "0.0.0.0:9100"], "warning", "every network of this machine");
    let (_, lines) =
        doctor(folder.path(), &["--public-url", "https://chat.example.org", "--trusted-proxy", "127.0.0.1"]);
    assert!(!lines.contains("warning settings"), "{lines}");
}

#[test]
fn reports_a_low_limit_of_open_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let limited = |files: &str| {
        let command = format!("ulimit -n {files} && exec \"$0\" doctor --data \"$1\"");
        let binary = env!("CARGO_BIN_EXE_jimmy-chat");
        let doctor = Command::new("sh").args(["-c", &command, binary]).arg(folder.path()).output().expect("it runs");
        (doctor.status.success(), String::from_utf8(doctor.stdout).expect("text"))
    };
    let (is_well, lines) = limited("4096");
    assert!(is_well && has_line(&lines, "warning", "about 3596 connections fit of the 16000"), "{lines}");
    let (is_well, lines) = limited("256");
    assert!(!is_well && has_line(&lines, "error", "this process may open 256 files"), "{lines}");
}

#[test]
fn reports_a_log_that_does_not_continue_the_database() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    ann.say(&ann.hall().id, MessageId::generate(), "one");
    let data = server.stop();
    let other = Server::start().stop();
    let reports = |words: &str| {
        let (is_well, lines) = doctor(data.path(), &[]);
        assert!(
            !is_well && has_line(&lines, "error", words) && has_line(&lines, "error", "replace-log"),
            "{words}: {lines}"
        );
    };
    fs::copy(other.path().join("log.db"), data.path().join("log.db")).expect("exchanged");
    reports("--archive and --event-log: the database has read the log up to");
    fs::remove_file(data.path().join("log.db")).expect("lost");
    reports("but the log ends at 0");
}

#[test]
fn empty_variables_count_as_not_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let command = Args::command();
    let variables = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).chain(["RUST_LOG"]);
    let empty: Vec<(&str, &str)> = variables.map(|variable| (variable, "")).collect();
    assert!(empty.len() > 10, "{empty:?}");
    let doctor = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"))
        .env_clear()
        .envs(empty.iter().copied())
        .arg("doctor")
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&doctor.stderr);
    assert!(doctor.status.success(), "{errors}");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("--data ./data: it does not exist yet"), "the defaults");
    let mut process = Process::start(Path::new(env!("CARGO_BIN_EXE_jimmy-chat")), folder.path(), &empty);
    let log = process.log();
    process.signal("TERM");
    let log = log.join().expect("read");
    assert!(log.contains(" INFO ") && log.contains("started"), "{log}");
}
