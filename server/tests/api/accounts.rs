//! Sign up, log in, log out; and what does not pass for either.

use domain::api::Session;
use serde_json::json;

use crate::server::{PASSWORD, Server};

#[test]
fn sign_up_log_in_and_log_out() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    assert_eq!(ann.call("GET", "/me", None).json::<domain::event::Account>(), ann.session.account);
    let body = json!({ "name": "ＡＮＮ", "password": PASSWORD });
    let again: Session = server.call("POST", "/api/v1/sessions", &[], Some(&body)).json();
    assert_eq!(again.account, ann.session.account, "full width is the same name");
    assert_eq!(ann.call("DELETE", "/sessions/current", None).status, 204);
    assert_eq!(ann.call("GET", "/me", None).code(), "unauthorized");
    let bearer = format!("Bearer {}", again.access_token);
    assert_eq!(
        server.call("GET", "/api/v1/me", &[("authorization", &bearer)], None).status,
        200,
        "the other one lives"
    );
}

#[test]
fn refuses_odd_taken_and_lookalike_names() {
    let server = Server::start();
    server.sign_up("paypal");
    let code = |name: &str, password: &str| {
        let body = json!({ "name": name, "password": password });
        server.call("POST", "/api/v1/accounts", &[], Some(&body)).code()
    };
    for taken in ["paypal", "PayPal", "ｐａｙｐａｌ", "pаypal"] {
        assert_eq!(code(taken, PASSWORD), "name_taken", "{taken}");
    }
    for odd in ["", "x", "two words", "a\u{202e}b", "zero\u{200b}width", "semi;colon", &"n".repeat(33)] {
        assert_eq!(code(odd, PASSWORD), "invalid_name", "{odd:?}");
    }
    assert_eq!(code("newcomer", "short"), "weak_password");
}

#[test]
fn refuses_sign_up_when_it_is_closed() {
    let server = Server::start_with(&["--sign-up", "closed"], tempfile::tempdir().expect("a folder"));
    let body = json!({ "name": "ann", "password": PASSWORD });
    assert_eq!(server.call("POST", "/api/v1/accounts", &[], Some(&body)).code(), "sign_up_closed");
}

#[test]
fn cookies_and_bearer_tokens_are_not_interchangeable() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let fields = [("name", "ann"), ("password", PASSWORD)];
    let cookie = server.form("/do/log_in", None, &fields).session_cookie();
    let (name, token) = cookie.split_once('=').expect("a cookie");
    assert_eq!(name, "jimmy");
    let me = |headers: &[(&str, &str)]| server.call("GET", "/api/v1/me", headers, None).status;
    assert_eq!(me(&[("cookie", &cookie)]), 200);
    assert_eq!(me(&[("authorization", &format!("Bearer {token}"))]), 401);
    assert_eq!(me(&[("cookie", &format!("jimmy={}", ann.session.access_token))]), 401);
    assert_eq!(
        me(&[("cookie", &cookie), ("authorization", "Bearer wrong")]),
        401,
        "with a bearer the cookie is ignored"
    );
}

#[test]
fn sessions_survive_a_restart() {
    let server = Server::start();
    let bearer = server.sign_up("ann").bearer();
    let server = Server::start_with(&[], server.stop());
    assert_eq!(server.call("GET", "/api/v1/me", &[("authorization", &bearer)], None).status, 200);
}
