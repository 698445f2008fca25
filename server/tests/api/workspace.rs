//! The workspace: set up by the owner, visible to all users.

use serde_json::json;

use crate::server::{Answer, PASSWORD, Server};

fn get(server: &Server, path: &str, cookie: &str) -> Answer {
    server.call("GET", path, &[("cookie", cookie), ("accept", "text/html")], None)
}

fn signs_up(server: &Server, name: &str) -> Answer {
    server.form("/do/sign_up", None, &[("name", name), ("password", PASSWORD)])
}

const ISLAND: [(&str, &str); 3] = [("name", "小島 & Co"), ("language", "zh"), ("sign_up", "closed")];

#[test]
fn first_account_sets_up_the_workspace() {
    let server = Server::start();
    let ann = signs_up(&server, "ann");
    assert_eq!(ann.location, "/set-up");
    let ann = ann.session_cookie();
    let page = get(&server, "/set-up", &ann);
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains(r#"value="Jimmy Chat""#) && !page.text.contains("jimmy.wasm"),
        "a plain page: {}",
        page.text
    );
    let bob = signs_up(&server, "bob");
    assert!(bob.location.starts_with("/c/"), "the second one has nothing to set up: {}", bob.location);

    let done = server.form("/do/set_up", Some(&ann), &ISLAND);
    assert!(done.location.starts_with("/c/"), "on to the hall: {}", done.location);
    let hall = get(&server, &done.location, &bob.session_cookie()).text;
    assert!(hall.contains("#大廳 · 小島 &amp; Co</title>"), "the tab");
    assert!(hall.contains("<bdi>小島 &amp; Co"), "the sidebar");
    let door = get(&server, "/log-in", "").text;
    assert!(door.contains("登入小島 &amp; Co"), "in the workspace's language for who asks for none: {door}");
    let english = server.call("GET", "/log-in", &[("accept-language", "en"), ("accept", "text/html")], None).text;
    assert!(english.contains("Log in to 小島 &amp; Co"));
    assert_eq!(signs_up(&server, "eve").location, "/sign-up?refused=sign_up_closed&name=eve&next=");
    let body = json!({ "name": "eve", "password": PASSWORD });
    assert_eq!(server.call("POST", "/api/v1/accounts", &[], Some(&body)).code(), "sign_up_closed");

    let server = Server::start_with(&[], server.stop());
    assert!(get(&server, "/log-in", "").text.contains("小島 &amp; Co"), "it is kept");
    let again = [("name", "Island"), ("language", "en"), ("sign_up", "open"), ("from", "settings")];
    assert_eq!(server.form("/do/set_up", Some(&ann), &again).location, "/settings#workspace");
    assert!(signs_up(&server, "eve").location.starts_with("/c/"), "open again, at once");
}

#[test]
fn owner_cannot_open_sign_up_closed_by_operator() {
    let server = Server::start();
    let ann = signs_up(&server, "ann").session_cookie();
    let server = Server::start_with(&["--sign-up", "closed"], server.stop());
    let open = [("name", "Island"), ("language", "en"), ("sign_up", "open")];
    assert!(server.form("/do/set_up", Some(&ann), &open).location.starts_with("/c/"));
    let body = json!({ "name": "eve", "password": PASSWORD });
    assert_eq!(server.call("POST", "/api/v1/accounts", &[], Some(&body)).code(), "sign_up_closed");
    assert!(
        get(&server, "/settings", &ann).text.contains("Sign-up is turned off on this server"),
        "the owner is informed"
    );
}

#[test]
fn other_users_cannot_set_up_the_workspace() {
    let server = Server::start();
    signs_up(&server, "ann");
    let bob = signs_up(&server, "bob").session_cookie();
    let page = get(&server, "/set-up", &bob);
    assert_eq!((page.status, page.text.contains("art-404")), (404, true));
    server.form("/do/set_up", Some(&bob), &ISLAND);
    let settings = get(&server, "/settings", &bob).text;
    assert!(settings.contains("· Jimmy Chat</title>") && !settings.contains("/do/set_up"), "nothing has changed");
    let nobody = server.form("/do/set_up", None, &ISLAND);
    assert!(nobody.location.starts_with("/log-in"), "{}", nobody.location);
    assert_eq!(get(&server, "/set-up", "").location, "/log-in?next=%2Fset-up");
}

#[test]
fn invalid_workspace_name_returns_the_form() {
    let server = Server::start();
    let ann = signs_up(&server, "ann").session_cookie();
    let long = "字".repeat(41);
    for (name, from, page, code) in [
        ("  ", "", "/set-up", "invalid_name"),
        (&long, "settings", "/settings", "too_long"),
        ("a\u{202e}b", "", "/set-up", "invalid_name"),
    ] {
        let fields = [("name", name), ("language", "zh"), ("sign_up", "closed"), ("from", from)];
        let to = server.form("/do/set_up", Some(&ann), &fields).location;
        assert!(to.starts_with(&format!("{page}?refused={code}&")), "{to}");
        let shown = get(&server, to.split('#').next().expect("a path"), &ann).text;
        assert!(shown.contains(r#"class="error""#), "beneath the field");
        let closed = shown.split("<input").find(|input| input.contains(r#"value="closed""#)).expect("a choice");
        assert!(closed.contains("checked"), "what was chosen stays: {closed}");
        assert!(name != long || shown.contains(&long), "what was typed stays");
    }
    for odd in [
        [("name", "x"), ("language", "tlh"), ("sign_up", "open")],
        [("name", "x"), ("language", "en"), ("sign_up", "maybe")],
    ] {
        let to = server.form("/do/set_up", Some(&ann), &odd).location;
        assert!(to.starts_with("/set-up?refused=invalid_request"), "{to}");
    }
    assert!(get(&server, "/log-in", "").text.contains("Jimmy Chat"), "nothing has changed");
}
