//! Parses within lines: code, links, and runs of style marks. One pass from left to right collects pieces; `styles` turns
//! them into nodes.

use super::{
    address::{self, Address},
    chars::is_latin,
    node::Inline,
    pieces::{Piece, Run},
    styles,
    work::count_steps,
};

/// Maximum backticks that delimit inline code. It bounds the number of searches for a missing end.
const TICKS_MAX: usize = 8;
/// Maximum nesting of brackets in the address of `[text](address)`. It bounds the search for the closing bracket.
const BRACKETS_WITHIN: usize = 1;

/// Parses a text without empty lines and appends its nodes.
pub(super) fn read_into(nodes: &mut Vec<Inline>, text: &str) {
    let mut reader =
        Reader { text, pieces: Vec::new(), plain_from: 0, brackets: Vec::new(), no_end: [false; TICKS_MAX] };
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        count_steps(1);
        let used = match byte {
            b'`' => reader.code(at),
            b'*' | b'_' | b'~' => reader.run(at, *byte),
            b'[' => reader.opening(at),
            b']' => reader.closing(at),
            b'h' | b'H' | b'm' | b'M' => reader.address(at),
            _ => 1,
        };
        at += used;
    }
    reader.plain_until(text.len());
    styles::add(nodes, &mut reader.pieces);
}

/// Joins lines with line breaks.
pub(super) fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(line);
    }
    text
}

struct Reader<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    /// Start of the text that is not part of a piece yet.
    plain_from: usize,
    /// Indexes of the pieces that may begin a link.
    brackets: Vec<usize>,
    /// At index `n`: no run of `n + 1` backticks follows.
    no_end: [bool; TICKS_MAX],
}

impl<'a> Reader<'a> {
    fn plain_until(&mut self, at: usize) {
        if self.plain_from < at {
            self.pieces.push(Piece::Text(&self.text[self.plain_from..at]));
        }
    }

    /// Appends the plain text before `at`, then a piece of `used` bytes.
    fn push(&mut self, at: usize, used: usize, piece: Piece<'a>) -> usize {
        self.plain_until(at);
        self.pieces.push(piece);
        self.plain_from = at + used;
        used
    }

    fn run_length(&self, at: usize, mark: u8) -> usize {
        let length = self.text.as_bytes()[at..].iter().take_while(|byte| **byte == mark).count();
        count_steps(length);
        length
    }

    /// Reads inline code: from a run of backticks to the next run of the same length.
    fn code(&mut self, at: usize) -> usize {
        let ticks = self.run_length(at, b'`');
        if ticks > TICKS_MAX || self.no_end[ticks - 1] {
            return ticks;
        }
        let inside = at + ticks;
        let mut end = inside;
        while end < self.text.len() {
            let run = self.run_length(end, b'`');
            if run == ticks {
                return match trimmed(&self.text[inside..end]) {
                    Some(code) => self.push(at, end + ticks - at, Piece::Code(code)),
                    None => end + ticks - at,
                };
            }
            count_steps(1);
            end += run.max(1);
        }
        self.no_end[ticks - 1] = true;
        ticks
    }

    fn run(&mut self, at: usize, mark: u8) -> usize {
        let length = self.run_length(at, mark);
        let (before, after) = self.text.split_at(at);
        match Run::read(mark, length, before, &after[length..]) {
            Some(run) => self.push(at, length, Piece::Run(run)),
            None => length,
        }
    }

    /// Reads a `[`. An image, `![`, is shown as typed.
    fn opening(&mut self, at: usize) -> usize {
        if self.text[..at].ends_with('!') {
            return 1;
        }
        self.push(at, 1, Piece::Bracket);
        self.brackets.push(self.pieces.len() - 1);
        1
    }

    fn closing(&mut self, at: usize) -> usize {
        let Some(open) = self.brackets.pop() else { return 1 };
        let Some(inside) = destination(&self.text[at + 1..]) else { return 1 };
        let Some(address) = Address::whole(inside) else { return 1 };
        let labelled = self.pieces.len() > open + 1 || self.plain_from < at;
        if !labelled || self.pieces[open + 1..].iter().any(|piece| shows_another(piece, &address)) {
            return 1;
        }
        self.plain_until(at);
        for piece in &mut self.pieces[open + 1..] {
            count_steps(1);
            if let Piece::Address(_, typed) = piece {
                *piece = Piece::Text(typed);
            }
        }
        self.pieces[open] = Piece::Link { address, end: self.pieces.len() };
        self.pieces.push(Piece::LinkEnd);
        // Links do not nest.
        self.brackets.clear();
        let used = "]()".len() + inside.len();
        self.plain_from = at + used;
        used
    }

    /// Reads a bare address.
    fn address(&mut self, at: usize) -> usize {
        if self.text[..at].chars().next_back().is_some_and(is_latin) {
            return 1;
        }
        match address::bare(&self.text[at..]) {
            Some((used, address)) => self.push(at, used, Piece::Address(address, &self.text[at..at + used])),
            None => 1,
        }
    }
}

/// Returns whether a piece of a link's label is an address with another host than the link's target.
fn shows_another(piece: &Piece<'_>, address: &Address) -> bool {
    count_steps(1);
    matches!(piece, Piece::Address(shown, _) if shown.host != address.host)
}

/// Returns the text between the brackets after a label; it contains no spaces.
fn destination(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(')?;
    let mut depth = 0;
    for (at, byte) in inside.bytes().enumerate() {
        count_steps(1);
        match byte {
            b'(' if depth == BRACKETS_WITHIN => return None,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(&inside[..at]),
            b')' => depth -= 1,
            b' ' | b'\n' | b'\t' => return None,
            _ => {}
        }
    }
    None
}

/// Removes one space on each side, which separates the delimiter from a backtick in the code. Blank code is not code.
fn trimmed(code: &str) -> Option<&str> {
    count_steps(code.len());
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')).unwrap_or(code);
    (!inner.trim().is_empty()).then_some(inner)
}
