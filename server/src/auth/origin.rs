//! Which pages may change something with the browser's cookie: those of this site, by exact origin.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use parking_lot::Mutex;

/// Shortest time between two log lines on refused requests.
const REFUSAL_LOG_INTERVAL: Duration = Duration::from_secs(10);
/// Most bytes of a header in such a line.
const LOGGED_BYTES_MAX: usize = 200;

/// The origins of this site.
pub struct Origins {
    /// The first one is the main one.
    own: Vec<String>,
    refusal_logged_at: Mutex<Option<Instant>>,
}

impl Origins {
    /// Takes the origins of this site; the first one is the main one.
    pub fn new(origins: Vec<String>) -> Self {
        Self { own: origins, refusal_logged_at: Mutex::default() }
    }

    /// Returns the origin under which the client reached this site. A forged `Host` gets the main one.
    pub(crate) fn of_host(&self, host: &str) -> &str {
        let own = self.own.iter().find(|origin| origin.split_once("://").is_some_and(|(_, name)| name == host));
        own.map_or(self.main(), String::as_str)
    }

    /// Returns the main origin.
    pub(crate) fn main(&self) -> &str {
        self.own.first().map_or("", String::as_str)
    }

    /// Returns whether the request's only `Origin` is one of this site; `None` without an `Origin`.
    pub(crate) fn are_named_in(&self, headers: &HeaderMap) -> Option<bool> {
        let mut named = headers.get_all(header::ORIGIN).iter();
        let (first, second) = (named.next()?, named.next());
        Some(second.is_none() && first.to_str().is_ok_and(|origin| self.own.iter().any(|own| own == origin)))
    }

    /// Logs a refused change. Everyone can send such requests, so they are logged rarely, and shortened.
    pub(super) fn log_refusal(&self, path: &str, headers: &HeaderMap) {
        let mut logged_at = self.refusal_logged_at.lock();
        if logged_at.is_some_and(|at| at.elapsed() < REFUSAL_LOG_INTERVAL) {
            return;
        }
        *logged_at = Some(Instant::now());
        let value = |name: &str| {
            let bytes = headers.get(name)?.as_bytes();
            Some(bytes[..bytes.len().min(LOGGED_BYTES_MAX)].escape_ascii().to_string())
        };
        tracing::info!(
            path = &path[..path.floor_char_boundary(LOGGED_BYTES_MAX)],
            origin = value("origin"),
            sec_fetch_site = value("sec-fetch-site"),
            "change from another site refused; if it came from a page of this one, a proxy alters its headers or --public-url is wrong"
        );
    }
}
