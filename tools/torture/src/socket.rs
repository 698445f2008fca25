//! A WebSocket connection of a client.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    ids::MessageId,
    wire::{ClientFrame, ServerFrame},
};
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::plan::CONNECT_WAIT;

/// Timeout of a write.
const WRITE_WAIT: Duration = Duration::from_secs(5);

/// A close frame without a code (RFC 6455).
const NO_CODE: u16 = 1005;

/// Why a connection ended or failed to open.
#[derive(Debug)]
pub enum Ended {
    /// The connection broke.
    Gone,
    /// The server closed it with this code.
    Closed(u16),
    /// The server sent an invalid frame.
    Unreadable(String),
}

/// An open socket.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a socket and sends `resume`. The server answers with a welcome.
    pub async fn open(address: &str, token: &str, since: BTreeMap<String, u64>) -> Result<Self, Ended> {
        let opened = async {
            let stream = TcpStream::connect(address).await.map_err(|_| Ended::Gone)?;
            stream.set_nodelay(true).map_err(|_| Ended::Gone)?;
            let mut request = format!("ws://{address}/ws").into_client_request().map_err(|_| Ended::Gone)?;
            let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Ended::Gone)?;
            request.headers_mut().insert("authorization", bearer);
            let (stream, _) = client_async(request, stream).await.map_err(|_| Ended::Gone)?;
            Ok(Self(stream))
        };
        let mut socket = timeout(CONNECT_WAIT, opened).await.map_err(|_| Ended::Gone)??;
        socket.send(&ClientFrame::Resume { since }).await?;
        Ok(socket)
    }

    pub async fn send(&mut self, frame: &ClientFrame) -> Result<(), Ended> {
        let text = serde_json::to_string(frame).map_err(|_| Ended::Gone)?;
        timeout(WRITE_WAIT, self.0.send(Message::text(text))).await.map_err(|_| Ended::Gone)?.map_err(|_| Ended::Gone)
    }

    pub async fn say(&mut self, channel: &str, id: MessageId, body: &str, retry: bool) -> Result<(), Ended> {
        let (channel, id, body) = (channel.to_owned(), id.to_string(), body.to_owned());
        self.send(&ClientFrame::Send { channel, id, body, retry }).await
    }

    /// Returns the next frame. Cancel safe.
    pub async fn next(&mut self) -> Result<ServerFrame, Ended> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|why| Ended::Unreadable(format!("{why}: {text}")));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(Ended::Closed(frame.map_or(NO_CODE, |frame| frame.code.into())));
                }
                Some(Err(_)) | None => return Err(Ended::Gone),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Closes the socket in order.
    pub async fn close(mut self) {
        // The server may be gone already.
        let _ = timeout(WRITE_WAIT, self.0.close(None)).await;
    }
}
