//! Rules of all calls: a document describes them, pages have a maximum length, and every refusal, by
//! the call or in front of it, is a problem.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn openapi_document_describes_all_calls() {
    let server = Server::start();
    let answer = server.call("GET", "/api/openapi.json", &[], None);
    assert_eq!((answer.status, answer.kind.as_str()), (200, "application/json"));
    let document: Value = answer.json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    assert!(document["paths"]["/api/v1/channels/{id}/messages"]["post"].is_object());
    assert!(document["paths"]["/readyz"]["get"].is_object());
}

#[test]
fn refuses_an_invalid_page_limit() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let lists = ["/channels".to_owned(), format!("/channels/{hall}/members"), format!("/channels/{hall}/messages")];
    for list in &lists {
        for odd in ["0", "101", "-1", "1.5", "99999999999999999999", "", "many", "1&limit=2"] {
            let answer = ann.call("GET", &format!("{list}?limit={odd}"), None);
            assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{list} {odd}");
        }
        for good in ["1", "100"] {
            assert_eq!(ann.call("GET", &format!("{list}?limit={good}"), None).status, 200, "{list} {good}");
        }
    }
}

#[test]
fn refuses_invalid_positions_and_accepts_1_0() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let path = format!("/channels/{}/messages", ann.hall().id);
    for odd in ["before=9007199254740992", "after=-1", "around=x", "before=1&after=1"] {
        assert_eq!(ann.call("GET", &format!("{path}?{odd}"), None).code(), "invalid_request", "{odd}");
    }
    assert_eq!(ann.call("GET", &format!("{path}?around=9007199254740991"), None).status, 200);
    let read = path.replace("/messages", "/read");
    assert_eq!(ann.call("PUT", &read, Some(&json!({ "pos": 0.0 }))).status, 204);
    assert_eq!(ann.call("PUT", &read, Some(&json!({ "pos": 0.5 }))).code(), "invalid_request");
}

#[test]
fn early_refusals_are_problem_documents() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let long = json!({ "name": "x".repeat(300 * 1024) });
    let answer = ann.call("POST", "/channels", Some(&long));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    // Bytes that are no text.
    for path in ["/channels/%FF", "/channels/%FF/messages", "/channels/%FF/members"] {
        assert_eq!(ann.call("GET", path, None).code(), "not_found", "{path}");
    }
    assert_eq!(ann.call("PUT", "/channels/%FF/membership", None).code(), "not_found");
}

/// The answer comes long before the end of the request; a client that reads only afterwards still gets it.
#[test]
fn refusal_reaches_a_client_that_is_still_sending() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.origin.trim_start_matches("http://")).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out");
    let piece = [b'x'; 64 * 1024];
    let length = 32 * piece.len();
    let head = format!("POST /api/v1/sessions HTTP/1.1\r\nhost: here\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("a head");
    for _ in 0..32 {
        std::thread::sleep(Duration::from_millis(5));
        stream.write_all(&piece).expect("the body is taken");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer, and an end");
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("too_large"), "{answer}");
}
