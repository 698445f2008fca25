//! Redis: what may be lost. Signals between servers, and a cache of each channel's newest messages.

mod address;
mod backend;
mod breaker;
mod check;
mod client;
mod ephemeral;
mod error;
mod files;
mod recent;

pub use backend::RedisBackend;
pub use client::{CALL_WAIT, Redis};
pub use ephemeral::RedisEphemeral;
pub use recent::RedisRecentHistory;
