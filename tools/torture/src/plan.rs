//! The parameters of a run: how many, how often, how long.

use std::time::Duration;

/// Number of accounts, which the clients share.
pub const ACCOUNTS: usize = 16;
/// Number of accounts, at the end of the list, that leave and rejoin channels and send nothing.
pub const CHURNING_ACCOUNTS: usize = 2;
/// Time between two changes of membership, in milliseconds.
pub const CHURN_MS: std::ops::Range<u64> = 50..800;
/// Number of channels besides the hall. Each account is a member of a third of them.
pub const CHANNELS: usize = 10;
/// An account is a member of one in this many channels.
pub const MEMBER_OF_EVERY: usize = 3;
/// Number of clients that only read history.
pub const COLD_READERS: usize = 6;
/// Number of timelines per client.
pub const TIMELINES: usize = 3;

/// Mean time between two actions of a client, in milliseconds.
pub const THINK_MS: f64 = 1_500.0;
/// Maximum number of messages sent at once.
pub const BURST: u32 = 8;
/// Maximum number of unanswered messages of a client; it sends no new ones beyond.
pub const OUTBOX: usize = 64;
/// Number of recent messages of a channel that may be repeated.
pub const REMEMBERED: usize = 256;

/// Time after which an unanswered message is sent again. The server answers within ten seconds.
pub const ANSWER_WAIT: Duration = Duration::from_secs(12);
/// Delay before a refused message is sent again: shorter than the server requests, because a run is short.
pub const RETRY_WAIT: Duration = Duration::from_millis(500);
/// Delay before a failed load is repeated.
pub const LOAD_WAIT: Duration = Duration::from_millis(300);
/// Interval of a client's periodic work.
pub const TICK: Duration = Duration::from_millis(250);

/// Lifetime of a connection, in milliseconds.
pub const CONNECTION_MS: std::ops::Range<u64> = 300..12_000;
/// Lifetime of a long connection, in milliseconds: long enough for heartbeats.
pub const LONG_CONNECTION_MS: std::ops::Range<u64> = 20_000..60_000;
/// First back-off after a lost connection, in milliseconds; doubled each time, with full jitter.
pub const BACK_OFF_MS: u64 = 200;
/// Maximum back-off, in milliseconds. The page waits up to 30 seconds, but a run is short.
pub const BACK_OFF_MAX_MS: u64 = 2_000;
/// Timeout of opening a connection.
pub const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Timeout of an HTTP call.
pub const CALL_WAIT: Duration = Duration::from_secs(8);
/// Maximum number of concurrent calls.
pub const CALLS: usize = 32;
/// Delay of a slow reader after each frame.
pub const SLOW_FRAME: Duration = Duration::from_millis(60);

/// Number of events at which a timeline is trimmed.
pub const SHOWN_MAX: usize = 200;
/// Number of events that are kept when a timeline is trimmed at [`SHOWN_MAX`].
pub const SHOWN_KEPT: usize = 100;

/// Timeout of the start of a server.
pub const START_WAIT: Duration = Duration::from_secs(30);
/// Timeout of coming to rest after the last start.
pub const REST_WAIT: Duration = Duration::from_secs(60);
/// Part of the run in which faults are injected. Afterwards connections live long enough for a heartbeat.
pub const KILLS_UNTIL: f64 = 0.6;
/// Minimum time that a server is up before the next fault, in milliseconds.
pub const UP_MS: std::ops::Range<u64> = 50..2_000;
/// Maximum time between a kill and the next start, in milliseconds.
pub const DOWN_MS: u64 = 700;

/// Time that a server is stopped, in milliseconds.
pub const PAUSE_MS: std::ops::Range<u64> = 200..1_500;

/// Poll interval for servers and clients.
pub const LOOK: Duration = Duration::from_millis(200);

/// Time between two faults of a cluster, in milliseconds: long enough for some to act alone, short enough for some to overlap.
pub const CALM_MS: std::ops::Range<u64> = 500..4_000;
/// Time that a part of a cluster is down, in milliseconds; with its start, up to about ten seconds.
pub const AWAY_MS: std::ops::Range<u64> = 300..6_000;
/// The same for a broker, which takes some seconds to start.
pub const BROKER_AWAY_MS: std::ops::Range<u64> = 300..4_000;
/// Time that a server of a cluster is stopped, in milliseconds: also longer than its lease of the projection.
pub const HELD_MS: std::ops::Range<u64> = 300..8_000;
/// Minimum time that the clients of a cluster continue after the last fault: the lifetime of an ordinary connection.
pub const LAST_CALM: Duration = Duration::from_secs(12);
/// Timeout for the database to have everything, after the run has come to rest.
pub const SETTLE_WAIT: Duration = Duration::from_secs(30);

/// Maximum number of entries of a history. A run that exceeds it is aborted.
pub const ENTRIES_MAX: usize = 4_000_000;

/// Probabilities of clients and faults, from 0 to 1.
pub mod chance {
    /// A client connects to another server than before, whichever `/gateway` names.
    pub const SWITCHES: f64 = 0.3;
    /// An acknowledged message is read on another server at once.
    pub const READS_ELSEWHERE: f64 = 0.1;
    /// While a service is down, a server is killed or stopped as well.
    pub const AT_ONCE: f64 = 0.3;
    /// A client sends no messages.
    pub const ONLY_READS: f64 = 0.4;
    /// A client is lossy: it drops events between the socket and its timeline.
    pub const LOSSY: f64 = 0.2;
    /// A client reads slowly.
    pub const SLOW: f64 = 0.05;
    /// A connection is a long one.
    pub const STAYS: f64 = 0.2;
    /// A lossy client drops an event.
    pub const LOSES: f64 = 0.05;
    /// A message is sent by HTTP.
    pub const BY_HTTP: f64 = 0.08;
    /// A message is sent to the hall.
    pub const TO_THE_HALL: f64 = 0.02;
    /// A message is long.
    pub const LONG: f64 = 0.03;
    /// An action repeats a message.
    pub const REPEATS: f64 = 0.25;
    /// An action misuses an id: with another text, or by another user.
    pub const CONFLICTS: f64 = 0.05;
    /// An action reads the newest page.
    pub const READS: f64 = 0.10;
    /// An action scrolls back.
    pub const SCROLLS: f64 = 0.05;
    /// An action moves the read marker.
    pub const MARKS: f64 = 0.10;
    /// `resume` names a channel of which nothing is held.
    pub const NAMES_MORE: f64 = 0.5;
    /// `resume` names a channel with position 0.
    pub const FROM_THE_START: f64 = 0.02;
    /// `resume` names a channel with a position that does not exist.
    pub const FROM_NOWHERE: f64 = 0.01;
    /// The timelines are recorded when a connection ends.
    pub const SHOWS: f64 = 0.1;
    /// Before a kill, the server is stopped for a while.
    pub const PAUSED: f64 = 0.2;
    /// Before a kill, the server is ended (SIGTERM) with its clients connected, and restarted.
    pub const ENDED: f64 = 0.2;
    /// A server is killed while it starts.
    pub const KILLED_EARLY: f64 = 0.2;
}
