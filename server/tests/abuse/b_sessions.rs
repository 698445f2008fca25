//! B 8, 12, 14, 15, 16: sessions, from log-in to their end, and their tokens.

use std::{
    path::Path,
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use domain::{api::Session, ids::MessageId};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    PROGRAM, database,
    forger::{Forger, as_bearer, now, part},
    process::Process,
    server::{Answer, PASSWORD, Server, Socket},
};

fn page_log_in(server: &Server, name: &str, before: Option<&str>) -> Answer {
    server.form("/do/log_in", before, &[("name", name), ("password", PASSWORD)])
}

fn session_of(cookie: &str) -> String {
    part(cookie.split_once('=').expect("a cookie").1, 1)["sub"].as_str().expect("a session").to_owned()
}

#[test]
fn b08_log_in_ignores_an_earlier_cookie() {
    let server = Server::start();
    let (_ann, _eve) = (server.sign_up("ann"), server.sign_up("eve"));
    let planted = page_log_in(&server, "eve", None).session_cookie();
    let entered = page_log_in(&server, "ann", Some(&planted)).session_cookie();
    assert_ne!(session_of(&entered), session_of(&planted));
    let who = |cookie: &str| server.call("GET", "/api/v1/me", &[("cookie", cookie)], None).text;
    assert!(who(&planted).contains(r#""name":"eve""#), "who planted it is not logged in as Ann: {}", who(&planted));
    assert!(who(&entered).contains(r#""name":"ann""#));
    let again = page_log_in(&server, "ann", Some(&entered)).session_cookie();
    assert_ne!(session_of(&again), session_of(&entered), "each log-in is another");

    let made_up = "jimmy=planted-before-log-in";
    let entered = page_log_in(&server, "ann", Some(made_up)).session_cookie();
    assert_ne!(entered, made_up);
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", made_up)], None).status, 401);
}

#[test]
fn b12_log_out_invalidates_tokens_and_closes_sockets() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let ours = server.origin.clone();
    for (path, by_form, all) in [
        ("/sessions/current", false, false),
        ("/sessions", false, true),
        ("/do/log_out", true, false),
        ("/do/log_out_everywhere", true, true),
    ] {
        let (one, other) = (server.log_in("ann"), server.log_in("ann"));
        let page = page_log_in(&server, "ann", None).session_cookie();
        let ((mut of_one, _), (mut of_other, _)) = (one.connect(), other.connect());
        let mut of_page = Socket::open(&server, &[("cookie", &page), ("origin", &ours)]).expect("it opens");
        of_page.resume(&[]);
        let bearer = |token: &str| as_bearer(&server, token);
        let cookie = || server.call("GET", "/api/v1/me", &[("cookie", &page)], None).status;
        // Asked before, so that an answer that is kept for a while is among what has to go.
        assert_eq!((bearer(&one.session.access_token), cookie()), (200, 200));
        match by_form {
            true => drop(server.form(path, Some(&page), &[])),
            false => drop(one.call("DELETE", path, None)),
        }
        if all || by_form {
            assert_eq!((of_page.closed(), cookie()), (4403, 401), "{path}");
            assert_eq!(Socket::open(&server, &[("cookie", &page), ("origin", &ours)]).err(), Some(401), "{path}");
        }
        if all || !by_form {
            assert_eq!((of_one.closed(), bearer(&one.session.access_token)), (4403, 401), "{path}");
            assert_eq!(Socket::open(&server, &[("authorization", &one.bearer())]).err(), Some(401), "{path}");
        }
        if all {
            assert_eq!((of_other.closed(), bearer(&other.session.access_token)), (4403, 401), "{path}");
        } else {
            of_other.say(&other.hall().id, MessageId::generate(), "not mine");
            of_other.ack();
        }
    }
    assert_eq!(ann.call("GET", "/me", None).status, 401, "everywhere is everywhere");
}

fn refresh(server: &Server, token: &str) -> Answer {
    server.call("POST", "/api/v1/sessions/refresh", &[], Some(&json!({ "refresh_token": token })))
}

#[test]
fn b14_refresh_token_works_once_with_a_grace_period() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let first = &ann.session.refresh_token;
    let both: Vec<Session> = scope(|scope| {
        let tabs = [(); 2].map(|()| scope.spawn(|| refresh(&server, first).json()));
        tabs.into_iter().map(|tab| tab.join().expect("an answer")).collect()
    });
    assert_eq!(both[0].refresh_token, both[1].refresh_token, "neither tab is logged out");
    assert_ne!(&both[0].refresh_token, first);
    assert_eq!(refresh(&server, &both[0].refresh_token).status, 200);
    assert_eq!(refresh(&server, "made up").code(), "unauthorized");
    ann.call("DELETE", "/sessions", None);
    assert_eq!(refresh(&server, &both[0].refresh_token).code(), "unauthorized");
}

#[test]
fn b14_reused_refresh_token_ends_the_session() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let next: Session = refresh(&server, &ann.session.refresh_token).json();
    let (mut socket, _) = ann.connect();
    // As if that had been eleven seconds ago.
    database::change(server.data.path(), "UPDATE refresh_tokens SET spent_at = spent_at - 11000 WHERE spent_at > 0");
    assert_eq!(refresh(&server, &ann.session.refresh_token).code(), "unauthorized");
    assert_eq!(socket.closed(), 4403);
    assert_eq!(as_bearer(&server, &next.access_token), 401, "the thief's and the owner's alike");
    assert_eq!(refresh(&server, &next.refresh_token).code(), "unauthorized");
    server.log_in("ann");
}

#[test]
fn b14_stored_values_are_not_usable_as_tokens() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let stored = database::texts(server.data.path(), "SELECT hex(hash) FROM refresh_tokens");
    let token = &ann.session.refresh_token;
    let hash: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(stored, [hash]);
    for file in std::fs::read_dir(server.data.path()).expect("a folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("bytes");
        for secret in [token, &ann.session.access_token, PASSWORD] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", path.display());
        }
    }
}

