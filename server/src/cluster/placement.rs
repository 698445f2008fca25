//! Chooses the server for a client's socket: one that runs, does not drain, and has few sockets.

use crate::ports::ephemeral::ServerStatus;

/// Smallest share of the server with the most sockets, in sockets. Without it a new server would get all clients that ask before
/// its sockets are counted.
const SHARE_MIN: u64 = 8;
/// The smallest share is at least this part of the most sockets.
const SHARE_PART: u64 = 20;

/// Returns the name of a server, chosen with a probability that grows with the number of sockets that it has less than the
/// fullest one: clients that ask at once spread, and servers become equally full. `chance` is a random number from 0 to 1. This
/// server counts by its own status, and is the answer when no other accepts clients.
pub(super) fn choose(own: &ServerStatus, known: &[ServerStatus], chance: f64) -> String {
    let others = known.iter().filter(|server| server.name != own.name);
    let open: Vec<&ServerStatus> = others.chain([own]).filter(|server| !server.is_draining).collect();
    let most = open.iter().map(|server| server.sockets).max().unwrap_or(0);
    let share =
        |server: &ServerStatus| u128::from(most - server.sockets) + u128::from(SHARE_MIN.max(most / SHARE_PART));
    let all: u128 = open.iter().map(|server| share(server)).sum();
    let mut rest = (chance * all as f64) as u128;
    for server in &open {
        match rest.checked_sub(share(server)) {
            Some(less) => rest = less,
            None => return server.name.clone(),
        }
    }
    // Rounding went past the last one, or all servers drain: then the client is refused, and asks again.
    open.last().map_or(&own.name, |server| &server.name).clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn server(name: &str, sockets: u64, is_draining: bool) -> ServerStatus {
        ServerStatus { name: name.into(), sockets, is_draining, key: None }
    }

    /// Counts how many of a thousand clients are sent to each server.
    fn led(own: &ServerStatus, known: &[ServerStatus]) -> BTreeMap<String, u64> {
        let mut led = BTreeMap::new();
        for asks in 0..1_000 {
            *led.entry(choose(own, known, f64::from(asks) / 1_000.0)).or_default() += 1;
        }
        led
    }

    #[test]
    fn a_server_alone_names_itself() {
        for is_draining in [false, true] {
            let own = server("a", 7, is_draining);
            for known in [vec![], vec![server("a", 0, !is_draining)], vec![server("b", 0, true)]] {
                assert_eq!(led(&own, &known), BTreeMap::from([("a".into(), 1_000)]), "{known:?}");
            }
        }
    }

    #[test]
    fn sends_no_client_to_a_draining_server() {
        let going = server("a", 0, true);
        let led_there = led(&going, &[server("a", 0, false), server("b", 900, false), server("c", 1, true)]);
        assert_eq!(led_there, BTreeMap::from([("b".into(), 1_000)]));
    }

    #[test]
    fn prefers_servers_with_fewer_sockets() {
        let led_there = led(&server("a", 500, false), &[server("b", 500, false), server("c", 501, false)]);
        assert!(led_there.len() == 3 && led_there.values().all(|led| (300..370).contains(led)), "{led_there:?}");
        let led_there = led(&server("a", 1_000, false), &[server("b", 0, false), server("c", 1_000, false)]);
        assert!(led_there["b"] > 850 && led_there["a"] > 0 && led_there["c"] > 0, "{led_there:?}");
    }

    #[test]
    fn spreads_clients_that_ask_at_once() {
        // Three servers are left of four, one of them new: a thousand clients return before they are counted.
        let mut sockets = BTreeMap::from([("a".to_owned(), 1_000), ("b".to_owned(), 1_000), ("c".to_owned(), 0)]);
        let known: Vec<_> = sockets.iter().map(|(name, sockets)| server(name, *sockets, false)).collect();
        for (name, led) in led(&known[0], &known[1..]) {
            *sockets.get_mut(&name).expect("known") += led;
        }
        assert!(sockets.values().all(|sockets| (850..1_150).contains(sockets)), "{sockets:?}");
    }

    #[test]
    fn tolerates_extreme_numbers() {
        let known = [server("b", u64::MAX, false), server("c", 0, false)];
        for chance in [0.0, 0.5, 0.999_999_999_999, 1.0] {
            choose(&server("a", u64::MAX, false), &known, chance);
        }
        assert_eq!(led(&server("a", 0, true), &[server("b", u64::MAX, false)]).len(), 1);
    }
}
