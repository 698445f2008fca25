//! Which pages may change something with the browser's cookie: those of this site, by exact origin.

use axum::http::{HeaderMap, header};

/// The origins of this site.
pub struct Origins(Vec<String>);

impl Origins {
    /// Takes the origins of this site; the first one is the main one.
    pub fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Returns the origin under which the client reached this site. A forged `Host` gets the main one.
    pub(crate) fn of_host(&self, host: &str) -> &str {
        let own = self.0.iter().find(|origin| origin.split_once("://").is_some_and(|(_, name)| name == host));
        own.map_or(self.main(), String::as_str)
    }

    /// Returns the main origin.
    pub(crate) fn main(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Returns whether the request's only `Origin` is one of this site; `None` without an `Origin`.
    pub(crate) fn are_named_in(&self, headers: &HeaderMap) -> Option<bool> {
        let mut named = headers.get_all(header::ORIGIN).iter();
        let (first, second) = (named.next()?, named.next());
        Some(second.is_none() && first.to_str().is_ok_and(|origin| self.0.iter().any(|own| own == origin)))
    }
}
