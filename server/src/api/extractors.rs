//! What handlers of the API take from a request. A part that cannot be read is refused with a problem, as any other refusal.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{error::ErrorCode, ids::ChannelId};
use serde::de::DeserializeOwned;

use crate::error::{Problem, problem::PROBLEM_JSON};

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(_)) => Err(ErrorCode::TooLarge.into()),
            Err(_) => Err(ErrorCode::InvalidRequest.into()),
        }
    }
}

/// A query string.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|_| ErrorCode::InvalidRequest.into())
    }
}

/// The `{id}` of a path. An id that no channel can have is refused as an unknown channel is.
pub struct InChannel(pub ChannelId);

impl<S: Send + Sync> FromRequestParts<S> for InChannel {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(id.map_err(|_| ErrorCode::NotFound)?.parse::<ChannelId>()?))
    }
}

/// Turns the refusals of the middleware in front of all routes (body limit, timeout, caught panic) into problems.
pub async fn as_problems(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let code = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::REQUEST_TIMEOUT => ErrorCode::TryAgain,
        StatusCode::INTERNAL_SERVER_ERROR => ErrorCode::Internal,
        _ => return response,
    };
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if is_call && !is_problem { Problem::from(code).into_response() } else { response }
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn answer(path: &str, status: StatusCode) -> (StatusCode, bool) {
        let layered = Router::new().route(path, get(move || async move { status })).layer(from_fn(as_problems));
        let request = Request::builder().uri(path).body(axum::body::Body::empty()).expect("a request");
        let response = layered.oneshot(request).await.expect("an answer");
        let kind = response.headers().get(header::CONTENT_TYPE);
        (response.status(), kind.is_some_and(|kind| kind == PROBLEM_JSON))
    }

    #[tokio::test]
    async fn middleware_refuses_calls_with_problems() {
        assert_eq!(answer("/api/x", StatusCode::REQUEST_TIMEOUT).await, (StatusCode::SERVICE_UNAVAILABLE, true));
        assert_eq!(
            answer("/api/x", StatusCode::INTERNAL_SERVER_ERROR).await,
            (StatusCode::INTERNAL_SERVER_ERROR, true)
        );
        assert_eq!(answer("/api/x", StatusCode::PAYLOAD_TOO_LARGE).await, (StatusCode::PAYLOAD_TOO_LARGE, true));
        assert_eq!(answer("/page", StatusCode::REQUEST_TIMEOUT).await, (StatusCode::REQUEST_TIMEOUT, false));
        assert_eq!(answer("/api/x", StatusCode::OK).await, (StatusCode::OK, false));
    }
}
