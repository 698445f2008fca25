//! C 18, 19, 20: pages of other sites. Their requests with a user's cookie are refused.

use domain::ids::MessageId;
use serde_json::{Value, json};

use crate::{
    database,
    server::{PASSWORD, Server, Socket, User},
};

const EVIL: &str = "https://evil.example";

fn log_in(server: &Server) -> String {
    server.form("/do/log_in", None, &[("name", "ann"), ("password", PASSWORD)]).session_cookie()
}

/// What is not our origin, to the letter.
fn strangers(server: &Server) -> Vec<String> {
    let port = server.origin.rsplit(':').next().expect("a port");
    vec![
        EVIL.into(),
        "null".into(),
        String::new(),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil127.0.0.1:{port}"),
        format!("{}.evil.example", server.origin),
        format!("{}@evil.example", server.origin),
        format!("{EVIL} {}", server.origin),
        server.origin.replace("http:", "https:"),
        server.origin.to_uppercase(),
        "http://127.0.0.1:1".into(),
        "http://127.0.0.1".into(),
        format!("{}/", server.origin),
        "127.0.0.1".into(),
    ]
}

#[test]
fn c18_cookie_sockets_need_our_own_origin() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let cookie = log_in(&server);
    for origin in strangers(&server) {
        let refused = Socket::open(&server, &[("cookie", &cookie), ("origin", &origin)]).err();
        assert_eq!(refused, Some(403), "{origin:?}");
    }
    assert_eq!(Socket::open(&server, &[("cookie", &cookie)]).err(), Some(403), "a browser always sends an origin");
    assert_eq!(Socket::open(&server, &[]).err(), Some(401), "a program that forgot its token");
    let ours = server.origin.clone();
    assert_eq!(Socket::open(&server, &[("origin", &ours)]).err(), Some(401), "no session");
    assert!(Socket::open(&server, &[("cookie", &cookie), ("origin", &ours)]).is_ok());
    let localhost = ours.replace("127.0.0.1", "localhost");
    assert!(Socket::open(&server, &[("cookie", &cookie), ("origin", &localhost)]).is_ok());

    let bearer = ann.bearer();
    assert!(Socket::open(&server, &[("authorization", &bearer), ("origin", EVIL)]).is_ok(), "a token is not ambient");
    let wrong = [("authorization", "Bearer wrong"), ("cookie", cookie.as_str()), ("origin", ours.as_str())];
    assert_eq!(Socket::open(&server, &wrong).err(), Some(401), "beside a token the cookie counts for nothing");
}

