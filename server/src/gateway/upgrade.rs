//! ④ Who may open a socket: the page by cookie and exact Origin, a program by bearer token. Before it on a message's way:
//! `connection/socket` in the page. After it: `gateway/inbound`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::any,
};
use domain::{
    error::ErrorCode,
    limits::FRAME_BYTES_MAX,
    wire::{CloseCode, ServerFrame},
};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::{inbound, outbound, resume, stack, state::Gateway};
use crate::{
    auth::{self, Audience, Identity, Peer},
    delivery::{Closing, Socket, Text, encode},
    error::Problem,
};

/// A peer that does not read gets its close frame within so long, or not at all.
const GOODBYE_WAIT: Duration = Duration::from_secs(2);
/// Seconds over which clients of a server that goes come back.
const RETURN_WITHIN_S: u32 = 3;
/// The subprotocol of a program that cannot set headers; its token comes as another one.
const PROTOCOL: &str = "jimmy.v1";
const TOKEN_PROTOCOL: &str = "bearer.";

/// `GET /ws`
pub fn router(gateway: Gateway) -> Router {
    Router::new().route("/ws", any(open)).with_state(gateway)
}

async fn open(State(gateway): State<Gateway>, peer: Peer, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if gateway.cluster.refuses_clients() {
        // The next word of /gateway names another server.
        return Problem::from(ErrorCode::TryAgain).into_response();
    }
    let who = match authorise(&gateway, &headers).await {
        Ok(who) => who,
        Err(code) => return Problem::from(code).into_response(),
    };
    stack::configured(upgrade, FRAME_BYTES_MAX)
        .protocols([PROTOCOL])
        .on_failed_upgrade(|error| tracing::debug!(%error, "a socket was not opened"))
        .on_upgrade(move |socket| serve(gateway, who, peer, socket))
}

async fn authorise(gateway: &Gateway, headers: &HeaderMap) -> Result<Identity, ErrorCode> {
    if auth::bearer(headers).is_some() {
        return gateway.auth.identify(headers).await;
    }
    if let Some(token) = offered_token(headers) {
        return gateway.auth.identify_by_token(Audience::Program, token).await;
    }
    if gateway.auth.origins.are_named_in(headers) != Some(true) {
        return Err(ErrorCode::ForbiddenOrigin);
    }
    gateway.auth.identify(headers).await
}

fn offered_token(headers: &HeaderMap) -> Option<&str> {
    let offers = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    offers.split(',').find_map(|offer| offer.trim().strip_prefix(TOKEN_PROTOCOL))
}

/// One socket from its first frame to its last.
async fn serve(gateway: Gateway, who: Identity, peer: Peer, mut ws: WebSocket) {
    let (socket, frames, mut closing) = Socket::new(who.account.clone(), who.session.clone(), peer.counted());
    let socket = Arc::new(socket);
    let per_address = gateway.has_rate_limits.then_some(gateway.sockets_per_address);
    let code = match gateway.delivery.hub.connect(&socket, per_address) {
        None => CloseCode::TooMany,
        Some(()) => {
            gateway.metrics.sockets_opened.inc();
            // Whoever is to be closed is closed whatever is under way, also in the midst of a write that nobody reads. That is
            // looked at first: once the server goes, its stores close, and nothing may be asked of them any more. Who comes
            // in just then is not told so by the hub.
            let code = tokio::select! {
                biased;
                () = gateway.cluster.shutdown.cancelled() => CloseCode::GoingAway,
                code = closed(&mut closing) => code,
                code = converse(&gateway, &socket, &mut ws, frames) => code,
            };
            gateway.delivery.hub.disconnect(&socket);
            gateway.presence.disconnected(&socket, Instant::now());
            code
        }
    };
    gateway.metrics.closed(code.number());
    // The peer may be gone already, or not read.
    let _ = tokio::time::timeout(GOODBYE_WAIT, goodbye(&gateway, &mut ws, code)).await;
}

/// Resumes, then frames both ways, until one of the two ends; says with which code to close.
async fn converse(
    gateway: &Gateway,
    socket: &Arc<Socket>,
    ws: &mut WebSocket,
    frames: mpsc::Receiver<Text>,
) -> CloseCode {
    if let Err(code) = resume::resume(gateway, socket, ws).await {
        return code;
    }
    gateway.presence.connected(socket);
    let (mut sink, stream) = ws.split();
    let (answers, answered) = mpsc::channel(inbound::ANSWERS);
    let outbound = outbound::Outbound { gateway, socket, frames, answered };
    tokio::select! {
        code = outbound.run(&mut sink) => code,
        code = inbound::read(gateway, socket, stream, answers) => code,
    }
}

async fn closed(closing: &mut Closing) -> CloseCode {
    match closing.wait_for(Option::is_some).await {
        Ok(code) => (*code).unwrap_or(CloseCode::GoingAway),
        Err(_) => CloseCode::GoingAway,
    }
}

async fn goodbye(gateway: &Gateway, ws: &mut WebSocket, code: CloseCode) {
    if gateway.cluster.refuses_clients() {
        // Whoever is handed over goes at once; who can only come back here comes when this server is there again.
        let within = if gateway.cluster.shutdown.is_cancelled() { RETURN_WITHIN_S } else { 0 };
        let bye = ServerFrame::Bye { retry_after: rand::random_range(0..=within) };
        // The peer may have gone first.
        let _ = ws.send(Message::Text(encode(&bye))).await;
    }
    stack::say_goodbye(ws, code).await;
}
