//! From a refusal to an `application/problem+json` answer (RFC 9457): the one place where codes become statuses and
//! sentences for programs.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{api, error::ErrorCode, ids::ChannelId};
use serde::de::DeserializeOwned;

use crate::Refused;

/// A refusal on its way to a program.
#[derive(Debug)]
pub struct Problem(Refused);

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self(code.into())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self(refused)
    }
}

/// The status of a code.
pub fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidBody
        | ErrorCode::InvalidId
        | ErrorCode::InvalidName
        | ErrorCode::WeakPassword
        | ErrorCode::TooLong => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::NotMember | ErrorCode::ForbiddenOrigin | ErrorCode::SignUpClosed => StatusCode::FORBIDDEN,
        ErrorCode::IdConflict | ErrorCode::NameTaken | ErrorCode::HallStays | ErrorCode::TooManyChannels => {
            StatusCode::CONFLICT
        }
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::WrongCredentials | ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Internal | ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// One sentence for whoever wrote the program.
pub fn detail(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidBody => "The body is blank or holds control characters.",
        ErrorCode::TooLong => "A text is longer than its limit.",
        ErrorCode::InvalidId => "The id is not a UUIDv7.",
        ErrorCode::NotFound => "There is nothing here that you may see.",
        ErrorCode::NotMember => "Only members of the channel may write in it.",
        ErrorCode::IdConflict => "This id was used for another message.",
        ErrorCode::RateLimited => "Too many in a short time; wait a little.",
        ErrorCode::TryAgain => "The outcome is unknown or the server is busy; send the same again.",
        ErrorCode::StorageFull => "The server's storage is full; tell an administrator.",
        ErrorCode::NameTaken => "This name, or one that looks like it, is taken.",
        ErrorCode::InvalidName => "The name is too short or too long, or holds characters that names may not hold.",
        ErrorCode::WeakPassword => "The password is too short, too long or too common.",
        ErrorCode::WrongCredentials => "The name or the password is wrong.",
        ErrorCode::Unauthorized => "Log in first.",
        ErrorCode::ForbiddenOrigin => "The request came from another site's page.",
        ErrorCode::TooLarge => "The request is larger than its limit.",
        ErrorCode::InvalidRequest => "The request cannot be read.",
        ErrorCode::SignUpClosed => "Nobody may sign up here at present.",
        ErrorCode::HallStays => "The hall is everybody's and cannot be left.",
        ErrorCode::TooManyChannels => "You are in as many channels as one may be.",
        ErrorCode::MethodNotAllowed => "This address does not answer to that method.",
        ErrorCode::Internal | ErrorCode::Unknown => "The server failed; its log says why.",
    }
}

/// The media type of a refusal.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// What a program is told.
pub(super) fn body(code: ErrorCode) -> api::Problem {
    let status = status(code);
    api::Problem {
        kind: format!("urn:jimmy-chat:problem:{code}"),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: detail(code).to_owned(),
        code,
    }
}

/// Seconds after which trying again makes sense.
const RETRY_AFTER_S: u32 = 1;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Problem(Refused { code, retry_after_s }) = self;
        let status = status(code);
        let mut response = (status, Json(body(code))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(code, ErrorCode::RateLimited | ErrorCode::TryAgain) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s.unwrap_or(RETRY_AFTER_S)));
        }
        response
    }
}

/// A JSON body; what cannot be read is a problem like any other.
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

/// A query string; what cannot be read is a problem like any other.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|_| ErrorCode::InvalidRequest.into())
    }
}

/// The `{id}` of a path; one that no channel could have is not found, like one that no channel has.
pub struct InChannel(pub ChannelId);

impl<S: Send + Sync> FromRequestParts<S> for InChannel {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(id.map_err(|_| ErrorCode::NotFound)?.parse::<ChannelId>()?))
    }
}

/// Lets what stands in front of all routes (bounds on bodies and time, caught panics) refuse a call as the call itself would.
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
    async fn what_the_layers_in_front_say_of_a_call_becomes_a_problem() {
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
