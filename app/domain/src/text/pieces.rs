//! Pieces: what the pass over a line finds, before style marks are paired and nodes are built.

use super::{
    address::Address,
    chars::{is_cjk, is_combining, is_latin, is_mark, is_variation},
    node::{Inline, Link, MARKS_MAX, Style},
    work::count_steps,
};

/// Maximum length of a run that is markup. `****` is text: a censored word.
pub(super) const RUN_MAX: usize = 3;

/// One piece, in the order of the text.
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// Inline code without its backticks.
    Code(&'a str),
    /// A bare address, and its text as typed.
    Address(Address, &'a str),
    /// A run of marks that may open or close styles.
    Run(Run),
    /// A `[` that does not begin a link.
    Bracket,
    /// The start of a link, and the index of the [`Piece::LinkEnd`] that ends it.
    Link {
        address: Address,
        end: usize,
    },
    LinkEnd,
}

/// A run of equal marks that may open or close styles.
pub(super) struct Run {
    pub(super) mark: u8,
    pub(super) length: usize,
    pub(super) left: usize,
    pub(super) opens: bool,
    pub(super) closes: bool,
    /// Styles closed here, the innermost first.
    pub(super) ended: Vec<Style>,
    /// Styles opened here, the innermost first.
    pub(super) begun: Vec<Style>,
}

impl Run {
    /// Reads a run of `length` marks between two texts. Returns `None` if it can neither open nor close a style. Unlike in
    /// CommonMark, no space is needed next to a Chinese character or a full-width mark.
    pub(super) fn read(mark: u8, length: usize, before: &str, after: &str) -> Option<Self> {
        let before = before.chars().rev().take(2).find(|c| !is_variation(*c)).unwrap_or(' ');
        let after = after.chars().next().unwrap_or(' ');
        let (opens, closes) = match (mark, length) {
            (b'_', 1) => (
                is_latin(after) && !is_latin(before) && before != '_',
                !before.is_whitespace() && !is_latin(after) && after != '_',
            ),
            (b'*', 1) if before.is_ascii_digit() && after.is_ascii_digit() => (false, false), // 5*3
            // Nothing opens after a backslash: C:\*.*
            (b'*', 1..=RUN_MAX) | (b'~', 2) => (before != '\\' && flanks(before, after), flanks(after, before)),
            _ => (false, false),
        };
        let run = Self { mark, length, left: length, opens, closes, ended: Vec::new(), begun: Vec::new() };
        (opens || closes).then_some(run)
    }

    /// Returns whether this run may open what `closing` closes.
    pub(super) fn fits(&self, closing: &Self) -> bool {
        let is_both = self.closes || closing.opens;
        let thirds = |length: usize| length.is_multiple_of(3);
        let odd = self.mark == b'*'
            && is_both
            && thirds(self.length + closing.length)
            && !(thirds(self.length) && thirds(closing.length));
        self.mark == closing.mark && !odd
    }

    /// Returns an index shared by runs that search backwards for the same openers: if one found none, the next will not either.
    pub(super) fn kind(&self) -> usize {
        let mark = match self.mark {
            b'*' => 0,
            b'_' => 1,
            _ => 2,
        };
        (mark * 2 + usize::from(self.opens)) * RUN_MAX + self.length - 1
    }

    pub(super) fn style(&self, width: usize) -> Style {
        match (self.mark, width) {
            (b'~', _) => Style::Strike,
            (_, 2) => Style::Strong,
            _ => Style::Emphasis,
        }
    }

    pub(super) fn typed(&self, style: Style) -> &'static str {
        match (style, self.mark) {
            (Style::Strike, _) => "~~",
            (Style::Strong, _) => "**",
            (Style::Emphasis, b'_') => "_",
            (Style::Emphasis, _) => "*",
        }
    }
}

/// Returns whether a run may delimit the text on its inner side (CommonMark's flanking rule, extended for Chinese).
fn flanks(outer: char, inner: char) -> bool {
    let beside_cjk = is_cjk(outer) || is_cjk(inner);
    !inner.is_whitespace() && (beside_cjk || !is_mark(inner) || outer.is_whitespace() || is_mark(outer))
}

/// Appends text, to the last node if that is text.
pub(super) fn push_text(nodes: &mut Vec<Inline>, text: &str) {
    match nodes.last_mut() {
        _ if text.is_empty() => {}
        Some(Inline::Text(before)) => push_stripped(before, text),
        _ => nodes.push(Inline::Text(strip_excess_marks(text))),
    }
}

/// Returns the text with at most [`MARKS_MAX`] combining marks on each character.
pub(super) fn strip_excess_marks(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    push_stripped(&mut stripped, text);
    stripped
}

fn push_stripped(stripped: &mut String, text: &str) {
    count_steps(text.len());
    let mut marks = stripped.chars().rev().take(MARKS_MAX).take_while(|c| is_combining(*c)).count();
    for c in text.chars() {
        marks = if is_combining(c) { marks + 1 } else { 0 };
        if marks <= MARKS_MAX {
            stripped.push(c);
        }
    }
}

/// Builds a link node. Without `text` the address itself is shown.
pub(super) fn link(address: &Address, text: Option<Vec<Inline>>) -> Inline {
    let host = text.is_some().then(|| address.host.clone());
    let text = text.unwrap_or_else(|| vec![Inline::Text(strip_excess_marks(&address.url))]);
    Inline::Link(Link { url: address.url.clone(), text, host })
}
