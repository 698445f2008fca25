//! B 9, 10, 11, 13, 17: tokens that are forged, and the key that they are signed with.

use std::{net::TcpListener, process::Command};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    PROGRAM,
    forger::{Forger, as_bearer, as_cookie, is_worthless, now, part, sign, unsigned},
    raw::{self, Raw},
    server::{PASSWORD, Server},
};

#[test]
fn b09_accepts_no_other_algorithm() {
    let server = Server::start();
    let forger = Forger::of(&server.sign_up("ann"));
    let claims = forger.claims("program");
    assert_eq!(as_bearer(&server, &forger.claim(&claims)), 200, "the forger knows how");
    let claims = claims.to_string();
    for alg in ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256"] {
        let header = json!({ "typ": "JWT", "alg": alg, "kid": forger.kid }).to_string();
        is_worthless(&server, &forger.sign(&header, &claims), alg);
        is_worthless(&server, &format!("{}.", unsigned(&header, &claims)), alg);
        is_worthless(&server, &unsigned(&header, &claims), alg);
    }
    let header = forger.header().to_string();
    for key in [&b""[..], forger.kid.as_bytes(), b"secret", &[0; 48]] {
        is_worthless(&server, &sign(key, &header, &claims), "another key");
    }
    let genuine = forger.sign(&header, &claims);
    is_worthless(&server, &genuine[..genuine.len() - 2], "a signature cut short");
    is_worthless(&server, &format!("{}.{}", unsigned(&header, &claims), "A".repeat(43)), "a signature of zeros");
}

#[test]
fn b10_key_ids_are_never_looked_up() {
    let server = Server::start();
    let forger = Forger::of(&server.sign_up("ann"));
    let claims = forger.claims("program").to_string();
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("a socket");
    let url = format!("http://{}/key", elsewhere.local_addr().expect("an address"));
    let other_server = Server::start();
    let theirs = Forger::of(&other_server.sign_up("ann")).kid;
    let long = "k".repeat(20_000);
    for kid in ["../../etc/passwd", "/dev/zero", "' OR 1=1 --", "", "\0", "signing.key", &url, &theirs, &long] {
        let header = json!({ "alg": "HS256", "kid": kid }).to_string();
        is_worthless(&server, &forger.sign(&header, &claims), kid);
        is_worthless(&server, &sign(kid.as_bytes(), &header, &claims), kid);
    }
    is_worthless(&server, &forger.sign(r#"{"alg":"HS256"}"#, &claims), "no kid");
    // Headers that bring or name a key of the forger's own.
    let own = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("mine"), "alg": "HS256" });
    for (word, value) in [("jwk", own), ("jku", json!(url)), ("x5u", json!(url))] {
        let mut header = forger.header();
        header[word] = value;
        is_worthless(&server, &sign(b"mine", &header.to_string(), &claims), word);
    }
    assert!(elsewhere.accept().is_err(), "no key was fetched");

    let header = json!({ "alg": "HS256", "kid": "k".repeat(1_000_000) }).to_string();
    let token = forger.sign(&header, &claims);
    let mut raw = Raw::connect(&server.origin);
    raw.write(format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"));
    assert_eq!(raw::status(&raw.rest()), Some(431), "a megabyte is not even read");
}

#[test]
fn b11_checks_every_claim() {
    let server = Server::start();
    let forger = Forger::of(&server.sign_up("ann"));
    let good = forger.claims("program");
    assert_eq!(as_bearer(&server, &forger.claim(&good)), 200, "the forger knows how");
    let at = now();
    for (claim, value) in [
        ("exp", json!(at - 61)),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
        ("nbf", json!(at + 61)),
        ("iat", json!(at + 61)),
        ("iat", json!(at + 1_000_000_000)),
        ("aud", json!("someone")),
        ("aud", json!([])),
        ("iss", json!("https://evil.example")),
        ("sub", json!("no-such-session")),
        ("sub", json!("' OR 1=1 --")),
        ("sub", Value::Null),
        ("admin", json!(true)),
    ] {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        is_worthless(&server, &forger.claim(&claims), &format!("{claim} is {value}"));
    }
    for claim in ["exp", "nbf", "iat", "aud", "iss", "sub"] {
        let mut claims = good.clone();
        claims.as_object_mut().expect("claims").remove(claim);
        is_worthless(&server, &forger.claim(&claims), &format!("without {claim}"));
    }
    let header = forger.header().to_string();
    let twice = good.to_string().replace('}', r#","sub":"no-such-session"}"#);
    is_worthless(&server, &forger.sign(&header, &twice), "a claim twice");
    is_worthless(&server, &forger.sign(&header, &format!("{good}x")), "something behind the claims");
    is_worthless(&server, &forger.sign(&header, "[]"), "claims that are a list");
    is_worthless(&server, &format!("{}.x", forger.claim(&good)), "a fourth part");
    is_worthless(&server, "", "nothing");
    // What is for pages is not for programs, and the other way round.
    assert_eq!(as_cookie(&server, &forger.claim(&good)), 401);
    let for_pages = forger.claim(&forger.claims("page"));
    assert_eq!((as_cookie(&server, &for_pages), as_bearer(&server, &for_pages)), (200, 401));
}

/// The sentence with which the program refuses to start with a key.
fn refusal(key: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    std::fs::write(&file, key).expect("written");
    let mut command = Command::new(PROGRAM);
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(folder.path()).arg("--signing-key-file").arg(file);
    let output = command.output().expect("it runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn b13_refuses_weak_keys_and_generates_unique_ones() {
    for weak in [&b""[..], b"changeme", &[7; 64], &[b'x'; 31], "0123456789abcdef0123456789abcde".as_bytes()] {
        let sentence = refusal(weak);
        assert!(sentence.contains("at least 32 random bytes") && !sentence.contains("panicked"), "{sentence}");
    }
    let (server, other) = (Server::start(), Server::start());
    let (ann, eve) = (server.sign_up("ann"), other.sign_up("eve"));
    let (ours, theirs) = (Forger::of(&ann), Forger::of(&eve));
    assert!(ours.key != theirs.key && ours.kid != theirs.kid, "no default that all share");
    is_worthless(&server, &eve.session.access_token, "another server's");
    let named_alike = sign(&theirs.key, &ours.header().to_string(), &ours.claims("program").to_string());
    is_worthless(&server, &named_alike, "another server's key under the name of ours");
}

#[test]
fn b13_tokens_of_a_removed_key_are_refused() {
    let server = Server::start();
    let token = server.sign_up("ann").session.access_token;
    let server = Server::start_with(&[], server.stop());
    assert_eq!(as_bearer(&server, &token), 200, "a restart changes nothing");
    let data = server.stop();
    std::fs::remove_file(data.path().join("signing.key")).expect("a key");
    let server = Server::start_with(&[], data);
    is_worthless(&server, &token, "the key has gone");
    server.log_in("ann");
}

#[test]
fn b17_tokens_are_hs256_with_an_audience() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    for (token, audience) in [(ann.session.access_token.as_str(), "program"), (&cookie["jimmy=".len()..], "page")] {
        assert_eq!(part(token, 0)["alg"], "HS256");
        let claims = part(token, 1);
        let mut names: Vec<&str> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "exp", "iat", "iss", "nbf", "sub"], "and nothing about the person");
        assert_eq!((&claims["aud"], &claims["iss"]), (&json!(audience), &json!("jimmy-chat")));
    }
}
