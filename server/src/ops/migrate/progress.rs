//! What an operator sees during a migration.

use std::time::{Duration, Instant};

/// Shortest time between two lines of progress.
const EVERY: Duration = Duration::from_secs(1);

/// Reports to the operator.
pub struct Progress<'a> {
    say: &'a mut (dyn FnMut(&str) + Send),
    last_tick: Instant,
}

impl<'a> Progress<'a> {
    /// Creates a report that hands each line to `say`.
    pub fn new(say: &'a mut (dyn FnMut(&str) + Send)) -> Self {
        Self { say, last_tick: Instant::now() }
    }

    /// Reports a line.
    pub(super) fn say(&mut self, line: &str) {
        (self.say)(line);
    }

    /// Reports a line of progress, if the last one is a second old.
    pub(super) fn tick(&mut self, line: impl FnOnce() -> String) {
        if self.last_tick.elapsed() >= EVERY {
            self.last_tick = Instant::now();
            (self.say)(&line());
        }
    }
}

/// Returns a number with commas between thousands.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_thousands() {
        let grouped: Vec<String> = [0, 999, 1_000, 100_102, 1_000_000].map(thousands).into();
        assert_eq!(grouped, ["0", "999", "1,000", "100,102", "1,000,000"]);
    }
}