/// Every field that any form has, so that each of them would do something.
fn fields(channel: &str) -> Vec<(&'static str, String)> {
    let own = |(name, text): (&'static str, &str)| (name, text.to_owned());
    let fixed = [("name", "evil"), ("password", PASSWORD), ("topic", "x"), ("body", "evil"), ("language", "en")];
    let more = [("theme", "dark"), ("back", "/"), ("next", "/"), ("sign_up", "closed"), ("clock", "12")].map(own);
    let ids =
        [("channel", channel.to_owned()), ("id", MessageId::generate().to_string()), ("session", channel.to_owned())];
    fixed.map(own).into_iter().chain(more).chain(ids).collect()
}

fn urlencoded(fields: &[(&str, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The body of a form in each of the ways in which a page of another site can send one, with its media type.
fn bodies(fields: &[(&str, String)]) -> [(&'static str, String); 4] {
    let part = |(name, text): &(&str, String)| {
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let multipart = fields.iter().map(part).collect::<String>() + "--x--\r\n";
    let object: serde_json::Map<String, Value> =
        fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    [
        ("application/x-www-form-urlencoded", urlencoded(fields)),
        ("text/plain", urlencoded(fields)),
        ("multipart/form-data; boundary=x", multipart),
        ("application/json", Value::from(object).to_string()),
    ]
}

/// What there is: whatever is done shows in it.
fn everything(ann: &User<'_>) -> (Vec<String>, usize) {
    let counts = "SELECT (SELECT count(*) FROM accounts) || ' accounts, '
        || (SELECT count(*) FROM sessions WHERE ended_at IS NULL) || ' sessions, ' || (SELECT count(*) FROM channels)
        || ' channels, ' || (SELECT count(*) FROM memberships) || ' memberships, ' || (SELECT count(*) FROM workspace)
        || ' workspaces set up'";
    (database::texts(ann.server.data.path(), counts), ann.read(&ann.hall().id, "").events.len())
}

/// Headers that a browser sends with a form of another site.
fn from_elsewhere(server: &Server) -> Vec<Vec<(&'static str, String)>> {
    let ours = server.origin.clone();
    let mut all: Vec<_> = strangers(server).into_iter().map(|origin| vec![("origin", origin)]).collect();
    all.push(vec![("origin", ours), ("sec-fetch-site", "cross-site".into())]);
    all.push(Vec::new());
    all
}

#[test]
fn c19_forms_refuse_other_sites_and_get() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (hall, cookie) = (ann.hall().id.to_string(), log_in(&server));
    let before = everything(&ann);
    let registered: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert!(registered.contains(&"/do/send") && registered.contains(&"/do/log_out"), "{registered:?}");
    for path in &registered {
        for elsewhere in from_elsewhere(&server) {
            for (kind, body) in bodies(&fields(&hall)) {
                let mut headers: Vec<(&str, &str)> = vec![("cookie", &cookie), ("content-type", kind)];
                headers.extend(elsewhere.iter().map(|(name, value)| (*name, value.as_str())));
                let answer = server.call_with("POST", path, &headers, body);
                assert_eq!((answer.status, answer.cookie.as_str()), (403, ""), "{path} as {kind}: {elsewhere:?}");
            }
        }
        for origin in [EVIL, &server.origin] {
            let query = format!("{path}?{}", urlencoded(&fields(&hall)));
            let answer = server.call("GET", &query, &[("cookie", &cookie), ("origin", origin)], None);
            assert!(answer.status >= 400 && answer.cookie.is_empty(), "{path} by GET: {}", answer.status);
        }
    }
    assert_eq!(everything(&ann), before, "nothing has changed");
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", &cookie)], None).status, 200, "still logged in");

    // The same fields do something where they come from a page of ours: above, it was the origin that was refused.
    for path in &registered {
        let fields = fields(&hall);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let answer = server.form(path, Some(&log_in(&server)), &fields);
        assert_eq!(answer.status, 302, "{path} from a page of ours: {}", answer.text);
    }
    assert_ne!(everything(&server.log_in("ann")), before);
}

#[test]
fn c19_calls_with_effects_refuse_other_sites() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let (hall, cookie) = (ann.hall().id.to_string(), log_in(&server));
    let before = everything(&ann);
    let document: Value = server.call("GET", "/api/openapi.json", &[], None).json();
    let paths = document["paths"].as_object().expect("paths");
    let calls =
        paths.iter().flat_map(|(path, calls)| calls.as_object().into_iter().flatten().map(move |c| (path, c.0)));
    let changing: Vec<_> = calls.filter(|(_, method)| *method != "get").collect();
    assert!(changing.len() > 5, "{changing:?}");
    for (path, method) in changing {
        let (path, method) = (path.replace("{id}", &hall), method.to_uppercase());
        for elsewhere in from_elsewhere(&server) {
            for (kind, body) in bodies(&fields(&hall)) {
                let mut headers: Vec<(&str, &str)> = vec![("cookie", &cookie), ("content-type", kind)];
                headers.extend(elsewhere.iter().map(|(name, value)| (*name, value.as_str())));
                let answer = server.call_with(&method, &path, &headers, body);
                let answered = (answer.status, answer.code());
                assert_eq!(answered, (403, "forbidden_origin".into()), "{method} {path} as {kind}: {elsewhere:?}");
            }
        }
    }
    assert_eq!(everything(&ann), before, "nothing has changed");

    let (ours, body) = (server.origin.clone(), json!({ "name": "ours" }));
    let from_us = [("cookie", cookie.as_str()), ("origin", &ours)];
    assert_eq!(server.call("POST", "/api/v1/channels", &from_us, Some(&body)).status, 201);
    let (bearer, body) = (ann.bearer(), json!({ "name": "by a program" }));
    let by_program = [("authorization", bearer.as_str()), ("origin", EVIL)];
    assert_eq!(server.call("POST", "/api/v1/channels", &by_program, Some(&body)).status, 201, "not ambient");
}

#[test]
fn c20_other_sites_cannot_log_in_or_out() {
    let server = Server::start();
    server.sign_up("ann");
    let credentials = json!({ "name": "ann", "password": PASSWORD });
    let form = urlencoded(&[("name", "ann".into()), ("password", PASSWORD.into())]);
    let kind = "application/x-www-form-urlencoded";
    for origin in strangers(&server) {
        let by_call = server.call("POST", "/api/v1/sessions", &[("origin", &origin)], Some(&credentials));
        assert_eq!(by_call.code(), "forbidden_origin", "{origin:?}");
        let headers = [("origin", origin.as_str()), ("content-type", kind)];
        let by_form = server.call_with("POST", "/do/log_in", &headers, form.clone());
        assert_eq!((by_form.status, by_form.cookie.as_str()), (403, ""), "{origin:?}");
    }
    let cookie = log_in(&server);
    let out = [("cookie", cookie.as_str()), ("origin", EVIL)];
    for (method, path) in [
        ("POST", "/do/log_out"),
        ("POST", "/do/log_out_everywhere"),
        ("DELETE", "/api/v1/sessions/current"),
        ("DELETE", "/api/v1/sessions"),
    ] {
        let answer = server.call(method, path, &out, None);
        assert_eq!((answer.status, answer.cookie.as_str()), (403, ""), "{path}");
    }
    assert_eq!(server.call("GET", "/api/v1/me", &[("cookie", &cookie)], None).status, 200, "still logged in");
}

#[test]
fn c20_a_hidden_origin_counts_as_ours_only_if_the_browser_says_so() {
    let server = Server::start();
    server.sign_up("ann");
    let form = urlencoded(&[("name", "ann".into()), ("password", PASSWORD.into())]);
    let log_in_from = |site: &str| {
        let headers =
            [("origin", "null"), ("sec-fetch-site", site), ("content-type", "application/x-www-form-urlencoded")];
        let answer = server.call_with("POST", "/do/log_in", &headers, form.clone());
        (answer.status == 403, !answer.cookie.is_empty())
    };
    // As behind a proxy that adds `Referrer-Policy: no-referrer`.
    assert_eq!(log_in_from("same-origin"), (false, true));
    for site in ["cross-site", "same-site", "none", ""] {
        assert_eq!(log_in_from(site), (true, false), "{site:?}");
    }
}

#[test]
fn c20_other_sites_cannot_read_answers_or_frame_pages() {
    let server = Server::start();
    server.sign_up("ann");
    let cookie = log_in(&server);
    let preflight = [("origin", EVIL), ("access-control-request-method", "POST"), ("cookie", cookie.as_str())];
    let pages = ["/", "/log-in", "/sign-up", "/settings", "/channels", "/nowhere"];
    let calls = ["/api/v1/me", "/api/v1/channels", "/api/openapi.json", "/livez", "/ws", "/do/send"];
    for path in pages.iter().chain(&calls) {
        for method in ["GET", "OPTIONS", "POST"] {
            let answer = server.call(method, path, &preflight, None);
            let cors = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(cors, None, "{method} {path}");
            let policy = answer.headers["content-security-policy"].to_str().expect("text");
            assert!(policy.contains("frame-ancestors 'none'"), "{method} {path}: {policy}");
        }
    }
}
