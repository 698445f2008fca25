//! Jimmy Chat's server. Features use ports, adapters implement ports, and [`wiring`] alone uses both. ARCHITECTURE.md lists the
//! modules in their order: each uses only those before it.

pub mod accounts;
pub mod adapters;
pub mod api;
pub mod auth;
pub mod channels;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod delivery;
pub mod error;
pub mod failpoint;
mod folding;
pub mod gateway;
pub mod http;
pub mod messages;
pub mod metrics;
pub mod ops;
pub mod pages;
pub mod ports;
pub mod presence;
pub mod read_markers;
pub mod wiring;
pub mod workspace;
