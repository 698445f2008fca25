//! Where the servers can be reached, and which of them are there: what a balancer in front of them knows.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::calls::Calls;

/// One server, as it is reached; it may be away.
pub struct Gate {
    /// The server's number.
    pub number: u32,
    /// The server's name.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// What it can be asked.
    pub calls: Calls,
    is_up: AtomicBool,
}

impl Gate {
    /// The server serves, or does not.
    pub fn set_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::Relaxed);
    }

    fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }
}

/// All servers, one at least.
#[derive(Clone)]
pub struct Gates {
    all: Arc<[Gate]>,
    turn: Arc<AtomicUsize>,
}

impl Gates {
    /// Servers of these names at these addresses, none of which is there yet.
    pub fn new(places: Vec<(String, String)>) -> Self {
        let gate = |(number, (name, address)): (u32, (String, String))| Gate {
            number,
            calls: Calls::new(&format!("http://{address}")),
            name,
            address,
            is_up: AtomicBool::new(false),
        };
        Self { all: (0..).zip(places).map(gate).collect(), turn: Arc::default() }
    }

    /// Whether there is one server alone.
    pub fn is_one(&self) -> bool {
        self.all.len() == 1
    }

    /// All of them.
    pub fn all(&self) -> &[Gate] {
        &self.all
    }

    /// The server of a number.
    pub fn at(&self, number: u32) -> &Gate {
        &self.all[number as usize]
    }

    /// The server of a name.
    pub fn named(&self, name: &str) -> Option<&Gate> {
        self.all.iter().find(|gate| gate.name == name)
    }

    /// One that is there, each in its turn; any of them when none is.
    pub fn any(&self) -> &Gate {
        self.next(|gate| gate.is_up())
    }

    /// Another one that is there; any of them when there is none.
    pub fn other_than(&self, number: u32) -> &Gate {
        self.next(|gate| gate.is_up() && gate.number != number)
    }

    fn next(&self, fits: impl Fn(&Gate) -> bool) -> &Gate {
        let (first, count) = (self.turn.fetch_add(1, Ordering::Relaxed), self.all.len());
        let in_turn = |step: usize| &self.all[first.wrapping_add(step) % count];
        (0..count).map(in_turn).find(|gate| fits(gate)).unwrap_or_else(|| in_turn(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gates() -> Gates {
        Gates::new(["a", "b", "c"].map(|name| (name.to_owned(), "127.0.0.1:1".to_owned())).to_vec())
    }

    fn seen(choose: impl Fn() -> u32) -> Vec<u32> {
        let mut seen: Vec<u32> = (0..9).map(|_| choose()).collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    }

    #[test]
    fn whoever_asks_is_led_to_servers_that_are_there() {
        let gates = gates();
        assert_eq!(seen(|| gates.any().number), [0, 1, 2], "none is there: each is tried");
        gates.at(0).set_up(true);
        gates.at(2).set_up(true);
        assert_eq!(seen(|| gates.any().number), [0, 2]);
        assert_eq!(seen(|| gates.other_than(0).number), [2]);
        gates.at(2).set_up(false);
        assert_eq!(seen(|| gates.any().number), [0]);
    }

    #[test]
    fn a_server_is_found_by_its_name() {
        assert_eq!(gates().named("b").map(|gate| gate.number), Some(1));
        assert!(gates().named("d").is_none());
    }
}
