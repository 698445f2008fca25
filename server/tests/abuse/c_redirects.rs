//! C 21, 22: targets of redirects, and the source of the public address.

use serde_json::json;

use crate::server::{Answer, PASSWORD, Server, Socket};

/// What leads elsewhere, or might in some browser.
const ELSEWHERE: [&str; 14] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "data:text/html,evil",
    " //evil.example",
    "/%2e%2e//evil.example",
    "/./\\evil.example",
    "evil.example",
];

#[test]
fn c21_redirects_stay_on_this_site() {
    let server = Server::unlimited();
    let ann = server.sign_up("ann");
    let home = format!("/c/{}", ann.hall().id);
    let cookie = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie();
    let get = |path: &str, cookie: &str| -> Answer {
        server.call("GET", path, &[("cookie", cookie), ("accept", "text/html")], None)
    };
    for (number, next) in ELSEWHERE.iter().enumerate() {
        let entered = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD), ("next", next)]);
        assert_eq!(entered.location, home, "log in with {next:?}");
        let name = format!("newcomer{number}");
        let signed_up = server.form("/do/sign_up", None, &[("name", &name), ("password", PASSWORD), ("next", next)]);
        assert_eq!(signed_up.location, home, "sign up with {next:?}");
        for form in ["/do/set_language", "/do/set_theme", "/do/set_enter"] {
            let chosen = server.form(form, None, &[("language", "en"), ("theme", "dark"), ("back", next)]);
            assert_eq!(chosen.location, "/", "{form} with {next:?}");
        }
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        for page in ["/log-in", "/sign-up"] {
            let sent_on = get(&format!("{page}?next={query}"), &cookie);
            assert_eq!((sent_on.status, sent_on.location.as_str()), (303, home.as_str()), "{page} with {next:?}");
            let door = get(&format!("{page}?next={query}"), "");
            let hidden = door.text.split("name=\"next\"").nth(1).unwrap_or_default();
            let hidden = hidden.split('>').next().unwrap_or_default();
            assert!(door.status == 200 && !hidden.contains("evil"), "{page} keeps {next:?}: {hidden}");
        }
    }
    let good = server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD), ("next", "/settings")]);
    assert_eq!(good.location, "/settings");
}

#[test]
fn c21_unreadable_forms_redirect_within_this_site() {
    let server = Server::start();
    server.sign_up("ann");
    let ours = server.origin.clone();
    let on_ours = format!("{ours}/channels?search=x");
    for (referer, back) in [
        ("https://evil.example/", "/"),
        ("https://evil.example/settings", "/settings"),
        ("https://evil.example//evil.example", "/"),
        ("https://evil.example/do/log_out", "/"),
        ("javascript:alert(1)", "/"),
        ("//evil.example/", "/"),
        (&on_ours, "/channels"),
    ] {
        let headers = [("origin", ours.as_str()), ("referer", referer), ("accept", "text/html")];
        let sent = server.call("POST", "/do/join", &headers, None);
        assert_eq!((sent.status, sent.location), (303, format!("{back}?refused=invalid_request")), "{referer}");
    }
}

/// What a client may claim that this site is called.
const FORGED: [(&str, &str); 5] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-server", "evil.example"),
    ("forwarded", "host=evil.example;proto=http"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    FORGED.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn c22_public_url_is_configured_not_taken_from_requests() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let listen = format!("127.0.0.1:{port}");
    let public = "https://chat.example.org";
    let flags = ["--public-url", public, "--listen", &listen];
    let mut server = Server::start_with(&flags, tempfile::tempdir().expect("a folder"));
    server.origin = format!("http://{listen}");
    let ann = server.sign_up("ann");

    let bearer = ann.bearer();
    let gateway = server.call("GET", "/api/v1/gateway", &with(&[("authorization", &bearer)]), None);
    assert!(gateway.text.contains(r#""wss://chat.example.org/ws?"#), "{}", gateway.text);

    let kind = "application/x-www-form-urlencoded";
    let form = "name=ann&password=correct+horse+battery";
    let log_in = |origin: &str| {
        let headers = with(&[("origin", origin), ("content-type", kind), ("accept", "text/html")]);
        server.call_with("POST", "/do/log_in", &headers, form.into())
    };
    let entered = log_in(public);
    assert_eq!(entered.status, 302);
    assert!(entered.location.starts_with("/c/"), "{}", entered.location);
    assert!(entered.cookie.starts_with("__Host-jimmy=") && entered.cookie.contains("Secure"), "{}", entered.cookie);
    assert!(!entered.cookie.contains("evil"), "{}", entered.cookie);
    let cookie = entered.session_cookie();
    let page = server.call("GET", &entered.location, &with(&[("cookie", &cookie), ("accept", "text/html")]), None);
    assert!(page.status == 200 && !page.text.contains("evil.example"));

    let there = server.origin.clone();
    for origin in ["https://evil.example", "http://evil.example", "http://chat.example.org", &there] {
        assert_eq!(log_in(origin).status, 403, "{origin}");
        let body = json!({ "name": "x" });
        let headers = with(&[("cookie", &cookie), ("origin", origin)]);
        assert_eq!(server.call("POST", "/api/v1/channels", &headers, Some(&body)).status, 403, "{origin}");
        let opened =
            Socket::open(&server, &[("cookie", &cookie), ("origin", origin), ("x-forwarded-host", "evil.example")]);
        assert_eq!(opened.err(), Some(403), "{origin}");
    }
    assert!(Socket::open(&server, &[("cookie", &cookie), ("origin", public)]).is_ok());
}

#[test]
fn c22_without_public_url_only_loopback_is_accepted() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let bearer = ann.bearer();
    let gateway = server.call("GET", "/api/v1/gateway", &with(&[("authorization", &bearer)]), None);
    assert!(gateway.status == 200 && !gateway.text.contains("evil"), "{}", gateway.text);
    let headers = with(&[("origin", "http://evil.example")]);
    let credentials = json!({ "name": "ann", "password": PASSWORD });
    assert_eq!(server.call("POST", "/api/v1/sessions", &headers, Some(&credentials)).code(), "forbidden_origin");
}