#[test]
fn b15_cookie_is_hidden_from_scripts_and_other_sites() {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let flags = ["--public-url", "https://chat.example.org", "--listen", &listen];
    let mut server = Server::start_with(&flags, tempfile::tempdir().expect("a folder"));
    server.origin = format!("http://{listen}");
    let headers = [("origin", "https://chat.example.org"), ("content-type", "application/x-www-form-urlencoded")];
    let mut request = ureq::post(server.url("/do/sign_up")).config().max_redirects(0).build();
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.header("accept", "text/html").send("name=ann&password=correct+horse+battery");
    let response = response.expect("an answer");
    let cookie = response.headers()["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("__Host-jimmy="), "{cookie}");
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");
    assert!(response.headers().contains_key("strict-transport-security"));
}

#[test]
fn b15_plain_http_cookie_has_its_documented_name() {
    let server = Server::start();
    server.sign_up("ann");
    let entered = page_log_in(&server, "ann", None);
    assert!(entered.cookie.starts_with("jimmy="), "{}", entered.cookie);
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(entered.cookie.contains(attribute), "{attribute} in {}", entered.cookie);
    }
    assert!(!entered.cookie.to_lowercase().contains("domain"), "{}", entered.cookie);
    let token = entered.session_cookie()["jimmy=".len()..].to_owned();
    assert!(!entered.location.contains(&token) && !entered.text.contains(&token));
    let page = server.call("GET", "/", &[("cookie", &entered.session_cookie()), ("accept", "text/html")], None);
    assert!(page.status == 200 && !page.text.contains(&token), "the token is nowhere in the page");
}

#[test]
fn b15_logs_hold_no_secrets_and_no_messages() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(Path::new(PROGRAM), folder.path(), &[("RUST_LOG", "debug")]);
    let log = process.log();
    let (session, hall) = process.sign_up("ann");
    let mut socket = process.socket(&session.access_token).expect("it opens");
    socket.send(crate::process::send(&hall, MessageId::generate(), false)).expect("sent");
    let (id, _) = crate::process::ack(&mut socket).expect("an ack");
    let wrong = json!({ "name": "ann", "password": "wrong-canary" });
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let refused = agent.post(format!("{}/api/v1/sessions", process.origin)).send_json(wrong).expect("an answer");
    assert_eq!(refused.status(), 401);
    let stolen = json!({ "refresh_token": "refresh-canary" });
    agent.post(format!("{}/api/v1/sessions/refresh", process.origin)).send_json(stolen).expect("an answer");
    process.kill();
    let log = log.join().expect("a log");
    assert!(log.contains("account created"), "{log}");
    let said = format!("message {id}");
    for secret in
        [&session.access_token, &session.refresh_token, PASSWORD, "wrong-canary", "refresh-canary", said.as_str()]
    {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn b16_socket_closes_with_its_session() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (mut socket, _) = ann.connect();
    database::change(server.data.path(), "UPDATE sessions SET expires_at = 1");
    assert_eq!(socket.closed(), 4403);
    assert_eq!(ann.call("GET", "/me", None).status, 401);
}

#[test]
fn b16_socket_outlives_the_token_that_opened_it() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let forger = Forger::of(&ann);
    let mut claims = forger.claims("program");
    // Half a minute of leeway, less four seconds.
    claims["exp"] = json!(now() - 26);
    let token = forger.claim(&claims);
    let bearer = format!("Bearer {token}");
    let mut socket = Socket::open(&server, &[("authorization", &bearer)]).expect("good for some seconds more");
    socket.resume(&[]);
    let since = Instant::now();
    while as_bearer(&server, &token) != 401 {
        assert!(since.elapsed() < Duration::from_secs(15), "the token ends");
        sleep(Duration::from_millis(100));
    }
    socket.say(&ann.hall().id, MessageId::generate(), "still here");
    socket.ack();
}

/// A free port: the public URL does not follow the bound one.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port()
}
