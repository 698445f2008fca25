//! A 1, 3, 4: how passwords are kept, and which ones are taken.

use std::time::{Duration, Instant};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use serde_json::json;

use crate::{
    database,
    raw::{self, Raw},
    server::{Answer, PASSWORD, Server},
};

fn sign_up(server: &Server, name: &str, password: &str) -> Answer {
    server.call("POST", "/api/v1/accounts", &[], Some(&json!({ "name": name, "password": password })))
}

fn log_in(server: &Server, name: &str, password: &str) -> Answer {
    server.call("POST", "/api/v1/sessions", &[], Some(&json!({ "name": name, "password": password })))
}

/// The minimum that OWASP recommends: 19 MiB, two passes.
fn is_strong(hash: &str) -> bool {
    let parsed = PasswordHash::new(hash).expect("a PHC string");
    let params = Params::try_from(&parsed).expect("parameters");
    hash.starts_with("$argon2id$v=19$") && params.m_cost() >= 19_456 && params.t_cost() >= 2
}

#[test]
fn a01_weak_hashes_are_replaced_at_the_next_log_in() {
    let server = Server::start();
    server.sign_up("ann");
    let stored = |server: &Server| database::texts(server.data.path(), "SELECT password_hash FROM accounts").remove(0);
    assert!(is_strong(&stored(&server)), "{}", stored(&server));

    let params = Params::new(4_096, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let weak = weak.hash_password(PASSWORD.as_bytes(), &SaltString::generate(&mut OsRng)).expect("a hash").to_string();
    assert!(!is_strong(&weak));
    database::change(server.data.path(), &format!("UPDATE accounts SET password_hash = '{weak}'"));
    assert_eq!(log_in(&server, "ann", "another password").status, 401);
    assert_eq!(stored(&server), weak, "a wrong password changes nothing");
    server.log_in("ann");
    assert!(is_strong(&stored(&server)), "{}", stored(&server));
    server.log_in("ann");
}

#[test]
fn a03_unknown_name_and_wrong_password_get_the_same_answer() {
    let server = Server::start();
    server.sign_up("ann");
    let answer = |name: &str, password: &str| {
        let answer = log_in(&server, name, password);
        let mut headers = answer.headers.clone();
        headers.remove("date");
        (answer.status, answer.text, format!("{headers:?}"))
    };
    let wrong = answer("ann", "not her password");
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong, answer("nobody", PASSWORD));
    assert_eq!(wrong, answer("", ""));
    assert_eq!(wrong, answer("two words", PASSWORD));
    assert_eq!(wrong, answer("ann", &"x".repeat(10_000)));
    assert_eq!(wrong, answer("nobody", &"x".repeat(10_000)));
}

/// Tries of each kind, one after another, so that whatever else the machine does concerns both.
const TRIES: usize = 15;

#[test]
fn a03_unknown_name_costs_as_much_as_a_wrong_password() {
    let server = Server::unlimited();
    server.sign_up("ann");
    let time = |name: &str| {
        let since = Instant::now();
        assert_eq!(log_in(&server, name, "not the password").status, 401);
        since.elapsed()
    };
    let (mut known, mut unknown): (Vec<_>, Vec<_>) = (0..TRIES).map(|_| (time("ann"), time("nobody"))).unzip();
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[TRIES / 2].as_secs_f64()
    };
    let ratio = median(&mut unknown) / median(&mut known);
    assert!((0.5..2.0).contains(&ratio), "an unknown name takes {ratio} times as long");
}

#[test]
fn a04_accepts_passwords_of_any_script_without_truncation() {
    let server = Server::unlimited();
    let long = "correct horse battery staple ".repeat(5);
    for (name, password) in [
        ("lower", "onlylowercaseletters"),
        ("digits", "83047192657"),
        ("spaces", "  it begins and ends with spaces  "),
        ("emoji", "😀 my cat is blue"),
        ("family", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦 is a family"),
        ("chinese", "一個很長的句子喔喔"),
        ("korean", "비밀번호는길어요정말"),
        ("chars64", &long[..64]),
        ("chars100", &long[..100]),
        ("chars128", &long[..128]),
    ] {
        assert_eq!(sign_up(&server, name, password).status, 201, "{password}");
        assert_eq!(log_in(&server, name, password).status, 201, "{password}");
        let cut: String = password.chars().take(password.chars().count() - 1).collect();
        assert_eq!(log_in(&server, name, &cut).status, 401, "without its last character: {password}");
        assert_eq!(log_in(&server, name, &format!("{password}x")).status, 401, "with one more: {password}");
    }
}

#[test]
fn a04_passwords_are_normalised_across_keyboards() {
    let server = Server::start();
    for (name, typed, again) in [
        ("ann", "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ", "correct horse"),
        ("bob", "cafe\u{301} au lait", "caf\u{e9} au lait"),
        ("eve", "ｶﾞｷﾞｸﾞｹﾞｺﾞ ﾊﾟﾋﾟ", "ガギグゲゴ パピ"),
    ] {
        assert_eq!(sign_up(&server, name, typed).status, 201);
        assert_eq!(log_in(&server, name, again).status, 201, "{typed}");
    }
}

#[test]
fn a04_refuses_short_common_and_guessable_passwords() {
    let server = Server::start();
    for weak in [
        "",
        "short",
        "seven77",
        "短短的七個字元",
        "password",
        "Password1",
        "12345678",
        "qwertyuiop",
        "jimmychat1",
        "newcomer",
        "Newcomer42",
        "aaaaaaaaaaaa",
        &"x7y".repeat(43),
    ] {
        assert_eq!(sign_up(&server, "newcomer", weak).code(), "weak_password", "{weak:?}");
    }
}

#[test]
fn a04_refuses_a_megabyte_password_before_hashing() {
    let server = Server::start();
    server.sign_up("ann");
    let body = json!({ "name": "ann", "password": "x7y".repeat(350_000) }).to_string();
    for path in ["/api/v1/accounts", "/api/v1/sessions"] {
        let mut raw = Raw::connect(&server.origin);
        raw.write(raw::post(path, &body));
        assert_eq!(raw::status(&raw.rest()), Some(413), "{path}");
    }
    server.log_in("ann");
}
