//! Faults that `make torture-faults` seeds to check that the torture program detects them. They exist only with the feature
//! `seeded-faults`, which no release enables.

/// Returns whether the environment variable `JIMMY_FAULT` names this fault.
#[cfg(feature = "seeded-faults")]
pub fn is_seeded(fault: &str) -> bool {
    static SEEDED: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("JIMMY_FAULT").ok());
    SEEDED.as_deref() == Some(fault)
}

/// Returns `false`: without the feature no fault is seeded.
#[cfg(not(feature = "seeded-faults"))]
pub const fn is_seeded(_fault: &str) -> bool {
    false
}

/// Name of the fault that keeps a message twice when it is sent twice.
pub const REPEATS: &str = "repeats";
/// Name of the fault that acknowledges a message before it is durable.
pub const DURABLE: &str = "durable";
/// Name of the fault that makes a timeline accept an event after a gap.
pub const PREV: &str = "prev";
