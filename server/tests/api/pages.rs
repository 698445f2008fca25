//! The pages without a browser: sent whole, private, for those with a session.

use domain::ids::MessageId;

use crate::server::{PASSWORD, Server};

fn get(server: &Server, path: &str, cookie: &str) -> crate::server::Answer {
    server.call("GET", path, &[("cookie", cookie), ("accept", "text/html")], None)
}

#[test]
fn page_without_session_redirects_to_log_in_and_back() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let path = format!("/c/{hall}?panel=members");
    let sent = get(&server, &path, "");
    assert_eq!(sent.status, 303);
    assert_eq!(sent.location, format!("/log-in?next=%2Fc%2F{hall}%3Fpanel%3Dmembers"));
    let fields = [("name", "ann"), ("password", PASSWORD), ("next", path.as_str())];
    let entered = server.form("/do/log_in", None, &fields);
    assert_eq!((entered.status, entered.location.as_str()), (302, path.as_str()));
    assert!(entered.cookie.contains("Max-Age=2592000"), "{}", entered.cookie);
}

#[test]
fn page_holds_newest_messages_and_is_not_cached() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    ann.say(&hall, MessageId::generate(), "</script><script>alert(1)</script> <b>字</b>");
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    let page = get(&server, &format!("/c/{hall}"), &cookie);
    assert_eq!(page.status, 200);
    assert!(page.text.contains("&lt;b&gt;字&lt;/b&gt;"), "escaped, and there before any WASM");
    assert!(!page.text.contains("<script>alert"), "never as markup");
    let header = |name: &str| page.headers[name].to_str().expect("text").to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("x-content-type-options"), "nosniff");
}

#[test]
fn unknown_addresses_get_an_error_page() {
    let server = Server::start();
    server.sign_up("ann");
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    for path in ["/nowhere", "/c/nope", "/c/..%2f..%2fetc", "/c/%00", "/pkg-not"] {
        let page = get(&server, path, &cookie);
        assert_eq!((page.status, page.text.contains("art-404")), (404, true), "{path}");
    }
    for path in ["/pkg/%2e%2e/Cargo.toml", "/pkg/..%5cx", "/pkg/x/nope.js", "/pkg/.hidden"] {
        assert_eq!(get(&server, path, &cookie).status, 404, "{path}");
    }
}

#[test]
fn failed_plain_form_keeps_its_text() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id.to_string();
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    let id = MessageId::generate().to_string();
    let body = format!("{} 結尾", "長".repeat(8_000));
    let sent = server.form("/do/send", Some(&cookie), &[("channel", &hall), ("id", &id), ("body", &body)]);
    assert!(sent.location.contains("refused=too_long"), "{}", sent.location);
    let page = get(&server, sent.location.trim_end_matches("#latest"), &cookie);
    assert!(page.text.contains("長 結尾"), "the field holds it again");

    let fields = [("channel", hall.as_str()), ("id", &id), ("body", "一次")];
    server.form("/do/send", Some(&cookie), &fields);
    server.form("/do/send", Some(&cookie), &fields);
    let said = ann.read(&hall.parse().expect("an id"), "");
    assert_eq!(said.events.iter().filter(|event| event.message().is_some()).count(), 1, "twice the same form");
}

#[test]
fn static_files_are_content_addressed_and_immutable() {
    let server = Server::start();
    let door = get(&server, "/log-in", "");
    let start = door.text.find("/pkg/").expect("a file");
    let base: String = door.text[start..].chars().take_while(|c| *c != '"').collect();
    let base = base.rsplit_once('/').expect("a file in it").0;
    let file = get(&server, &format!("{base}/jimmy.wasm"), "");
    assert_eq!((file.status, file.kind.as_str()), (200, "application/wasm"));
    assert!(file.headers["cache-control"].to_str().expect("text").contains("immutable"));
    let stale = get(&server, "/pkg/0000000000000000/jimmy.css", "");
    assert_eq!(stale.headers["cache-control"], "no-cache", "the path of another version is not cached");
}
