//! `GET /livez`: the process runs. `GET /readyz`: it can serve, or answers in words why not.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;
use crate::{
    channels::Channels,
    cluster::Cluster,
    delivery::{Delivery, PartitionState},
};

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// Check liveness
///
/// Answers whenever the process runs.
#[utoipa::path(
    get, path = "/livez", operation_id = "is_live", tag = "health",
    responses((status = 200, description = "The process runs.", body = String, content_type = "text/plain", example = "ok\n")),
)]
async fn live() -> &'static str {
    "ok\n"
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes the query")]
struct Verbosity {
    /// Unless it is `0` or `false`, the answer has one more line for each partition of the log: how far this server has read it, and how
    /// many of those records are not in the database yet. Before them comes a line if the log does not answer.
    #[param(value_type = String, required = false)]
    verbose: Option<String>,
}

/// Check readiness
///
/// Answers whether requests should be sent to this server.
#[utoipa::path(
    get, path = "/readyz", operation_id = "is_ready", tag = "health", params(Verbosity),
    responses(
        (status = 200, description = "The server is ready.", body = String, content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "The server is not ready, with one reason per line.", body = String, content_type = "text/plain",
            example = "the server is draining\n"),
    ),
)]
async fn ready(
    State(cluster): State<Arc<Cluster>>,
    State(delivery): State<Arc<Delivery>>,
    State(channels): State<Arc<Channels>>,
    RawQuery(query): RawQuery,
) -> (StatusCode, String) {
    let mut reasons = Vec::new();
    if cluster.draining.is_cancelled() {
        reasons.push("the server is draining".to_owned());
    }
    if let Err(error) = channels.check_directory().await {
        reasons.push(format!("the database does not answer: {error}"));
    }
    let partitions = delivery.partitions.all();
    let reloading = partitions.iter().filter(|partition| !partition.is_ready());
    reasons.extend(reloading.map(|partition| format!("partition {} is being reloaded", partition.number)));
    if delivery.partitions.is_backlog_full() {
        reasons.push("too much waits for the archive".to_owned());
    }
    if cluster.is_evacuating() {
        reasons.push("clients are being moved to healthier servers".to_owned());
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if reasons.is_empty() {
        reasons.push("ok".into());
    }
    if is_verbose(query.as_deref().unwrap_or_default()) {
        let silence = delivery.health.log_unreachable.duration();
        reasons.extend(silence.map(|lasts| format!("the log has not answered for {} s", lasts.as_secs())));
        reasons.extend(partitions.iter().map(|partition| lag(partition)));
    }
    (status, reasons.join("\n") + "\n")
}

fn is_verbose(query: &str) -> bool {
    let mut asked = query.split('&').map(|asked| asked.split_once('=').unwrap_or((asked, "")));
    asked.any(|(name, value)| name == "verbose" && !matches!(value, "0" | "false"))
}

/// Returns how far a partition is read and stored.
fn lag(partition: &PartitionState) -> String {
    let (read, behind) = (partition.next_offset(), partition.projector_lag_records());
    let stalled = if partition.is_stalled() { ", which cannot be written now" } else { "" };
    format!("partition {}: read up to {read}; {behind} of it not in the database{stalled}", partition.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_verbose_unless_that_is_denied() {
        for query in ["verbose", "verbose=", "verbose=1", "verbose=true", "a=b&verbose"] {
            assert!(is_verbose(query), "{query}");
        }
        for query in ["", "verbose=0", "verbose=false", "a=verbose", "verboser"] {
            assert!(!is_verbose(query), "{query}");
        }
    }
}
