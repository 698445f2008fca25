//! A 2, 5, 6, 7: limits of attempts, the cost of many log-ins, and the effect of a new password.

use std::{
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use domain::{
    api::{OpenSession, Page, Session},
    ids::MessageId,
};
use serde_json::json;

use crate::{
    PROGRAM,
    process::{Process, ack, send},
    raw::{self, Raw},
    server::{Answer, PASSWORD, Server, Socket},
};

/// Users who log in at the same time.
const CROWD: usize = 500;
/// Memory that these log-ins may use together, in KiB.
const CROWD_KIB_MAX: u64 = 100 * 1_024;

/// Returns the peak memory of a process.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("its peak");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

#[test]
fn a02_many_log_ins_at_once_use_bounded_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(Path::new(PROGRAM), folder.path(), &[("JIMMY_NO_RATE_LIMITS", "true")]);
    let (session, hall) = process.sign_up("ann");
    let mut talking = process.socket(&session.access_token).expect("it opens");
    let before = peak_kib(process.pid());
    let knock = |number: usize| {
        let mut raw = Raw::connect(&process.origin);
        let body = json!({ "name": format!("person{number}"), "password": PASSWORD }).to_string();
        raw.write(raw::post("/api/v1/sessions", &body));
        raw
    };
    let crowd: Vec<Raw> = (0..CROWD).map(knock).collect();
    talking.send(send(&hall, MessageId::generate(), false)).expect("sent");
    ack(&mut talking).expect("who is in the chat notices nothing");
    let answered = |mut raw: Raw| raw::status(&raw.rest()).expect("an answer");
    let statuses: Vec<u16> = crowd.into_iter().map(answered).collect();
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
    assert!(
        statuses.contains(&401) && statuses.contains(&503),
        "some have their turn, others come again: {statuses:?}"
    );
    let grown = peak_kib(process.pid()) - before;
    assert!(grown < CROWD_KIB_MAX, "{grown} KiB");
    process.kill();
}

/// Header with the client's address.
fn behind_a_proxy() -> Server {
    Server::start_with(&["--trusted-proxy", "127.0.0.1"], tempfile::tempdir().expect("a folder"))
}

fn ask(server: &Server, path: &str, from: &str, name: &str, password: &str) -> Answer {
    server.call("POST", path, &[("x-forwarded-for", from)], Some(&json!({ "name": name, "password": password })))
}

fn log_in(server: &Server, from: &str, name: &str, password: &str) -> Answer {
    ask(server, "/api/v1/sessions", from, name, password)
}

/// Seconds of `retry_after`, if present.
fn wait(answer: &Answer) -> Option<u32> {
    (answer.status == 429).then(|| {
        assert_eq!(answer.code(), "rate_limited");
        answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds")
    })
}

#[test]
fn a05_failures_delay_an_account_from_every_address() {
    let server = behind_a_proxy();
    let ann = server.sign_up("ann");
    for number in 0..10 {
        assert_eq!(log_in(&server, &format!("10.0.0.{number}"), "ann", "wrong").status, 401, "{number}");
    }
    // The wait is counted from the beginning of a try, so that on a busy machine it may be over when the next one comes; it
    // doubles then. `retry_after` of two seconds means that more than one is left.
    let (mut late, since) = (0, Instant::now());
    let first = loop {
        match wait(&log_in(&server, "10.0.1.1", "ann", "wrong")) {
            Some(seconds) if seconds > 1 => break seconds,
            Some(_) => sleep(Duration::from_millis(50)),
            None => late += 1,
        }
        assert!(late < LATE, "no delay starts");
        assert!(since.elapsed() < Duration::from_secs(15), "the first wait grows");
    };
    let right = wait(&log_in(&server, "10.0.1.1", "ann", PASSWORD));
    assert!(right.is_some(), "the right password has to wait, too");
    assert_eq!(log_in(&server, "10.0.1.1", "nobody", "wrong").status, 401, "another name does not");
    assert_eq!(ann.call("GET", "/me", None).status, 200, "who is logged in stays so");
    assert_eq!(ann.say(&ann.hall().id, MessageId::generate(), "still here").status, 201);

    let since = Instant::now();
    loop {
        let answer = log_in(&server, "10.0.1.2", "ann", "wrong again");
        if wait(&answer).is_some_and(|next| next > first) {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(40), "the wait grows");
        sleep(Duration::from_millis(50));
    }
}

/// Failures of one address before it has to wait.
const FREE_FOR_AN_ADDRESS: usize = 50;
/// Attempts that may arrive after their delay is over, on a busy machine: the delay is a second at first, and doubles.
const LATE: usize = 5;

/// Checks that an address is delayed after its free failures, although each has another name.
fn waits_after_failures(server: &Server, from: impl Fn(usize) -> String, why: &str) {
    let waits = |number: &usize| wait(&log_in(server, &from(*number), &format!("name{number}"), "wrong")).is_some();
    let failures = (0..2 * FREE_FOR_AN_ADDRESS).find(waits).expect("there is a limit");
    assert!((FREE_FOR_AN_ADDRESS..FREE_FOR_AN_ADDRESS + LATE).contains(&failures), "{why}: {failures}");
}

