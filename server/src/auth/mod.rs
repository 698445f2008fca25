//! Who sends a request: sessions, tokens, passwords, limits on attempts, and which pages may act for a user.
//!
//! | module | what it does |
//! | --- | --- |
//! | `extractors` | what handlers take from a request, and the check in front of all routes |
//! | `identity` | a user with an open session |
//! | `session_tokens` | opens, lists and ends sessions, and issues their tokens |
//! | `sessions` | checks that a session is open, at each use |
//! | `ended_sessions` | closes the sockets of sessions that were ended on any server |
//! | `last_used` | when each session was last used |
//! | `tokens` | the signed tokens that name a session |
//! | `password` | password hashing with bounded memory, and which passwords are too weak |
//! | `attempts` | limits on log-ins and sign-ups |
//! | `peer` | the address that a request comes from |
//! | `origin` | which pages may change something with the browser's cookie |
//! | `cookies` | the page's cookies |

mod attempts;
pub mod cookies;
mod ended_sessions;
mod extractors;
mod identity;
mod last_used;
mod origin;
pub mod password;
mod peer;
mod session_tokens;
mod sessions;
mod tokens;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use domain::error::ErrorCode;

pub use attempts::Attempts;
pub(crate) use attempts::Target;
pub use cookies::Cookies;
pub use ended_sessions::EndedSessions;
pub use extractors::guard;
pub use identity::{Identity, bearer};
pub use last_used::{QueuedUses, flush_last_used};
pub use origin::Origins;
pub use password::PasswordGate;
pub use peer::{ClientInfo, Peer, Remote, TrustedProxies};
pub use session_tokens::{OpenedSession, SessionTokens};
pub use sessions::Sessions;
pub use tokens::{Audience, PAGE_SESSION_S, Tokens};

use crate::clock::now;

/// Authenticates requests.
pub struct Auth {
    /// Checks sessions, with a cache.
    pub(crate) sessions: Sessions,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) session_tokens: SessionTokens,
    pub(crate) passwords: PasswordGate,
    pub(crate) attempts: Attempts,
    pub(crate) origins: Origins,
    pub(crate) cookies: Cookies,
    pub(crate) proxies: TrustedProxies,
}

impl Auth {
    /// Returns the user who sends a request with these headers. A bearer token wins over the cookie: a program acts for the
    /// user of its token, even inside a browser.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`] without an open session, [`ErrorCode::TryAgain`] while sessions cannot be checked.
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Identity, ErrorCode> {
        match bearer(headers) {
            Some(token) => self.identify_by_token(Audience::Program, token).await,
            None => {
                let cookie = cookies::get(headers, self.cookies.session_name()).ok_or(ErrorCode::Unauthorized)?;
                self.identify_by_token(Audience::Page, &cookie).await
            }
        }
    }

    /// Returns the user whom a token names.
    ///
    /// # Errors
    /// As [`Auth::identify`].
    pub async fn identify_by_token(&self, audience: Audience, token: &str) -> Result<Identity, ErrorCode> {
        let named = self.tokens.verify(audience, token, now()).ok_or(ErrorCode::Unauthorized)?;
        let live = self.sessions.check(&named.session).await?;
        Ok(Identity { account: live.account, session: live.id, named, by_bearer: audience == Audience::Program })
    }

    /// Returns whether a request that changes something may come from where it does.
    fn may_change(&self, path: &str, headers: &HeaderMap) -> bool {
        // No page of another site can make a browser send a bearer token.
        if bearer(headers).is_some_and(|token| !token.is_empty()) {
            return true;
        }
        let from = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if from == Some(b"cross-site") {
            return false;
        }
        // A proxy that adds `Referrer-Policy: no-referrer` makes browsers hide the origin, but not that it is this site's.
        if from == Some(b"same-origin") && headers.get(header::ORIGIN).is_some_and(|origin| origin == "null") {
            return true;
        }
        self.origins.are_named_in(headers).unwrap_or_else(|| {
            // A program that signs up or logs in has neither a page nor a cookie.
            path.starts_with("/api/") && !self.has_session_cookie(headers)
        })
    }

    /// Returns whether a request has the cookie of a page's session, valid or not.
    pub(crate) fn has_session_cookie(&self, headers: &HeaderMap) -> bool {
        cookies::get(headers, self.cookies.session_name()).is_some()
    }
}
