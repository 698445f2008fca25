//! What handlers take from a request, and the check in front of all routes.

use std::{convert::Infallible, net::Ipv6Addr, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::error::ErrorCode;

use super::{Auth, Identity, Peer, Remote};
use crate::error::Problem;

impl<S> FromRequestParts<S> for Identity
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Arc::<Auth>::from_ref(state).identify(&parts.headers).await.map_err(Problem::from)
    }
}

impl<S> FromRequestParts<S> for Peer
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let remote = parts.extensions.get::<Remote>().map_or(Ipv6Addr::UNSPECIFIED.into(), |remote| remote.0.ip());
        Ok(Arc::<Auth>::from_ref(state).proxies.peer(remote, &parts.headers))
    }
}

/// Refuses changes that a page of another site asks for. It runs before every route, so that it covers new ones.
pub async fn guard(State(auth): State<Arc<Auth>>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !auth.may_change(request.uri().path(), request.headers()) {
        auth.origins.log_refusal(request.uri().path(), request.headers());
        return Problem::from(ErrorCode::ForbiddenOrigin).into_response();
    }
    next.run(request).await
}
