//! The numbers of a run: how many, how often, how long. Everything is bounded here.

use std::time::Duration;

/// Accounts that the clients share.
pub const ACCOUNTS: usize = 16;
/// Of these, the last ones: they leave channels and come back, and say nothing.
pub const WANDERERS: usize = 2;
/// A wanderer stays at least and at most so many milliseconds.
pub const WANDER_MS: std::ops::Range<u64> = 50..800;
/// Channels beside the hall. Each account is in a third of them.
pub const CHANNELS: usize = 10;
/// Every so-manieth account is in a channel.
pub const MEMBER_OF_EVERY: usize = 3;
/// Programs that only read history.
pub const COLD_READERS: usize = 6;
/// Channels that a client holds a timeline of.
pub const TIMELINES: usize = 3;

/// Mean time between two things that a client does, in milliseconds.
pub const THINK_MS: f64 = 1_500.0;
/// Messages of one burst.
pub const BURST: u32 = 8;
/// Messages of one client that wait for their end; it says nothing new beyond.
pub const OUTBOX: usize = 64;
/// Messages of a channel that may be repeated.
pub const REMEMBERED: usize = 256;

/// A send without an answer is sent again after so long: the server answers within ten seconds.
pub const ANSWER_WAIT: Duration = Duration::from_secs(12);
/// A refused send is tried again after so long: sooner than the server asks, for a run is short.
pub const RETRY_WAIT: Duration = Duration::from_millis(500);
/// A failed load is tried again after so long.
pub const LOAD_WAIT: Duration = Duration::from_millis(300);
/// How often what waits is looked at.
pub const TICK: Duration = Duration::from_millis(250);

/// A connection lives at least and at most so many milliseconds.
pub const CONNECTION_MS: std::ops::Range<u64> = 300..12_000;
/// One that is left open: long enough to be told the heads by a heartbeat.
pub const LONG_CONNECTION_MS: std::ops::Range<u64> = 20_000..60_000;
/// The first wait after a loss; doubled each time, with full jitter.
pub const BACK_OFF_MS: u64 = 200;
/// The longest wait; a person's page waits up to 30 seconds, but a run is short.
pub const BACK_OFF_MAX_MS: u64 = 2_000;
/// Opening a connection takes no longer.
pub const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// An HTTP call takes no longer.
pub const CALL_WAIT: Duration = Duration::from_secs(8);
/// Calls at a time.
pub const CALLS: usize = 32;
/// A slow reader takes so long for a frame.
pub const SLOW_FRAME: Duration = Duration::from_millis(60);

/// Events that a timeline holds before its old end is forgotten, and how many stay.
pub const SHOWN_MAX: usize = 200;
/// See [`SHOWN_MAX`].
pub const SHOWN_KEPT: usize = 100;

/// A start takes no longer.
pub const START_WAIT: Duration = Duration::from_secs(30);
/// After the last start everything comes to rest within so long.
pub const REST_WAIT: Duration = Duration::from_secs(60);
/// Part of the run in which the server is killed; after it, connections live long enough for a heartbeat.
pub const KILLS_UNTIL: f64 = 0.6;
/// What a server that serves is given at least before the next blow.
pub const UP_MS: std::ops::Range<u64> = 50..2_000;
/// The longest wait between a kill and the next start.
pub const DOWN_MS: u64 = 700;

/// How long a server is held.
pub const PAUSE_MS: std::ops::Range<u64> = 200..1_500;

/// How often the servers and the clients are looked at.
pub const LOOK: Duration = Duration::from_millis(200);

/// Between two faults of a cluster: long enough for some to be felt alone, short enough for some not to be.
pub const CALM_MS: std::ops::Range<u64> = 500..4_000;
/// How long a part of a cluster is away before it is started again; with the start, about ten seconds at the most.
pub const AWAY_MS: std::ops::Range<u64> = 300..6_000;
/// The same for a broker, which takes some seconds to start.
pub const BROKER_AWAY_MS: std::ops::Range<u64> = 300..4_000;
/// How long a server of a cluster is held: longer than its lease on what it writes, too.
pub const HELD_MS: std::ops::Range<u64> = 300..8_000;
/// After the last fault the clients of a cluster go on for at least so long: an ordinary connection's life.
pub const LAST_CALM: Duration = Duration::from_secs(12);
/// The database has all of it within so long when all is at rest.
pub const SETTLE_WAIT: Duration = Duration::from_secs(30);

/// Entries of a history. A run that makes more is given up.
pub const ENTRIES_MAX: usize = 4_000_000;

/// How often something happens, from 0 to 1.
pub mod chance {
    /// A client goes to another server than before, whichever it is told.
    pub const SWITCHES: f64 = 0.3;
    /// After an ack another server is asked for what it acknowledges.
    pub const READS_ELSEWHERE: f64 = 0.1;
    /// While a service is away a server is killed or held, too.
    pub const AT_ONCE: f64 = 0.3;
    /// A client never says anything.
    pub const ONLY_READS: f64 = 0.4;
    /// A client loses events between the socket and its timeline.
    pub const LOSSY: f64 = 0.2;
    /// A client reads slowly.
    pub const SLOW: f64 = 0.05;
    /// A connection is left open.
    pub const STAYS: f64 = 0.2;
    /// A lossy client loses an event.
    pub const LOSES: f64 = 0.05;
    /// A message goes by HTTP.
    pub const BY_HTTP: f64 = 0.08;
    /// A message goes to everybody.
    pub const TO_THE_HALL: f64 = 0.02;
    /// A message is long.
    pub const LONG: f64 = 0.03;
    /// Instead of something new, something that was said is sent again.
    pub const REPEATS: f64 = 0.25;
    /// Or a used id with another text, or by somebody else.
    pub const CONFLICTS: f64 = 0.05;
    /// Or the newest page is read.
    pub const READS: f64 = 0.10;
    /// Or what stands before.
    pub const SCROLLS: f64 = 0.05;
    /// Or the read marker moves.
    pub const MARKS: f64 = 0.10;
    /// A channel is named in `resume` though nothing of it is held.
    pub const NAMES_MORE: f64 = 0.5;
    /// A channel is named in `resume` as if nothing were held.
    pub const FROM_THE_START: f64 = 0.02;
    /// A channel is named in `resume` with a place that is nobody's.
    pub const FROM_NOWHERE: f64 = 0.01;
    /// What is held is written down when a connection ends.
    pub const SHOWS: f64 = 0.1;
    /// Before a kill the server is held for a while.
    pub const PAUSED: f64 = 0.2;
    /// Before a kill the server is told to end, with everybody there, and started again.
    pub const ENDED: f64 = 0.2;
    /// A start is killed before it serves.
    pub const KILLED_EARLY: f64 = 0.2;
}
