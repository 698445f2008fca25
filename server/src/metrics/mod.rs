//! Metrics for Prometheus. Events are counted where they happen, in one line. State (open sockets, lag of the archive) is read
//! when the metrics are requested.
//!
//! | module | what it does |
//! | --- | --- |
//! | `counters` | counters that differ in one label |
//! | `failures` | counts and logs failures of stores, and maps them to error codes |
//! | `observed` | gauges that are read when the metrics are requested |
//! | `process` | what the operating system reports about this process |
//! | `serve` | `GET /metrics`, on its own address |
//!
//! `docs/metrics.md` lists all metrics. No label contains a channel, a user or a path: their number has no bound.

mod counters;
mod failures;
mod observed;
mod process;
mod serve;

use std::time::Instant;

use domain::error::ErrorCode;
use prometheus_client::{
    metrics::{family::Family, histogram::Histogram},
    registry::Registry,
};

pub use counters::Counters;
use failures::Failures;
pub use observed::{Description, Observed};
pub use process::open_files_limit;
pub use prometheus_client::{metrics::counter::Counter, registry::Unit};
pub use serve::{listen, serve};

use crate::{
    error::chain,
    ports::{StoreError, directory::ChangeError},
};

/// Upper bounds of the buckets of durations, in seconds: from a read of memory to the longest wait.
const SECONDS: [f64; 14] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Upper bounds of the buckets of a batch's events. The last one is the largest batch.
const EVENTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// The counters and histograms. Counting takes no lock that is held for long.
pub struct Metrics {
    /// Sockets that were accepted.
    pub sockets_opened: Counter,
    /// Sockets that were closed, by the code they were closed with.
    pub sockets_closed: Counters,
    /// Frames that clients sent.
    pub frames_received: Counter,
    /// Frames that were written to clients.
    pub frames_sent: Counter,
    /// Events put into sockets' queues.
    pub events_delivered: Counter,
    /// Messages that clients sent.
    pub sends: Counter,
    /// Messages that were acknowledged.
    pub acks: Counter,
    /// Messages that were refused, by the code.
    pub nacks: Counters,
    /// Seconds from a message's arrival to its ack.
    pub ack: Histogram,
    /// Seconds from a record's append until it is read back.
    pub read_back: Histogram,
    /// Seconds from a client's first frame to the last missed event.
    pub resume: Histogram,
    /// Channels that a resume subscribed, by the source of the missed events.
    pub resumed_channels: Counters,
    /// Changes read from the log, by the sequencer's verdict.
    pub log_changes: Counters,
    /// Number of events in each batch that is written to the archive.
    pub batch_events: Histogram,
    /// Seconds that the write of a batch takes.
    pub batch_write: Histogram,
    /// Writes of a batch, or of the lease, that failed.
    pub projector_failures: Counter,
    /// Rejected records that this server has stored as dead letters.
    pub dead_letters: Counter,
    /// Seconds that a read of history takes, by the last source that was read.
    pub history: Latencies,
    /// Reads of history that were refused.
    pub history_refused: Counter,
    /// Reads of the recent cache, by result.
    pub cache_reads: Counters,
    /// Calls that a store failed.
    pub store_errors: Counters,
    /// Log-ins, by result.
    pub log_ins: Counters,
    /// HTTP responses, by the class of their status.
    pub http_responses: Counters,
    failures: Failures,
}

/// Histograms that differ in one label, `source`.
pub type Latencies = Family<[(&'static str, &'static str); 1], Histogram, fn() -> Histogram>;

impl Default for Metrics {
    fn default() -> Self {
        let history = Latencies::new_with_constructor(seconds as fn() -> Histogram);
        for source in ["ring", "cache", "archive"] {
            drop(history.get_or_create(&[("source", source)]));
        }
        Self {
            sockets_opened: Counter::default(),
            sockets_closed: Counters::new("code", CLOSE_CODES.map(|(_, word)| word)),
            frames_received: Counter::default(),
            frames_sent: Counter::default(),
            events_delivered: Counter::default(),
            sends: Counter::default(),
            acks: Counter::default(),
            nacks: Counters::new("code", NACKS.map(ErrorCode::word)),
            ack: seconds(),
            read_back: seconds(),
            resume: seconds(),
            resumed_channels: Counters::new("source", ["nothing", "ring", "archive", "reset"]),
            log_changes: Counters::new("verdict", ["kept", "repeat", "conflict", "stale", "unreadable"]),
            batch_events: Histogram::new(EVENTS),
            batch_write: seconds(),
            projector_failures: Counter::default(),
            dead_letters: Counter::default(),
            history,
            history_refused: Counter::default(),
            cache_reads: Counters::new("result", ["hit", "miss"]),
            store_errors: Counters::new("store", ["directory", "archive"]),
            log_ins: Counters::new("result", ["ok", "wrong", "limited", "failed"]),
            http_responses: Counters::new("status", STATUS_CLASSES),
            failures: Failures::default(),
        }
    }
}

