//! `GET /livez`: the process runs. `GET /readyz`: it can serve, or says in words why not.

use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// Does it run?
///
/// Answered whenever the process runs.
#[utoipa::path(
    get, path = "/livez", operation_id = "is_live", tag = "health",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain", example = "ok\n")),
)]
async fn live() -> &'static str {
    "ok\n"
}

/// Can it serve?
///
/// Whether requests should be sent here.
#[utoipa::path(
    get, path = "/readyz", operation_id = "is_ready", tag = "health",
    responses(
        (status = 200, description = "It can.", body = String, content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "It cannot, for the reasons said, one a line.", body = String, content_type = "text/plain",
            example = "the server is going\n"),
    ),
)]
async fn ready(State(state): State<AppState>) -> (StatusCode, String) {
    let mut reasons = Vec::new();
    if state.draining.is_cancelled() {
        reasons.push("the server is going".to_owned());
    }
    if let Err(error) = state.directory.hall().await {
        reasons.push(format!("the database does not answer: {error}"));
    }
    for lane in state.delivery.lanes.all() {
        let partition = lane.partition;
        if !lane.is_ready() {
            reasons.push(format!("partition {partition} is being read anew"));
        }
        if lane.is_full() {
            reasons.push(format!("too much of partition {partition} waits for the archive"));
        }
    }
    match reasons.is_empty() {
        true => (StatusCode::OK, "ok\n".into()),
        false => (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n"),
    }
}
