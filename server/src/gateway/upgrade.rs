//! ④ Decides who may open a socket: a page by cookie and exact Origin, a program by bearer token. Before it on a message's way:
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

use super::{
    inbound::{self, ANSWERS},
    outbound::Outbound,
    resume,
    state::Gateway,
    websocket,
};
use crate::{
    auth::{self, Audience, Auth, Identity, Peer},
    delivery::{Closing, Socket, Text, encode},
    error::Problem,
};

/// Longest time for the close frame. A client that does not read may not get it.
const GOODBYE_WAIT: Duration = Duration::from_secs(2);
/// Seconds over which the clients of a server that stops come back.
const RETURN_WITHIN_S: u32 = 3;
/// Subprotocol of a program that cannot set headers. Its token follows as a subprotocol with the prefix below.
const PROTOCOL: &str = "jimmy.v1";
const TOKEN_PROTOCOL: &str = "bearer.";

/// Returns the route of the socket, `GET /ws`.
pub fn router(gateway: Gateway) -> Router {
    Router::new().route("/ws", any(open)).with_state(gateway)
}

async fn open(State(gateway): State<Gateway>, peer: Peer, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if gateway.cluster.refuses_clients() {
        // The client asks /gateway again, which names another server.
        return Problem::from(ErrorCode::TryAgain).into_response();
    }
    let who = match authenticate(&gateway.auth, &headers).await {
        Ok(who) => who,
        Err(code) => return Problem::from(code).into_response(),
    };
    websocket::configure(upgrade, FRAME_BYTES_MAX)
        .protocols([PROTOCOL])
        .on_failed_upgrade(|error| tracing::debug!(%error, "socket not opened"))
        .on_upgrade(move |socket| serve(gateway, who, peer, socket))
}

async fn authenticate(auth: &Auth, headers: &HeaderMap) -> Result<Identity, ErrorCode> {
    if auth::bearer(headers).is_some() {
        return auth.identify(headers).await;
    }
    if let Some(token) = offered_token(headers) {
        return auth.identify_by_token(Audience::Program, token).await;
    }
    match auth.origins.are_named_in(headers) {
        Some(true) => {}
        // A program that has forgotten its token; no page opens a socket without naming its origin.
        None if !auth.has_session_cookie(headers) => return Err(ErrorCode::Unauthorized),
        _ => return Err(ErrorCode::ForbiddenOrigin),
    }
    auth.identify(headers).await
}

fn offered_token(headers: &HeaderMap) -> Option<&str> {
    let offers = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    offers.split(',').find_map(|offer| offer.trim().strip_prefix(TOKEN_PROTOCOL))
}

/// Runs one socket from its first frame to its last.
async fn serve(gateway: Gateway, who: Identity, peer: Peer, mut ws: WebSocket) {
    let hub = &gateway.delivery.hub;
    let (socket, frames, mut closing) = Socket::new(who.account.clone(), who.session.clone(), peer.counted());
    let socket = Arc::new(socket);
    let per_address = gateway.has_rate_limits.then_some(gateway.sockets_per_address);
    let code = match hub.connect(&socket, per_address) {
        None => CloseCode::TooMany,
        Some(()) => {
            gateway.metrics.sockets_opened.inc();
            // `biased`: close requests win over everything, even a blocked write. The shutdown comes first, because the stores close
            // right after it and must not be used any more; a socket that connects just then gets no close request of the hub.
            let code = tokio::select! {
                biased;
                () = gateway.cluster.shutdown.cancelled() => CloseCode::GoingAway,
                code = requested_close(&mut closing) => code,
                code = exchange_frames(&gateway, &socket, &mut ws, frames) => code,
            };
            hub.disconnect(&socket);
            gateway.presence.disconnected(&socket, Instant::now());
            code
        }
    };
    gateway.metrics.closed(code.number());
    // The client may be gone, or not read.
    let _ = tokio::time::timeout(GOODBYE_WAIT, say_goodbye(&gateway, &mut ws, code)).await;
}

/// Resumes, then passes frames in both directions until one of them ends. Returns the close code.
async fn exchange_frames(
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
    let (answers, waiting_answers) = mpsc::channel(ANSWERS);
    let outbound = Outbound { gateway, socket, frames, answers: waiting_answers };
    tokio::select! {
        code = outbound.run(&mut sink) => code,
        code = inbound::read(gateway, socket, stream, answers) => code,
    }
}

async fn requested_close(closing: &mut Closing) -> CloseCode {
    match closing.wait_for(Option::is_some).await {
        Ok(code) => (*code).unwrap_or(CloseCode::GoingAway),
        Err(_) => CloseCode::GoingAway,
    }
}

async fn say_goodbye(gateway: &Gateway, ws: &mut WebSocket, code: CloseCode) {
    if gateway.cluster.refuses_clients() {
        // A client that moves to a peer connects at once. One that can only come back here waits until this server runs again.
        let within = if gateway.cluster.shutdown.is_cancelled() { RETURN_WITHIN_S } else { 0 };
        let bye = ServerFrame::Bye { retry_after: rand::random_range(0..=within) };
        // The client may be gone.
        let _ = ws.send(Message::Text(encode(&bye))).await;
    }
    websocket::close(ws, code).await;
}
