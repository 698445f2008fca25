//! Calls of the server's HTTP API, and the reading of its JSON.

pub mod fetch;
pub mod json;
