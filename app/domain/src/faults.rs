//! Faults on purpose, to see that the torture program finds them. Without the feature `seeded-faults`, which no product is
//! built with, there are none.

/// Whether the environment variable `JIMMY_FAULT` names this fault.
#[cfg(feature = "seeded-faults")]
pub fn is_seeded(fault: &str) -> bool {
    static SEEDED: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("JIMMY_FAULT").ok());
    SEEDED.as_deref() == Some(fault)
}

/// No fault is seeded.
#[cfg(not(feature = "seeded-faults"))]
pub const fn is_seeded(_fault: &str) -> bool {
    false
}

/// What was said twice is kept twice.
pub const REPEATS: &str = "repeats";
/// An ack is given before the message is durable.
pub const DURABLE: &str = "durable";
/// A page takes an event wherever it comes from.
pub const PREV: &str = "prev";
