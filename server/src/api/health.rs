//! `GET /livez`: the process runs. `GET /readyz`: it can serve, or says in words why not.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/livez", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

async fn ready(State(state): State<AppState>) -> (StatusCode, String) {
    let mut reasons = Vec::new();
    if state.shutdown.is_cancelled() {
        reasons.push("the server is going".to_owned());
    }
    if let Err(error) = state.directory.hall().await {
        reasons.push(format!("the database does not answer: {error}"));
    }
    for lane in state.delivery.lanes.iter().filter(|lane| lane.is_full()) {
        reasons.push(format!("too much of partition {} waits for the archive", lane.partition));
    }
    match reasons.is_empty() {
        true => (StatusCode::OK, "ok\n".into()),
        false => (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n"),
    }
}
