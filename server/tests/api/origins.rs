//! Other sites' pages: what they ask for with a person's cookie is not done.

use serde_json::json;

use crate::server::{PASSWORD, Server, Socket};

fn log_in(server: &Server) -> String {
    server.sign_up("ann");
    server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie()
}

/// What is not our origin, to the letter.
fn strangers(server: &Server) -> Vec<String> {
    let port = server.origin.rsplit(':').next().expect("a port");
    vec![
        "https://evil.example".into(),
        "null".into(),
        String::new(),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil127.0.0.1:{port}"),
        server.origin.replace("http:", "https:"),
        server.origin.to_uppercase(),
        "http://127.0.0.1:1".into(),
        format!("{}/", server.origin),
    ]
}

#[test]
fn a_socket_with_a_cookie_opens_for_our_own_pages_alone() {
    let server = Server::start();
    let cookie = log_in(&server);
    for origin in strangers(&server) {
        let refused = Socket::open(&server, &[("cookie", &cookie), ("origin", &origin)]).err();
        assert_eq!(refused, Some(403), "{origin:?}");
    }
    assert_eq!(Socket::open(&server, &[("cookie", &cookie)]).err(), Some(403), "a browser always says");
    let ours = server.origin.clone();
    assert_eq!(Socket::open(&server, &[("origin", &ours)]).err(), Some(401), "no session");
    assert!(Socket::open(&server, &[("cookie", &cookie), ("origin", &ours)]).is_ok());
    let localhost = ours.replace("127.0.0.1", "localhost");
    assert!(Socket::open(&server, &[("cookie", &cookie), ("origin", &localhost)]).is_ok());
}

#[test]
fn no_call_that_changes_something_is_done_for_another_site() {
    let server = Server::start();
    let cookie = log_in(&server);
    let body = json!({ "name": "evil" });
    for origin in strangers(&server) {
        let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
        let answer = server.call("POST", "/api/v1/channels", &headers, Some(&body));
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden_origin"), "{origin:?}");
    }
    let cross = [("cookie", cookie.as_str()), ("origin", &server.origin), ("sec-fetch-site", "cross-site")];
    assert_eq!(server.call("POST", "/api/v1/channels", &cross, Some(&body)).status, 403);
    assert_eq!(server.call("POST", "/api/v1/channels", &[("cookie", &cookie)], Some(&body)).status, 403, "not said");
    let ours = [("cookie", cookie.as_str()), ("origin", &server.origin)];
    assert_eq!(server.call("POST", "/api/v1/channels", &ours, Some(&body)).status, 201);
}

#[test]
fn no_form_is_filled_in_by_another_site_and_none_works_by_get() {
    let server = Server::start();
    let cookie = log_in(&server);
    let forms = [
        "sign_up",
        "log_in",
        "log_out",
        "log_out_everywhere",
        "create_channel",
        "join",
        "leave",
        "say",
        "set_language",
        "set_theme",
    ];
    let registered: Vec<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/do/").to_owned())
        .collect();
    assert_eq!(registered.len(), forms.len(), "a new form has to stand in this test: {registered:?}");
    for form in registered {
        assert!(forms.contains(&form.as_str()), "{form}");
        for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
            for origin in ["https://evil.example", "null"] {
                let headers = [("cookie", cookie.as_str()), ("origin", origin), ("content-type", kind)];
                let answer = server.call("POST", &format!("/do/{form}"), &headers, Some(&json!("name=x")));
                assert_eq!(answer.status, 403, "{form} as {kind} from {origin}");
            }
            let headers = [("cookie", cookie.as_str()), ("content-type", kind)];
            assert_eq!(server.call("POST", &format!("/do/{form}"), &headers, Some(&json!(""))).status, 403, "{form}");
        }
        let by_get = server.call("GET", &format!("/do/{form}?name=x&password=y"), &[("cookie", &cookie)], None);
        assert!(by_get.status >= 400, "{form} by GET: {}", by_get.status);
    }
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", &cookie)], None).status, 200, "still logged in");
}

#[test]
fn a_program_without_page_or_cookie_needs_no_origin() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let headers = [("authorization", ann.bearer()), ("origin", "https://evil.example".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(server.call("POST", "/api/v1/channels", &headers, Some(&json!({ "name": "x" }))).status, 201);
    assert!(Socket::open(&server, &headers).is_ok(), "a bearer token is not ambient");
}
