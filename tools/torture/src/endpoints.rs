//! The addresses of the servers, and which of them are up: what a load balancer knows.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::calls::Calls;

/// A server as its clients see it.
pub struct Endpoint {
    /// The number of the server.
    pub number: u32,
    /// The name of the server.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// Calls to this server.
    pub calls: Calls,
    is_up: AtomicBool,
}

impl Endpoint {
    /// Sets whether the server is up.
    pub fn set_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::Relaxed);
    }

    fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }
}

/// All servers, at least one.
#[derive(Clone)]
pub struct Endpoints {
    all: Arc<[Endpoint]>,
    turn: Arc<AtomicUsize>,
}

impl Endpoints {
    /// Creates endpoints with these names and addresses, all of them down.
    pub fn new(places: Vec<(String, String)>) -> Self {
        let endpoint = |(number, (name, address)): (u32, (String, String))| Endpoint {
            number,
            calls: Calls::new(&format!("http://{address}")),
            name,
            address,
            is_up: AtomicBool::new(false),
        };
        Self { all: (0..).zip(places).map(endpoint).collect(), turn: Arc::default() }
    }

    /// Returns whether there is only one server.
    pub fn is_one(&self) -> bool {
        self.all.len() == 1
    }

    /// Returns all servers.
    pub fn all(&self) -> &[Endpoint] {
        &self.all
    }

    /// Returns the server with this number.
    pub fn at(&self, number: u32) -> &Endpoint {
        &self.all[number as usize]
    }

    /// Returns the server with this name.
    pub fn named(&self, name: &str) -> Option<&Endpoint> {
        self.all.iter().find(|endpoint| endpoint.name == name)
    }

    /// Returns the next server that is up, in turn; the next one if none is.
    pub fn any(&self) -> &Endpoint {
        self.next(|endpoint| endpoint.is_up())
    }

    /// Returns the next other server that is up; the next one if there is none.
    pub fn other_than(&self, number: u32) -> &Endpoint {
        self.next(|endpoint| endpoint.is_up() && endpoint.number != number)
    }

    fn next(&self, fits: impl Fn(&Endpoint) -> bool) -> &Endpoint {
        let (first, count) = (self.turn.fetch_add(1, Ordering::Relaxed), self.all.len());
        let in_turn = |step: usize| &self.all[first.wrapping_add(step) % count];
        (0..count).map(in_turn).find(|endpoint| fits(endpoint)).unwrap_or_else(|| in_turn(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Endpoints {
        Endpoints::new(["a", "b", "c"].map(|name| (name.to_owned(), "127.0.0.1:1".to_owned())).to_vec())
    }

    fn seen(choose: impl Fn() -> u32) -> Vec<u32> {
        let mut seen: Vec<u32> = (0..9).map(|_| choose()).collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    }

    #[test]
    fn picks_servers_that_are_up() {
        let endpoints = endpoints();
        assert_eq!(seen(|| endpoints.any().number), [0, 1, 2], "none is up: each is tried");
        endpoints.at(0).set_up(true);
        endpoints.at(2).set_up(true);
        assert_eq!(seen(|| endpoints.any().number), [0, 2]);
        assert_eq!(seen(|| endpoints.other_than(0).number), [2]);
        endpoints.at(2).set_up(false);
        assert_eq!(seen(|| endpoints.any().number), [0]);
    }

    #[test]
    fn finds_a_server_by_name() {
        assert_eq!(endpoints().named("b").map(|endpoint| endpoint.number), Some(1));
        assert!(endpoints().named("d").is_none());
    }
}
