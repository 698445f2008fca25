//! Where a request comes from.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::accounts::Origin;

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// For the list of sessions.
    pub fn origin(&self, headers: &HeaderMap) -> Origin {
        let device = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Origin { device: device.unwrap_or_default().to_owned(), address: self.0.ip().to_string() }
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let unknown = Peer(SocketAddr::from(([0, 0, 0, 0], 0)));
        Ok(parts.extensions.get::<Peer>().copied().unwrap_or(unknown))
    }
}
