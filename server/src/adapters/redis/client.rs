//! The connection to a Redis, which may be unreachable, slow or empty at any time: no call takes longer than its time-out, and while
//! Redis does not answer, every call fails at once.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use redis::{
    Client, ErrorKind, RedisError, RedisResult, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{
    address::Address,
    breaker::{Admission, Breaker},
    error,
};

/// Time-out of a call: short, because the caller can read from the database instead.
pub const CALL_WAIT: Duration = Duration::from_millis(100);
/// Time-out of a probe in the background, which connects first.
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// Shortest time between two log lines about refused commands.
const REFUSAL_LOG_INTERVAL: Duration = Duration::from_secs(60);

/// A Redis, with one connection that all calls share. Cheap to clone.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    address: Address,
    wait: Duration,
    connection: Mutex<ConnectionManager>,
    breaker: Breaker,
    /// Whether it has ever answered: the address is then right.
    has_answered: AtomicBool,
    refusal_logged_at: Mutex<Option<Instant>>,
}

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum CallError {
    /// Redis did not answer in time, or not as expected.
    Unavailable,
    /// Redis refused the command: the key holds another type, or the user may not run it.
    Refused,
}

impl Redis {
    /// Opens a Redis by its address: `redis://[user:password@]host[:port][/database][?prefix=jimmy]`, or `rediss://` and certificates.
    /// A Redis that does not answer, or refuses commands, is no error: a warning is logged. Takes little more than a second at most.
    ///
    /// # Errors
    /// A sentence for the operator: the address is not valid.
    pub async fn open(address: &str) -> Result<Self, String> {
        let redis = Self::with_wait(address, CALL_WAIT)?;
        redis.0.probe().await;
        // All writes are scripts. A user that may not run them is reported now, and not with the first message.
        let mut script = redis::cmd("EVAL");
        script.arg("return 'ok'").arg(0);
        let _ = redis.call(|mut connection| async move { script.exec_async(&mut connection).await }).await;
        Ok(redis)
    }

    /// The same, with another time-out for calls, and without connecting. Needs a Tokio runtime.
    ///
    /// # Errors
    /// A sentence for the operator: the address is not valid.
    pub fn with_wait(address: &str, wait: Duration) -> Result<Self, String> {
        let address = Address::parse(address)?;
        let connection = connection(&address.client).map_err(|error| format!("{}: {error}", address.shown()))?;
        Ok(Self(Arc::new(Inner {
            address,
            wait,
            connection: Mutex::new(connection),
            breaker: Breaker::default(),
            has_answered: AtomicBool::new(false),
            refusal_logged_at: Mutex::default(),
        })))
    }

    /// Returns the name of a key or channel, with the prefix.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.0.address.prefix)
    }

    /// Returns how to connect, for a connection of its own.
    pub(super) fn client(&self) -> &Client {
        &self.0.address.client
    }

    /// Returns host and port, for logs.
    pub(super) fn place(&self) -> &str {
        &self.0.address.place
    }

    /// Makes a call, unless Redis has not been answering.
    pub(super) async fn call<T, F>(&self, ask: impl FnOnce(ConnectionManager) -> F) -> Result<T, CallError>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let inner = &self.0;
        match inner.breaker.admit(Instant::now()) {
            Admission::Call => {}
            Admission::Refused => return Err(CallError::Unavailable),
            Admission::Probe => {
                let inner = inner.clone();
                // Ends within its own time-out.
                tokio::spawn(async move { inner.probe().await });
                return Err(CallError::Unavailable);
            }
        }
        match tokio::time::timeout(inner.wait, ask(inner.connection())).await {
            Ok(Err(error)) if is_refusal(&error) => Err(inner.refused(&error)),
            Ok(Err(error)) => Err(inner.failed(&error.to_string())),
            Err(_) => Err(inner.failed("no answer in time")),
            Ok(Ok(answer)) => {
                inner.succeeded();
                Ok(answer)
            }
        }
    }
}

impl Inner {
    fn connection(&self) -> ConnectionManager {
        self.connection.lock().clone()
    }

    /// Tries a new connection: the old one may hang for many minutes if the machine has lost its power.
    async fn probe(&self) {
        let tried = tokio::time::timeout(PROBE_WAIT, async {
            let mut fresh = connection(&self.address.client)?;
            redis::cmd("PING").exec_async(&mut fresh).await?;
            Ok::<_, RedisError>(fresh)
        });
        let (is_unreachable, why) = match tried.await {
            Ok(Ok(fresh)) => {
                *self.connection.lock() = fresh;
                return self.succeeded();
            }
            Ok(Err(error)) => (!is_refusal(&error), error.to_string()),
            Err(_) => (true, "no answer in time".into()),
        };
        if self.breaker.trip(Instant::now()) {
            match is_unreachable {
                true => self.log_unreachable(&why),
                false => self.log_refused(&why),
            }
        }
    }

    fn succeeded(&self) {
        self.has_answered.store(true, Ordering::Relaxed);
        if self.breaker.succeeded() {
            tracing::info!(redis = self.address.place, "Redis answers again");
        }
    }

    fn failed(&self, why: &str) -> CallError {
        if self.breaker.failed(Instant::now()) {
            self.log_unreachable(why);
        }
        CallError::Unavailable
    }

    /// Redis works: the breaker stays as it is, or it would open and close forever.
    fn refused(&self, error: &RedisError) -> CallError {
        let mut said = self.refusal_logged_at.lock();
        if said.is_none_or(|at| at.elapsed() > REFUSAL_LOG_INTERVAL) {
            *said = Some(Instant::now());
            match is_log_in(error) {
                true => self.log_refused(&error.to_string()),
                false => {
                    let redis = &self.address.place;
                    tracing::warn!(redis, %error, "Redis refuses commands: check the rights of the user, its memory, and what else writes to it");
                }
            }
        }
        CallError::Refused
    }

    fn log_unreachable(&self, why: &str) {
        let redis = &self.address.place;
        let guess = || match self.has_answered.load(Ordering::Relaxed) {
            true => None,
            false => error::guess(self.address.is_encrypted, why),
        };
        match error::advice(why).or_else(guess) {
            Some(advice) => tracing::warn!(
                redis,
                why,
                "Redis cannot be used: {advice}; the chat works without it, slower, and keeps trying"
            ),
            None => {
                tracing::warn!(redis, why, "Redis does not answer; the chat works without it, slower, and keeps trying")
            }
        }
    }

    fn log_refused(&self, why: &str) {
        let redis = &self.address.place;
        tracing::warn!(
            redis,
            why,
            "Redis refuses the log-in: correct the database number, the user or the password in its address; the chat works without it, slower, and keeps trying"
        );
    }
}

/// Returns a connection that is opened with the first call, and again after it has ended.
fn connection(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        // The breaker decides when to try again.
        .set_number_of_retries(0)
        .set_connection_timeout(Some(PROBE_WAIT))
        // Each call has a time-out of its own, which includes connecting.
        .set_response_timeout(None);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

/// Returns whether Redis refused the log-in.
fn is_log_in(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed || matches!(error.code(), Some("WRONGPASS" | "NOAUTH"))
}

/// Returns whether Redis works, and only refused this command.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        // It has just started, and is loading its data from the disk.
        ErrorKind::Server(kind) => kind != ServerErrorKind::BusyLoading,
        kind => matches!(kind, ErrorKind::UnexpectedReturnType | ErrorKind::Extension),
    }
}
