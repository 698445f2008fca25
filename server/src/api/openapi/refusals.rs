//! The refusals of a call: its statuses come out of the same function as those that are sent, so the two cannot differ.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::error::ErrorCode;
use serde_json::json;
use utoipa::openapi::{
    ContentBuilder, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
    example::{Example, ExampleBuilder},
    header::HeaderBuilder,
    schema::{AllOfBuilder, Schema},
};

use crate::error::problem::{PROBLEM_JSON, body, detail, status};

/// What any call may be refused with: it fails, it is too busy, or the disk is full.
const ANY: [ErrorCode; 3] = [ErrorCode::Internal, ErrorCode::TryAgain, ErrorCode::StorageFull];

/// Names the refusals of calls: `refusals! { SignUp: NameTaken, WeakPassword; }` is what `#[utoipa::path(responses(SignUp))]` takes.
macro_rules! refusals {
    ($($name:ident: $($code:ident),+;)+) => {$(
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::api::openapi::refusals::responses(&[$(domain::error::ErrorCode::$code),+])
            }
        }
    )+};
}
pub(in crate::api) use refusals;

/// The answers with these codes, and with those that any call may be answered with, by status.
pub(in crate::api) fn responses(codes: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<StatusCode, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes.iter().chain(&ANY) {
        by_status.entry(status(*code)).or_default().push(*code);
    }
    by_status.into_iter().map(|(status, codes)| (status.as_str().to_owned(), response(status, &codes).into())).collect()
}

fn response(status: StatusCode, codes: &[ErrorCode]) -> Response {
    let said = codes.iter().map(|code| format!("`{code}`: {}", detail(*code))).collect::<Vec<_>>().join(" ");
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes.iter().map(|code| code.word())));
    let these = ObjectBuilder::new().property("code", words);
    let problem = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(these);
    let examples = codes.iter().map(|code| (code.word(), example(*code)));
    let content =
        ContentBuilder::new().schema(Some(Schema::AllOf(problem.build()))).examples_from_iter(examples).build();
    let response = ResponseBuilder::new().description(said).content(PROBLEM_JSON, content);
    match status {
        StatusCode::UNAUTHORIZED => response.header("WWW-Authenticate", header("Always `Bearer`.", Type::String)),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            response.header("Retry-After", header("Seconds after which trying again makes sense.", Type::Integer))
        }
        _ => response,
    }
    .build()
}

fn example(code: ErrorCode) -> Example {
    ExampleBuilder::new().summary(detail(code)).value(Some(json!(body(code)))).build()
}

fn header(description: &str, kind: Type) -> Header {
    HeaderBuilder::new().schema(ObjectBuilder::new().schema_type(kind)).description(Some(description)).build()
}
