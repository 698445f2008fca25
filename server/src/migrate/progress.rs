//! What the operator sees meanwhile.

use std::time::{Duration, Instant};

/// No more than one line of progress in so long.
const EVERY: Duration = Duration::from_secs(1);

/// Says what is going on.
pub struct Progress<'a> {
    say: &'a mut (dyn FnMut(&str) + Send),
    said: Instant,
}

impl<'a> Progress<'a> {
    /// `say` takes a line.
    pub fn new(say: &'a mut (dyn FnMut(&str) + Send)) -> Self {
        Self { say, said: Instant::now() }
    }

    /// Something that has to be said.
    pub(super) fn say(&mut self, line: &str) {
        (self.say)(line);
    }

    /// How far it is, if nothing was said of that for a second.
    pub(super) fn tick(&mut self, line: impl FnOnce() -> String) {
        if self.said.elapsed() >= EVERY {
            self.said = Instant::now();
            (self.say)(&line());
        }
    }
}

/// A number as people read it.
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
    fn numbers_are_grouped() {
        let grouped: Vec<String> = [0, 999, 1_000, 100_102, 1_000_000].map(thousands).into();
        assert_eq!(grouped, ["0", "999", "1,000", "100,102", "1,000,000"]);
    }
}
