//! Echoes each message over the same WebSocket stack as the chat's sockets. `make test-autobahn` checks with it that the
//! stack conforms to RFC 6455.
//!
//!   echo ADDRESS:PORT [BYTES]     the most bytes of a message; by default the limit of the chat

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    routing::any,
};
use domain::{limits::FRAME_BYTES_MAX, wire::CloseCode};
use jimmy_server::gateway::websocket;

/// Longest time to write the close frame to a peer that does not read.
const GOODBYE_WAIT: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: SocketAddr = arguments.next().ok_or("say where to listen: ADDRESS:PORT")?.parse()?;
    let bytes_max = arguments.next().map(|bytes| bytes.parse()).transpose()?.unwrap_or(FRAME_BYTES_MAX);
    let open =
        move |upgrade: WebSocketUpgrade| async move { websocket::configure(upgrade, bytes_max).on_upgrade(serve) };
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("An echo is at ws://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", any(open))).await?;
    Ok(())
}

async fn serve(mut ws: WebSocket) {
    let code = echo(&mut ws).await;
    // The peer may be gone already, or not read.
    let _ = tokio::time::timeout(GOODBYE_WAIT, websocket::close(&mut ws, code)).await;
}

async fn echo(ws: &mut WebSocket) -> CloseCode {
    loop {
        match ws.recv().await {
            None => return CloseCode::GoingAway,
            Some(Err(error)) => return websocket::code_of(error),
            Some(Ok(Message::Close(_))) => return CloseCode::Normal,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(message)) => {
                if ws.send(message).await.is_err() {
                    return CloseCode::GoingAway;
                }
            }
        }
    }
}
