//! From a refusal to an `application/problem+json` answer (RFC 9457): the one place where codes become statuses and
//! sentences for programs.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{api, ids::ChannelId, rejection::Code};
use serde::de::DeserializeOwned;

use crate::Refused;

/// A refusal on its way to a program.
#[derive(Debug)]
pub struct Problem(Refused);

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self(code.into())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self(refused)
    }
}

/// The status of a code.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidBody | Code::InvalidId | Code::InvalidName | Code::WeakPassword | Code::TooLong => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Code::InvalidRequest => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotMember | Code::ForbiddenOrigin | Code::SignUpClosed => StatusCode::FORBIDDEN,
        Code::IdConflict | Code::NameTaken | Code::HallStays | Code::TooManyChannels => StatusCode::CONFLICT,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::WrongCredentials | Code::Unauthorized => StatusCode::UNAUTHORIZED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Internal | Code::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// One sentence for whoever wrote the program.
pub fn detail(code: Code) -> &'static str {
    match code {
        Code::InvalidBody => "The body is blank or holds control characters.",
        Code::TooLong => "A text is longer than its limit.",
        Code::InvalidId => "The id is not a UUIDv7.",
        Code::NotFound => "There is nothing here that you may see.",
        Code::NotMember => "Only members of the channel may write in it.",
        Code::IdConflict => "This id was used for another message.",
        Code::RateLimited => "Too many in a short time; wait a little.",
        Code::TryAgain => "The outcome is unknown or the server is busy; send the same again.",
        Code::StorageFull => "The server's storage is full; tell an administrator.",
        Code::NameTaken => "This name, or one that looks like it, is taken.",
        Code::InvalidName => "The name is too short or too long, or holds characters that names may not hold.",
        Code::WeakPassword => "The password is too short, too long or too common.",
        Code::WrongCredentials => "The name or the password is wrong.",
        Code::Unauthorized => "Log in first.",
        Code::ForbiddenOrigin => "The request came from another site's page.",
        Code::TooLarge => "The request is larger than its limit.",
        Code::InvalidRequest => "The request cannot be read.",
        Code::SignUpClosed => "Nobody may sign up here at present.",
        Code::HallStays => "The hall is everybody's and cannot be left.",
        Code::TooManyChannels => "You are in as many channels as one may be.",
        Code::MethodNotAllowed => "This address does not answer to that method.",
        Code::Internal | Code::Unknown => "The server failed; its log says why.",
    }
}

/// The media type of a refusal.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// What a program is told.
pub(super) fn body(code: Code) -> api::Problem {
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
        if matches!(code, Code::RateLimited | Code::TryAgain) {
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
            Err(JsonRejection::BytesRejection(_)) => Err(Code::TooLarge.into()),
            Err(_) => Err(Code::InvalidRequest.into()),
        }
    }
}

/// A query string; what cannot be read is a problem like any other.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|_| Code::InvalidRequest.into())
    }
}

/// The `{id}` of a path; one that no channel could have is not found, like one that no channel has.
pub struct InChannel(pub ChannelId);

impl<S: Send + Sync> FromRequestParts<S> for InChannel {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(id.map_err(|_| Code::NotFound)?.parse::<ChannelId>()?))
    }
}

/// Lets what stands in front of all routes (bounds on bodies and time, caught panics) refuse a call as the call itself would.
pub async fn as_problems(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let code = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Code::TryAgain,
        StatusCode::INTERNAL_SERVER_ERROR => Code::Internal,
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
