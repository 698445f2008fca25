//! A refusal as an `application/problem+json` response (RFC 9457). This is the one place that maps error codes to HTTP
//! statuses and to sentences for developers.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{api, error::ErrorCode};

use super::Refused;

/// A refusal that becomes an HTTP response.
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

/// Returns the HTTP status of a code.
pub(crate) fn status(code: ErrorCode) -> StatusCode {
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

/// Returns one sentence for the developer of the client.
pub(crate) fn detail(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidBody => "The body is blank or holds control characters.",
        ErrorCode::TooLong => "A text is longer than its limit.",
        ErrorCode::InvalidId => "The id is not a UUIDv7.",
        ErrorCode::NotFound => "It does not exist, or you may not see it.",
        ErrorCode::NotMember => "Only members of the channel may write in it.",
        ErrorCode::IdConflict => "This id was used for another message.",
        ErrorCode::RateLimited => "Too many requests; wait, then retry.",
        ErrorCode::TryAgain => "The outcome is unknown or the server is busy; send the same request again.",
        ErrorCode::StorageFull => "The server's storage is full; inform its operator.",
        ErrorCode::NameTaken => "That name is taken, or too similar to one that is.",
        ErrorCode::InvalidName => "The name is too short or too long, or holds characters that names may not hold.",
        ErrorCode::WeakPassword => "The password is too short, too long or too common.",
        ErrorCode::WrongCredentials => "The name or the password is wrong.",
        ErrorCode::Unauthorized => "Log in first.",
        ErrorCode::ForbiddenOrigin => "The request came from another site's page.",
        ErrorCode::TooLarge => "The request is larger than its limit.",
        ErrorCode::InvalidRequest => "The request cannot be read.",
        ErrorCode::SignUpClosed => "Sign-up is closed.",
        ErrorCode::HallStays => "The hall cannot be left.",
        ErrorCode::TooManyChannels => "You are a member of as many channels as allowed.",
        ErrorCode::MethodNotAllowed => "This address does not support the method.",
        ErrorCode::Internal | ErrorCode::Unknown => "The server failed; its log contains the reason.",
    }
}

/// Media type of a problem (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Returns the JSON body of a problem.
pub(crate) fn body(code: ErrorCode) -> api::Problem {
    let status = status(code);
    api::Problem {
        kind: format!("urn:jimmy-chat:problem:{code}"),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: detail(code).to_owned(),
        code,
    }
}

/// Default of the `Retry-After` header, in seconds.
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
