//! The end of a connection, as TCP needs it: an answer that was given before the whole request had been read (too large, not
//! logged in, not of this site) reaches its client only if the rest of the request is read, too. Otherwise the kernel resets the
//! connection, and the client has a broken pipe where it should have a reason. RFC 9112, 9.6, describes this.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    runtime::Handle,
    sync::Semaphore,
};

/// So long the client may go on sending what nobody needs any more.
const LINGER: Duration = Duration::from_secs(2);
/// Bytes that are read and thrown away; who sends more is cut off.
const LINGER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Connections that linger at a time; beyond it they are cut off, as without all this.
const LINGERING_MAX: usize = 1_000;

/// How many more connections may linger; one for each listener.
#[derive(Clone, Debug)]
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LINGERING_MAX)))
    }
}

/// A connection whose end is waited for, in a task of its own, once it is dropped. Such tasks end with the runtime: a server that
/// goes does not wait for them.
#[derive(Debug)]
pub struct Lingering {
    /// Taken when it is dropped.
    stream: Option<TcpStream>,
    client_has_ended: bool,
    places: Places,
}

impl Lingering {
    /// Guards the end of this connection.
    pub fn new(stream: TcpStream, places: Places) -> Self {
        Self { stream: Some(stream), client_has_ended: false, places }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take().filter(|_| !self.client_has_ended) else { return };
        let (Ok(runtime), Ok(place)) = (Handle::try_current(), self.places.0.clone().try_acquire_owned()) else {
            return;
        };
        runtime.spawn(async move {
            // Whatever happens here, the connection is at its end.
            let _ = tokio::time::timeout(LINGER, read_to_the_end(stream)).await;
            drop(place);
        });
    }
}

async fn read_to_the_end(mut stream: TcpStream) -> io::Result<u64> {
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(LINGER_BYTES_MAX), &mut tokio::io::sink()).await
}

impl AsyncRead for Lingering {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let room = buf.remaining() > 0;
        let read = ready!(self.stream()?.poll_read(cx, buf));
        self.client_has_ended |= read.is_err() || room && buf.filled().len() == before;
        Poll::Ready(read)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}
