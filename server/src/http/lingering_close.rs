//! Closes a connection so that its last response arrives. A response that was sent before the whole request was read (too large,
//! not logged in, from another site) reaches the client only if the rest of the request is read, too: otherwise the kernel
//! resets the connection, and the client sees a broken pipe instead of the reason. See RFC 9112, 9.6.

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

/// Longest time for which the rest of a request is read.
const LINGER: Duration = Duration::from_secs(2);
/// Bytes that are read and discarded; a client that sends more is cut off.
const LINGER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Connections that linger at a time; others are cut off.
const LINGERING_MAX: usize = 1_000;

/// Limits how many connections of a listener linger.
#[derive(Clone, Debug)]
pub(super) struct LingerPermits(Arc<Semaphore>);

impl Default for LingerPermits {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LINGERING_MAX)))
    }
}

/// A connection that lingers in its own task after it was dropped. Such tasks end with the runtime: a server that stops does not
/// wait for them.
#[derive(Debug)]
pub(super) struct Lingering {
    /// `None` once it was dropped.
    stream: Option<TcpStream>,
    client_has_ended: bool,
    permits: LingerPermits,
}

impl Lingering {
    pub(super) fn new(stream: TcpStream, permits: LingerPermits) -> Self {
        Self { stream: Some(stream), client_has_ended: false, permits }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take().filter(|_| !self.client_has_ended) else { return };
        let (Ok(runtime), Ok(permit)) = (Handle::try_current(), self.permits.0.clone().try_acquire_owned()) else {
            return;
        };
        runtime.spawn(async move {
            // The connection ends here in any case.
            let _ = tokio::time::timeout(LINGER, read_to_the_end(stream)).await;
            drop(permit);
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
