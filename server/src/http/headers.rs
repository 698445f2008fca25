//! Response headers that every route gets, unless it sets its own.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::metrics::Metrics;

/// What the headers depend on.
#[derive(Clone)]
pub(super) struct HeaderRules {
    pub(super) is_https: bool,
    pub(super) metrics: Arc<Metrics>,
}

/// Adds the default headers, and counts the response by its status.
pub(super) async fn add_headers(State(rules): State<HeaderRules>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    rules.metrics.responded(response.status().as_u16());
    let headers = response.headers_mut();
    let mut default = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CACHE_CONTROL, "private, no-store");
    default(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    default(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if rules.is_https {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
