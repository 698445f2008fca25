//! Chooses the server on which a client opens its socket: one that is alive, accepts clients, and has few sockets.

use crate::ports::ephemeral::ServerStatus;

/// Smallest weight of a server, in sockets. Without it the fullest servers would get no client at all, and a server that has
/// just started would get every client that asks before its new sockets are known.
const WEIGHT_MIN: u64 = 8;
/// The smallest weight is also at least this part of the sockets of the fullest server.
const WEIGHT_MIN_PART: u64 = 20;

/// Returns the name of a server, with a probability that grows with the number of sockets it lacks to the fullest one. So clients
/// that ask at once spread, and servers become equally full.
///
/// `chance` is a random number from 0 to 1. This server counts by `own`, whatever `known` says of it, and is the answer if no server
/// accepts clients.
pub(super) fn choose(own: &ServerStatus, known: &[ServerStatus], chance: f64) -> String {
    let peers = known.iter().filter(|server| server.name != own.name);
    let open: Vec<&ServerStatus> = peers.chain([own]).filter(|server| !server.is_draining).collect();
    let fullest = open.iter().map(|server| server.sockets).max().unwrap_or(0);
    let weight = |server: &ServerStatus| {
        u128::from(fullest - server.sockets) + u128::from(WEIGHT_MIN.max(fullest / WEIGHT_MIN_PART))
    };
    let total: u128 = open.iter().map(|server| weight(server)).sum();
    let mut rest = (chance * total as f64) as u128;
    for server in &open {
        match rest.checked_sub(weight(server)) {
            Some(less) => rest = less,
            None => return server.name.clone(),
        }
    }
    // Rounding went past the last server, or none accepts clients. Then the client is refused, and asks again.
    open.last().map_or(&own.name, |server| &server.name).clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn server(name: &str, sockets: u64, is_draining: bool) -> ServerStatus {
        ServerStatus { name: name.into(), sockets, is_draining, key: None }
    }

    /// Returns how many of a thousand clients are assigned to each server.
    fn assigned(own: &ServerStatus, known: &[ServerStatus]) -> BTreeMap<String, u64> {
        let mut assigned = BTreeMap::new();
        for client in 0..1_000 {
            *assigned.entry(choose(own, known, f64::from(client) / 1_000.0)).or_default() += 1;
        }
        assigned
    }

    #[test]
    fn single_server_assigns_itself() {
        for is_draining in [false, true] {
            let own = server("a", 7, is_draining);
            for known in [vec![], vec![server("a", 0, !is_draining)], vec![server("b", 0, true)]] {
                assert_eq!(assigned(&own, &known), BTreeMap::from([("a".into(), 1_000)]), "{known:?}");
            }
        }
    }

    #[test]
    fn draining_servers_get_no_client() {
        let draining = server("a", 0, true);
        let assigned = assigned(&draining, &[server("a", 0, false), server("b", 900, false), server("c", 1, true)]);
        assert_eq!(assigned, BTreeMap::from([("b".into(), 1_000)]));
    }

    #[test]
    fn equally_full_servers_share_and_emptier_ones_get_more() {
        let equal = assigned(&server("a", 500, false), &[server("b", 500, false), server("c", 501, false)]);
        assert!(equal.len() == 3 && equal.values().all(|clients| (300..370).contains(clients)), "{equal:?}");
        let unequal = assigned(&server("a", 1_000, false), &[server("b", 0, false), server("c", 1_000, false)]);
        assert!(unequal["b"] > 850 && unequal["a"] > 0 && unequal["c"] > 0, "{unequal:?}");
    }

    #[test]
    fn many_clients_at_once_fill_servers_equally() {
        // Of four servers three are left, one of them new. A thousand clients reconnect before any new count is known.
        let mut sockets = BTreeMap::from([("a".to_owned(), 1_000), ("b".to_owned(), 1_000), ("c".to_owned(), 0)]);
        let known: Vec<_> = sockets.iter().map(|(name, sockets)| server(name, *sockets, false)).collect();
        for (name, clients) in assigned(&known[0], &known[1..]) {
            *sockets.get_mut(&name).expect("known") += clients;
        }
        assert!(sockets.values().all(|sockets| (850..1_150).contains(sockets)), "{sockets:?}");
    }

    #[test]
    fn extreme_counts_do_not_overflow() {
        let known = [server("b", u64::MAX, false), server("c", 0, false)];
        for chance in [0.0, 0.5, 0.999_999_999_999, 1.0] {
            choose(&server("a", u64::MAX, false), &known, chance);
        }
        assert_eq!(assigned(&server("a", 0, true), &[server("b", u64::MAX, false)]).len(), 1);
    }
}
