//! Ports for services of a test's own.

use std::{net::TcpListener, ops::Range};

/// Ports below those that the system gives to outgoing connections: none of these takes one before the service listens.
const PORTS: Range<u16> = 20_000..30_000;
/// Ports that are tried.
const TRIES: usize = 50;

/// A port that is free, as is the one after it: Kafka's controller listens there.
pub fn free() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut ports = (0..TRIES).map(|_| rand::random_range(PORTS));
    ports.find(|port| is_free(*port) && is_free(port + 1)).expect("a free port")
}
