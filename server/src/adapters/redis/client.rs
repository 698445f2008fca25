//! Redis: how it is reached. Shared by the adapters that keep something there. It may be away, slow or emptied at any time:
//! no call takes longer than its time-out, and while it does not answer every call fails at once.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    Client, ErrorKind, RedisError, RedisResult, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{
    address::Address,
    breaker::{Admission, Breaker},
    error,
};

/// A call takes no longer: somebody waits for what it is a short cut to.
pub const CALL_WAIT: Duration = Duration::from_millis(100);
/// A try in the background may take longer, as it connects; nobody waits for it.
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// Refusals are logged no more often: each message of a busy chat may meet one.
const REFUSAL_EVERY: Duration = Duration::from_secs(60);

/// A Redis, by one connection that all calls share. Cheap to clone.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    address: Address,
    wait: Duration,
    connection: Mutex<ConnectionManager>,
    breaker: Breaker,
    /// Whether it has ever done so: the address is then right.
    has_answered: AtomicBool,
    refusal_said: Mutex<Option<Instant>>,
}

/// Why a call brought nothing.
#[derive(Debug)]
pub(super) enum CallError {
    /// Redis did not answer in time, or not as it should.
    Unavailable,
    /// It answered, but would not: what it holds there is not of the kind that was asked for, or it may not.
    Refused,
}

impl Redis {
    /// A Redis by its address: `redis://[user:password@]host[:port][/database][?prefix=jimmy]`, or `rediss://`
    /// and certificates. It need not be there, or let us do all that we want: a warning then says so. Takes little more than
    /// a second at the most.
    ///
    /// # Errors
    /// A sentence for the operator: the address is not valid.
    pub async fn open(address: &str) -> Result<Self, String> {
        let redis = Self::with_wait(address, CALL_WAIT)?;
        redis.0.probe().await;
        // All that is written goes through scripts. Who may not run them is told so now, and not at the first message.
        let mut script = redis::cmd("EVAL");
        script.arg("return 'ok'").arg(0);
        let _ = redis.call(|mut connection| async move { script.exec_async(&mut connection).await }).await;
        Ok(redis)
    }

    /// The same, with another time-out for calls, and nothing is asked yet. Within a Tokio runtime only.
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
            refusal_said: Mutex::default(),
        })))
    }

    /// A key, or a channel, of this installation.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.0.address.prefix)
    }

    /// How to connect once more, for what needs a connection of its own.
    pub(super) fn client(&self) -> &Client {
        &self.0.address.client
    }

    /// Host and port, for logs.
    pub(super) fn place(&self) -> &str {
        &self.0.address.place
    }

    /// Asks Redis something, unless it has not been answering lately.
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
                // Ends within its own bound, whoever waits.
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
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tries a new connection: the old one may hang on a machine that has lost its power, for many minutes.
    async fn probe(&self) {
        let tried = tokio::time::timeout(PROBE_WAIT, async {
            let mut fresh = connection(&self.address.client)?;
            redis::cmd("PING").exec_async(&mut fresh).await?;
            Ok::<_, RedisError>(fresh)
        });
        let (is_away, why) = match tried.await {
            Ok(Ok(fresh)) => {
                *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
                return self.succeeded();
            }
            Ok(Err(error)) => (!is_refusal(&error), error.to_string()),
            Err(_) => (true, "no answer in time".into()),
        };
        if self.breaker.trip(Instant::now()) {
            match is_away {
                true => self.say_away(&why),
                false => self.say_refused(&why),
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
            self.say_away(why);
        }
        CallError::Unavailable
    }

    /// Redis is well: the breaker stays as it is, or it would open and close for ever.
    fn refused(&self, error: &RedisError) -> CallError {
        let mut said = self.refusal_said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|at| at.elapsed() > REFUSAL_EVERY) {
            *said = Some(Instant::now());
            match is_log_in(error) {
                true => self.say_refused(&error.to_string()),
                false => {
                    let redis = &self.address.place;
                    tracing::warn!(redis, %error, "Redis refuses what the chat asks of it: look at its rights, its memory and who else writes there");
                }
            }
        }
        CallError::Refused
    }

    fn say_away(&self, why: &str) {
        let redis = &self.address.place;
        let guess = || match self.has_answered.load(Ordering::Relaxed) {
            true => None,
            false => error::guess(self.address.is_encrypted, why),
        };
        match error::advice(why).or_else(guess) {
            Some(advice) => tracing::warn!(
                redis,
                why,
                "Redis cannot be spoken to: {advice}; the chat goes on without it, slower, and it is tried again"
            ),
            None => tracing::warn!(
                redis,
                why,
                "Redis does not answer; the chat goes on without it, slower, and it is tried again"
            ),
        }
    }

    fn say_refused(&self, why: &str) {
        let redis = &self.address.place;
        tracing::warn!(
            redis,
            why,
            "Redis answers, but does not let the chat in: correct the database number, the user or the password in its address; the chat goes on without it, slower, and it is tried again"
        );
    }
}

/// A connection that is made when it is first needed, and again when it has ended.
fn connection(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        // The breaker says when to try again.
        .set_number_of_retries(0)
        .set_connection_timeout(Some(PROBE_WAIT))
        // Each call has a time-out of its own, which counts the wait for a connection too.
        .set_response_timeout(None);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

/// Whether Redis knows us not, or no longer.
fn is_log_in(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed || matches!(error.code(), Some("WRONGPASS" | "NOAUTH"))
}

/// Whether Redis is well, and only would not do this.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        // It has just started, and reads what it holds from its disk.
        ErrorKind::Server(kind) => kind != ServerErrorKind::BusyLoading,
        kind => matches!(kind, ErrorKind::UnexpectedReturnType | ErrorKind::Extension),
    }
}
