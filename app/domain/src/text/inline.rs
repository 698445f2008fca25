//! Within lines: code, links, and where styles may begin and end. One walk from left to right; what it finds are pieces, of
//! which `styles` makes nodes.

use super::{
    Inline, Link, MARKS_MAX,
    address::{self, Address},
    chars::{is_combining, is_latin},
    styles::{self, Run},
    work::looked_at,
};

/// Longer runs of backticks are text. It bounds how often the end of a code span is looked for in vain.
const TICKS_MAX: usize = 8;
/// Brackets within the address of `[text](address)`, at the most: so that no text is looked through for one over and over.
const BRACKETS_WITHIN: usize = 1;

/// What was found, in the order of the text.
pub(super) enum Piece<'a> {
    /// Text.
    Text(&'a str),
    /// Code, without its backticks.
    Code(&'a str),
    /// An address, and how it was typed.
    Address(Address, &'a str),
    /// Where styles may begin or end.
    Run(Run),
    /// A `[` that begins no link.
    Bracket,
    /// The beginning of a link, and the index of the piece with which it ends.
    Link { address: Address, end: usize },
    /// The end of a link.
    LinkEnd,
}

/// Adds what a text without empty lines holds.
pub(super) fn read_into(nodes: &mut Vec<Inline>, text: &str) {
    let mut reader =
        Reader { text, pieces: Vec::new(), plain_from: 0, brackets: Vec::new(), no_end: [false; TICKS_MAX] };
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        looked_at(1);
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

/// Adds text, to the text before it if there is some.
pub(super) fn push_text(nodes: &mut Vec<Inline>, text: &str) {
    match nodes.last_mut() {
        _ if text.is_empty() => {}
        Some(Inline::Text(before)) => calm_into(before, text),
        _ => nodes.push(Inline::Text(calm(text))),
    }
}

/// Lines as one text.
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

/// A text without the marks that would make towers of its characters.
pub(super) fn calm(text: &str) -> String {
    let mut calmed = String::with_capacity(text.len());
    calm_into(&mut calmed, text);
    calmed
}

fn calm_into(calmed: &mut String, text: &str) {
    looked_at(text.len());
    let mut marks = calmed.chars().rev().take(MARKS_MAX).take_while(|c| is_combining(*c)).count();
    for c in text.chars() {
        marks = if is_combining(c) { marks + 1 } else { 0 };
        if marks <= MARKS_MAX {
            calmed.push(c);
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    /// Where the text that is no piece yet begins.
    plain_from: usize,
    /// The pieces that may begin links.
    brackets: Vec<usize>,
    /// Runs of so many backticks (less one) do not come any more.
    no_end: [bool; TICKS_MAX],
}

impl<'a> Reader<'a> {
    fn plain_until(&mut self, at: usize) {
        if self.plain_from < at {
            self.pieces.push(Piece::Text(&self.text[self.plain_from..at]));
        }
    }

    /// The text up to here is plain; then comes a piece of so many bytes.
    fn push(&mut self, at: usize, used: usize, piece: Piece<'a>) -> usize {
        self.plain_until(at);
        self.pieces.push(piece);
        self.plain_from = at + used;
        used
    }

    fn run_length(&self, at: usize, mark: u8) -> usize {
        let length = self.text.as_bytes()[at..].iter().take_while(|byte| **byte == mark).count();
        looked_at(length);
        length
    }

    /// From a run of backticks to the next run of as many.
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
            looked_at(1);
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

    /// A picture, `![`, shows as typed.
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
            looked_at(1);
            if let Piece::Address(_, typed) = piece {
                *piece = Piece::Text(typed);
            }
        }
        self.pieces[open] = Piece::Link { address, end: self.pieces.len() };
        self.pieces.push(Piece::LinkEnd);
        // There are no links within links.
        self.brackets.clear();
        let used = "]()".len() + inside.len();
        self.plain_from = at + used;
        used
    }

    /// An address that stands by itself.
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

/// Whether a piece of a label is an address that leads elsewhere than its link does.
fn shows_another(piece: &Piece<'_>, address: &Address) -> bool {
    looked_at(1);
    matches!(piece, Piece::Address(shown, _) if shown.host != address.host)
}

/// What stands in the brackets behind a label: up to the closing one, without spaces.
fn destination(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(')?;
    let mut depth = 0;
    for (at, byte) in inside.bytes().enumerate() {
        looked_at(1);
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

/// Code has a space on each side where a backtick stands at its edge. Code that cannot be seen is none.
fn trimmed(code: &str) -> Option<&str> {
    looked_at(code.len());
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')).unwrap_or(code);
    (!inner.trim().is_empty()).then_some(inner)
}

/// A link as a node.
pub(super) fn link(address: &Address, text: Option<Vec<Inline>>) -> Inline {
    let host = text.is_some().then(|| address.host.clone());
    let text = text.unwrap_or_else(|| vec![Inline::Text(calm(&address.url))]);
    Inline::Link(Link { url: address.url.clone(), text, host })
}
