//! Ports for services of a test's own.

use std::{net::TcpListener, ops::Range};

/// Ports below those that the system gives to outgoing connections: none of these takes one before the service listens.
const PORTS: Range<u16> = 20_000..30_000;
/// Ports that are tried.
const TRIES: usize = 50;

/// A port that is free, as are the two after it: Kafka's controller listens there, and what is reached through a line.
pub fn free() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut ports = (0..TRIES).map(|_| rand::random_range(PORTS));
    ports.find(|port| (0..3).all(|next| is_free(port + next))).expect("a free port")
}
