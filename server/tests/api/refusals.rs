//! Messages of a program that cannot start: one sentence that names the setting. And the operator's commands.

use std::process::{Command, Output};

use serde_json::json;

use crate::server::{PASSWORD, Server};

/// Runs the program in an empty folder, so that a `./data` that it makes is gone afterwards.
fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"));
    command.args(arguments).current_dir(&folder).env_remove("JIMMY_DATA").env_remove("JIMMY_LISTEN");
    command.output().expect("it runs")
}

/// The sentence with which it refuses to start.
fn refusal(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    let sentence = String::from_utf8(output.stderr).expect("text");
    assert!(!sentence.contains("panicked"), "{sentence}");
    sentence
}

#[test]
fn names_unusable_folders_and_ports() {
    let server = Server::start();
    let folder = server.data.path().to_str().expect("text");
    let second = refusal(&["--data", folder, "--listen", "127.0.0.1:0"]);
    assert!(second.contains("another jimmy-chat is using this folder"), "{second}");

    let file = server.data.path().join("lock").join("below-a-file");
    let below = refusal(&["--data", file.to_str().expect("text"), "--listen", "127.0.0.1:0"]);
    assert!(below.contains("the folder cannot be created"), "{below}");
    let file = file.parent().and_then(|file| file.to_str()).expect("text");
    let no_folder = refusal(&["--data", file, "--listen", "127.0.0.1:0"]);
    assert!(no_folder.contains("is a file, not a folder"), "{no_folder}");
    let hidden = refusal(&["reset-password", "ann", "--data", file]);
    assert!(hidden.contains("jimmy.db cannot be read"), "{hidden}");

    let listen = server.origin.strip_prefix("http://").expect("plain http");
    let other = tempfile::tempdir().expect("a folder");
    let taken = refusal(&["--data", other.path().to_str().expect("text"), "--listen", listen]);
    assert!(taken.contains("another program is listening there"), "{taken}");
}

#[test]
fn unsafe_addresses_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    let open = refusal(&["--data", data, "--listen", "0.0.0.0:0"]);
    assert!(open.contains("--public-url"), "{open}");
    let plain = refusal(&["--data", data, "--listen", "127.0.0.1:0", "--public-url", "http://chat.example.org"]);
    assert!(plain.contains("--insecure-http"), "{plain}");
    let odd = refusal(&["--data", data, "--listen", "somewhere"]);
    assert!(odd.contains("--listen"), "{odd}");
}

#[test]
fn refuses_an_exchanged_log_or_database() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    ann.create("zoo");
    let data = server.stop();
    for name in ["log.db", "log.db-wal", "log.db-shm"] {
        let _ = std::fs::remove_file(data.path().join(name));
    }
    let gone = refusal(&["--data", data.path().to_str().expect("text"), "--listen", "127.0.0.1:0"]);
    assert!(gone.contains("the log ends at 0"), "{gone}");

    let server = Server::start();
    server.sign_up("ann");
    let data = server.stop();
    std::fs::remove_file(data.path().join("jimmy.db")).expect("after an orderly stop it is the one file");
    let gone = refusal(&["--data", data.path().to_str().expect("text"), "--listen", "127.0.0.1:0"]);
    assert!(gone.contains("jimmy.db has no accounts"), "no other user becomes the owner: {gone}");
}

#[test]
fn operator_resets_a_password_beside_a_server() {
    let server = Server::start();
    server.sign_up("ann");
    let folder = server.data.path().to_str().expect("text");
    let output = run(&["reset-password", "Ann", "--data", folder]);
    let said = String::from_utf8(output.stdout).expect("text");
    let new = said.lines().next().and_then(|line| line.rsplit(' ').next()).expect("a password");
    let log_in = |password: &str| {
        let body = json!({ "name": "ann", "password": password });
        server.call("POST", "/api/v1/sessions", &[], Some(&body)).status
    };
    assert_eq!((log_in(new), log_in(PASSWORD)), (201, 401), "{said}");
    let unknown = refusal(&["reset-password", "nobody", "--data", folder]);
    assert!(unknown.contains("there is no account called nobody"), "{unknown}");
}

#[test]
fn files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("made");
    let _server = Server::start_in(&data);
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o077;
    assert_eq!((mode(&data), mode(&data.join("signing.key"))), (0, 0));
}

#[test]
fn never_creates_a_shared_signing_key() {
    let flags = ["--directory", "postgres://127.0.0.1:1/jimmy", "--signing-key-file", "/nowhere/signing.key"];
    let refused =
        refusal(&[&flags[..], &["--event-log", "kafka://127.0.0.1:1/jimmy", "--listen", "127.0.0.1:0"]].concat());
    assert!(refused.contains("/nowhere/signing.key: it does not exist"), "{refused}");
}