#[test]
fn a05_failures_delay_an_address_for_every_name() {
    let server = behind_a_proxy();
    server.sign_up("ann");
    waits_after_failures(&server, |_| "10.0.0.1".into(), "names do not matter");
    assert_eq!(log_in(&server, "10.0.0.2", "ann", PASSWORD).status, 201, "another address does not");
}

#[test]
fn a05_ipv6_addresses_count_by_network() {
    let server = behind_a_proxy();
    server.sign_up("ann");
    waits_after_failures(&server, |number| format!("2001:db8:1:2::{number:x}"), "they are of one network");
    assert_eq!(log_in(&server, "2001:db8:1:3::1", "ann", PASSWORD).status, 201, "another network does not");
}

#[test]
fn a05_forged_forwarding_headers_are_ignored() {
    let server = Server::start();
    waits_after_failures(&server, |number| format!("10.0.0.{number}"), "no proxy is trusted");
    let server = behind_a_proxy();
    let forged = |number: usize| format!("10.0.0.{number}, 192.0.2.1");
    waits_after_failures(&server, forged, "what the proxy did not write counts for nothing");
}

/// Sign-ups of one address in an hour.
const SIGN_UPS: usize = 60;

#[test]
fn a06_sign_up_limits_probing_for_taken_names() {
    let server = behind_a_proxy();
    server.sign_up("ann");
    let sign_up = |from: &str, name: &str| ask(&server, "/api/v1/accounts", from, name, PASSWORD);
    for number in 0..SIGN_UPS {
        assert_eq!(sign_up("10.0.0.1", "ann").code(), "name_taken", "{number}");
    }
    let (taken, free) = (sign_up("10.0.0.1", "ann"), sign_up("10.0.0.1", "bob"));
    assert_eq!((taken.status, &taken.text), (429, &free.text), "and then it is hidden");
    assert_eq!(sign_up("10.0.0.2", "bob").status, 201, "another address may");
}

#[test]
fn a06_closed_sign_up_hides_taken_names() {
    let server = Server::start();
    server.sign_up("ann");
    let server = Server::start_with(&["--sign-up", "closed"], server.stop());
    let sign_up = |name: &str| {
        let answer = ask(&server, "/api/v1/accounts", "", name, PASSWORD);
        let form = server.form("/do/sign_up", None, &[("name", name), ("password", PASSWORD)]);
        (answer.code(), answer.text, form.location.replace(name, ""))
    };
    assert_eq!(sign_up("ann").0, "sign_up_closed");
    assert_eq!(sign_up("ann"), sign_up("bob"));
}

#[test]
fn a07_password_reset_ends_sessions_tokens_and_sockets() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let page = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    let ((mut socket, _), (mut others, _)) = (ann.connect(), bob.connect());
    let ours = server.origin.clone();
    let mut of_page = Socket::open(&server, &[("cookie", &page), ("origin", &ours)]).expect("it opens");
    of_page.resume(&[]);

    let folder = server.data.path().to_str().expect("text");
    let reset = Command::new(PROGRAM).args(["reset-password", "ann", "--data", folder]).output().expect("it runs");
    assert!(reset.status.success(), "{reset:?}");
    let since = Instant::now();
    assert_eq!((socket.closed(), of_page.closed()), (4403, 4403));
    assert!(since.elapsed() < Duration::from_secs(9), "within five seconds, and some patience");
    assert_eq!(ann.call("GET", "/me", None).status, 401);
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", &page)], None).status, 401);
    let refresh = json!({ "refresh_token": ann.session.refresh_token });
    assert_eq!(server.call("POST", "/api/v1/sessions/refresh", &[], Some(&refresh)).status, 401);
    bob.say(&bob.hall().id, MessageId::generate(), "others stay");
    assert_eq!(others.hear(), "others stay");
}

/// Clients that log in without a pause while the password is reset.
const LOGGING_IN: usize = 8;

#[test]
fn a07_pending_log_ins_end_with_the_password_reset() {
    let server = Server::unlimited();
    server.sign_up("ann");
    let over = AtomicBool::new(false);
    let log_in_with = |password: &str| log_in(&server, "", "ann", password);
    let new = std::thread::scope(|scope| {
        let log_ins = || {
            let mut opened = 0;
            while !over.load(Ordering::Relaxed) {
                opened += usize::from(log_in_with(PASSWORD).status == 201);
            }
            opened
        };
        let clients: Vec<_> = (0..LOGGING_IN).map(|_| scope.spawn(log_ins)).collect();
        sleep(Duration::from_millis(500));
        let folder = server.data.path().to_str().expect("text");
        let reset = Command::new(PROGRAM).args(["reset-password", "ann", "--data", folder]).output().expect("it runs");
        // What was verified before the reset opens its session by now.
        sleep(Duration::from_secs(1));
        over.store(true, Ordering::Relaxed);
        let opened: usize = clients.into_iter().map(|client| client.join().expect("no panic")).sum();
        assert!(opened > 0, "some log in before the reset");
        let output = String::from_utf8(reset.stdout).expect("text");
        output.lines().find_map(|line| line.split("is: ").nth(1)).expect("a new password").to_owned()
    });
    let session: Session = log_in_with(&new).json();
    let bearer = format!("Bearer {}", session.access_token);
    let listed = server.call("GET", "/api/v1/sessions", &[("authorization", &bearer)], None);
    assert_eq!(listed.json::<Page<OpenSession>>().items.len(), 1, "the old password's sessions have ended: {listed:?}");
}