/// Close codes of sockets: those of the protocol, and those of RFC 6455 that the server uses.
const CLOSE_CODES: [(u16, &str); 11] = [
    (1000, "1000"),
    (1002, "1002"),
    (1007, "1007"),
    (1009, "1009"),
    (4400, "4400"),
    (4401, "4401"),
    (4403, "4403"),
    (4408, "4408"),
    (4413, "4413"),
    (4429, "4429"),
    (4503, "4503"),
];
/// Codes with which a message may be refused. Each is exported from the start, at 0.
const NACKS: [ErrorCode; 9] = [
    ErrorCode::InvalidId,
    ErrorCode::InvalidBody,
    ErrorCode::TooLong,
    ErrorCode::NotFound,
    ErrorCode::NotMember,
    ErrorCode::RateLimited,
    ErrorCode::IdConflict,
    ErrorCode::TryAgain,
    ErrorCode::StorageFull,
];
const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Metrics {
    /// Counts a closed socket.
    pub fn closed(&self, code: u16) {
        let known = CLOSE_CODES.iter().find(|(known, _)| *known == code);
        self.sockets_closed.add(known.map_or("other", |(_, word)| word));
    }

    /// Counts a response.
    pub fn responded(&self, status: u16) {
        let class = usize::from(status / 100).checked_sub(1).and_then(|class| STATUS_CLASSES.get(class));
        self.http_responses.add(class.copied().unwrap_or("other"));
    }

    /// Returns a function for `map_err` that records a failure of the directory and returns its code.
    pub fn directory_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("directory")
    }

    /// Returns a function for `map_err` that records a failure of the archive and returns its code.
    pub fn archive_failed(&self) -> impl FnOnce(StoreError) -> ErrorCode {
        self.store_failed("archive")
    }

    fn store_failed(&self, store: &'static str) -> impl FnOnce(StoreError) -> ErrorCode {
        move |error| {
            self.store_errors.add(store);
            if let Some(unlogged) = self.failures.failed(store, &error, Instant::now()) {
                tracing::error!(store, error = %chain(&error), unlogged, "a store failed");
            }
            match error {
                StoreError::Full => ErrorCode::StorageFull,
                StoreError::Unavailable(_) | StoreError::Corrupt(_) => ErrorCode::TryAgain,
            }
        }
    }

    /// Returns the code of a change that the directory did not make. A failure of the directory is recorded.
    pub(crate) fn change_failed(&self, error: ChangeError) -> ErrorCode {
        match error {
            ChangeError::NameTaken => ErrorCode::NameTaken,
            ChangeError::NotFound => ErrorCode::NotFound,
            ChangeError::TooMany => ErrorCode::TooManyChannels,
            ChangeError::Store(error) => self.directory_failed()(error),
        }
    }

    /// Records that a session could not be checked. A cached answer may still serve the request.
    pub fn session_unchecked(&self, error: &StoreError) {
        self.store_errors.add("directory");
        if let Some(unlogged) = self.failures.failed("sessions", error, Instant::now()) {
            tracing::warn!(error = %chain(error), unlogged, "session not checked");
        }
    }

    /// Records that a store answered.
    pub fn answered_by(&self, store: &'static str) {
        if let Some(unlogged) = self.failures.answered(store, Instant::now()) {
            tracing::info!(store, unlogged, "the store answers again");
        }
    }

    /// Registers all counters and histograms.
    fn register(&self, registry: &mut Registry) {
        let counter = |registry: &mut Registry, name: &str, help: &str, counter: &Counter| {
            registry.register(name, help, counter.clone());
        };
        counter(registry, "jimmy_sockets_opened", "Sockets that were accepted", &self.sockets_opened);
        self.sockets_closed.register(registry, "jimmy_sockets_closed", "Sockets that were closed, by close code");
        counter(registry, "jimmy_frames_received", "Frames that clients sent", &self.frames_received);
        counter(registry, "jimmy_frames_sent", "Frames that were written to clients", &self.frames_sent);
        counter(registry, "jimmy_events_delivered", "Events put into the queues of sockets", &self.events_delivered);
        counter(registry, "jimmy_sends", "Messages that came in, by socket or HTTP", &self.sends);
        counter(registry, "jimmy_acks", "Messages that were acknowledged", &self.acks);
        self.nacks.register(registry, "jimmy_nacks", "Messages that were refused, by code");
        time(registry, "jimmy_ack", "From a message's arrival to its ack", &self.ack);
        time(registry, "jimmy_read_back", "From an append to the log to the record's being read back", &self.read_back);
        time(registry, "jimmy_resume", "From a resume to the last event that the client missed", &self.resume);
        self.resumed_channels.register(
            registry,
            "jimmy_resumed_channels",
            "Channels made live by a resume, by source of what was missed",
        );
        self.log_changes.register(registry, "jimmy_log_changes", "Changes read from the log, by verdict");
        registry.register("jimmy_projector_batch_events", "Events in a batch", self.batch_events.clone());
        time(registry, "jimmy_projector_write", "Time that a batch took to be written", &self.batch_write);
        counter(
            registry,
            "jimmy_projector_failures",
            "Writes of a batch or a lease that failed",
            &self.projector_failures,
        );
        counter(
            registry,
            "jimmy_dead_letters",
            "Records that this server has rejected and put aside",
            &self.dead_letters,
        );
        let history = "Time that a piece of history took, by the last place asked";
        registry.register_with_unit("jimmy_history", history, Unit::Seconds, self.history.clone());
        counter(registry, "jimmy_history_refused", "Pieces of history that were refused", &self.history_refused);
        self.cache_reads.register(registry, "jimmy_cache_reads", "Reads of the recent cache, by result");
        self.store_errors.register(registry, "jimmy_store_errors", "Calls that a store did not do");
        self.log_ins.register(registry, "jimmy_log_ins", "Log-ins, by how they ended");
        self.http_responses.register(registry, "jimmy_http_responses", "Answers by HTTP, by class of status");
    }
}

/// Returns the seconds since then, for a histogram.
pub fn since(then: Instant) -> f64 {
    then.elapsed().as_secs_f64()
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

fn time(registry: &mut Registry, name: &str, help: &str, histogram: &Histogram) {
    registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
}
