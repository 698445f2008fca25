//! An attacker who knows the server's key, and so can sign tokens with any header and any claims.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::{Server, Socket, User};

pub struct Forger {
    pub key: Vec<u8>,
    pub kid: String,
    /// The session that tokens are to name.
    pub session: String,
}

impl Forger {
    pub fn of(person: &User<'_>) -> Self {
        let key = std::fs::read(person.server.data.path().join("signing.key")).expect("a key");
        let token = &person.session.access_token;
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        Self { key, kid: word(&part(token, 0)["kid"]), session: word(&part(token, 1)["sub"]) }
    }

    pub fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": "HS256", "kid": self.kid })
    }

    pub fn claims(&self, audience: &str) -> Value {
        let at = now();
        json!({ "iss": "jimmy-chat", "aud": audience, "sub": self.session, "iat": at, "nbf": at, "exp": at + 60 })
    }

    /// Signed with the right key, with any header.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        sign(&self.key, header, claims)
    }

    /// Claims with a good header and a good signature.
    pub fn claim(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }
}

/// The second it is, as tokens count.
pub fn now() -> i64 {
    jimmy_server::clock::now().millis() / 1_000
}

pub fn sign(key: &[u8], header: &str, claims: &str) -> String {
    let input = unsigned(header, claims);
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length");
    mac.update(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Header and claims, without a signature.
pub fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// The header (0) or the claims (1) of a token.
pub fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

/// What `GET /me` answers to a bearer token.
pub fn as_bearer(server: &Server, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    server.call("GET", "/api/v1/me", &[("authorization", &bearer)], None).status
}

/// What it answers to a cookie.
pub fn as_cookie(server: &Server, token: &str) -> u16 {
    let cookie = format!("jimmy={token}");
    server.call("GET", "/api/v1/me", &[("cookie", &cookie)], None).status
}

/// Checks that every entry point refuses a token.
pub fn is_worthless(server: &Server, token: &str, what: &str) {
    assert_eq!(as_bearer(server, token), 401, "as a bearer: {what}");
    assert_eq!(as_cookie(server, token), 401, "as a cookie: {what}");
    let bearer = format!("Bearer {token}");
    let (cookie, ours) = (format!("jimmy={token}"), server.origin.as_str());
    assert_eq!(Socket::open(server, &[("authorization", &bearer)]).err(), Some(401), "at a socket: {what}");
    assert_eq!(Socket::open(server, &[("cookie", &cookie), ("origin", ours)]).err(), Some(401), "a page's: {what}");
}
