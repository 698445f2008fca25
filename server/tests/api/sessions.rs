//! The list of a user's sessions; each can be ended.

use std::time::{Duration, Instant};

use domain::api::{OpenSession, Page};

use crate::{
    database,
    server::{Answer, PASSWORD, Server, Socket, User},
};

fn listed(person: &User<'_>) -> Vec<OpenSession> {
    let answer = person.call("GET", "/sessions", None);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json::<Page<OpenSession>>().items
}

fn log_in(server: &Server, agent: &str) -> Answer {
    let form = format!("name=ann&password={}", PASSWORD.replace(' ', "+"));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let headers = [kind, ("origin", server.origin.as_str()), ("user-agent", agent), ("accept", "text/html")];
    server.call_with("POST", "/do/log_in", &headers, form)
}

#[test]
fn sessions_are_listed_and_can_be_ended() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    let page = log_in(&server, agent).session_cookie();
    let all = listed(&ann);
    assert_eq!(all.len(), 2, "Ann's alone: {all:?}");
    let (own, other): (Vec<_>, Vec<_>) = all.into_iter().partition(|session| session.is_current);
    assert_eq!((own.len(), other[0].device.as_str(), other[0].address.as_str()), (1, agent, "127.0.0.1"));
    let settings = server.call("GET", "/settings", &[("cookie", &page), ("accept", "text/html")], None).text;
    assert!(settings.contains("Chrome · Windows") && settings.contains("127.0.0.1"), "in words: {settings}");

    let ours = server.origin.clone();
    let mut socket = Socket::open(&server, &[("cookie", &page), ("origin", &ours)]).expect("it opens");
    socket.resume(&[]);
    let path = format!("/sessions/{}", other[0].id);
    for odd in ["/sessions/nope", "/sessions/%00", "/sessions/a%2Fb", path.as_str()] {
        assert_eq!(bob.call("DELETE", odd, None).code(), "not_found", "{odd}");
    }
    assert_eq!(ann.call("DELETE", &path, None).status, 204);
    assert_eq!(socket.closed(), 4403);
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", &page)], None).status, 401);
    assert_eq!(ann.call("DELETE", &path, None).code(), "not_found", "it has ended");
    assert_eq!(listed(&ann), own);
}

#[test]
fn form_logs_out_another_device_only() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (page, other) = (log_in(&server, "one").session_cookie(), log_in(&server, "other").session_cookie());
    let id = |device| listed(&ann).into_iter().find(|session| session.device == device).expect("a session").id;
    let (one_id, other_id) = (id("one").to_string(), id("other").to_string());
    let me = |cookie: &str| server.call("GET", "/api/v1/me", &[("cookie", cookie)], None).status;
    let ended = server.form("/do/end_session", Some(&page), &[("session", &other_id)]);
    assert_eq!((ended.location.as_str(), me(&other), me(&page)), ("/settings#sessions", 401, 200));
    let again = server.form("/do/end_session", Some(&page), &[("session", &other_id)]);
    assert_eq!(again.location, "/settings#sessions", "it has ended: what was wanted");
    let own = server.form("/do/end_session", Some(&page), &[("session", &one_id)]);
    assert_eq!((own.location.as_str(), me(&page)), ("/log-in", 401));
}

#[test]
fn last_use_is_stored_at_most_once_a_minute() {
    let server = Server::start();
    let bearer = server.sign_up("ann").bearer();
    let data = server.stop();
    database::change(data.path(), "UPDATE sessions SET last_used_at = last_used_at - 61000");
    let server = Server::start_with(&[], data);
    let last = || database::texts(server.data.path(), "SELECT CAST(last_used_at AS TEXT) FROM sessions").remove(0);
    let early = last();
    let call = || server.call("GET", "/api/v1/me", &[("authorization", &bearer)], None);
    call();
    let since = Instant::now();
    while last() == early {
        assert!(since.elapsed() < Duration::from_secs(10), "it is written down");
        std::thread::sleep(Duration::from_millis(50));
    }
    let noted = last();
    assert!(noted > early);
    // Longer than a session is cached: it is loaded again, and it was used less than a minute ago.
    std::thread::sleep(Duration::from_millis(5_500));
    call();
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(last(), noted, "once");
}
