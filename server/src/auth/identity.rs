//! A user with an open session.

use axum::http::{HeaderMap, header};
use domain::{event::Account, ids::SessionId};

use super::tokens::NamedSession;

/// A user with an open session.
#[derive(Clone, Debug)]
pub struct Identity {
    pub(crate) account: Account,
    pub(crate) session: SessionId,
    /// The session that the request's token names.
    pub(crate) named: NamedSession,
    /// Whether the token came in an `Authorization` header and not in the cookie.
    pub(crate) by_bearer: bool,
}

/// Returns the bearer token of a request; an empty one for an `Authorization` header of another scheme.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let token = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer ")).map(|_| &value[7..]);
    Some(token.unwrap_or_default().trim())
}
