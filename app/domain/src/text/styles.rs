//! Bold, italic, struck out: which runs of marks belong together, and the nodes that come of it.
//!
//! The way of finding pairs is CommonMark's, with its bound on how far is looked back. What may begin and end a style is
//! ours: beside a Chinese character or full-width mark there need be no space.

use super::{
    Inline, STYLE_DEPTH_MAX, Style,
    chars::{is_cjk, is_latin, is_mark, is_variation},
    inline::{Piece, link, push_text},
    work::looked_at,
};

/// Longest run that is markup; `****` is a word that somebody left out.
const RUN_MAX: usize = 3;

/// Marks in a row that may begin or end styles.
pub(super) struct Run {
    mark: u8,
    length: usize,
    left: usize,
    opens: bool,
    closes: bool,
    /// Styles that end with it, the innermost first.
    ended: Vec<Style>,
    /// Styles that begin with it, the innermost first.
    begun: Vec<Style>,
}

impl Run {
    /// What a run of marks may do between two texts; `None` if nothing.
    pub(super) fn read(mark: u8, length: usize, before: &str, after: &str) -> Option<Self> {
        let before = before.chars().rev().take(2).find(|c| !is_variation(*c)).unwrap_or(' ');
        let after = after.chars().next().unwrap_or(' ');
        let (opens, closes) = match (mark, length) {
            (b'_', 1) => (
                is_latin(after) && !is_latin(before) && before != '_',
                !before.is_whitespace() && !is_latin(after) && after != '_',
            ),
            (b'*', 1) if before.is_ascii_digit() && after.is_ascii_digit() => (false, false), // 5*3
            // Nothing begins behind a backslash: C:\*.*
            (b'*', 1..=RUN_MAX) | (b'~', 2) => (before != '\\' && flanks(before, after), flanks(after, before)),
            _ => (false, false),
        };
        let run = Self { mark, length, left: length, opens, closes, ended: Vec::new(), begun: Vec::new() };
        (opens || closes).then_some(run)
    }

    /// Whether this run may begin what another one ends.
    fn fits(&self, closing: &Self) -> bool {
        let is_both = self.closes || closing.opens;
        let thirds = |length: usize| length.is_multiple_of(3);
        let odd = self.mark == b'*'
            && is_both
            && thirds(self.length + closing.length)
            && !(thirds(self.length) && thirds(closing.length));
        self.mark == closing.mark && !odd
    }

    /// Which runs look back alike: where one found nothing, the next need not look again.
    fn kind(&self) -> usize {
        let mark = match self.mark {
            b'*' => 0,
            b'_' => 1,
            _ => 2,
        };
        (mark * 2 + usize::from(self.opens)) * RUN_MAX + self.length - 1
    }

    fn style(&self, width: usize) -> Style {
        match (self.mark, width) {
            (b'~', _) => Style::Strike,
            (_, 2) => Style::Strong,
            _ => Style::Emphasis,
        }
    }

    fn typed(&self, style: Style) -> &'static str {
        match (style, self.mark) {
            (Style::Strike, _) => "~~",
            (Style::Strong, _) => "**",
            (Style::Emphasis, b'_') => "_",
            (Style::Emphasis, _) => "*",
        }
    }
}

/// Whether a run lies against what is on its inner side, seen from the outer one.
fn flanks(outer: char, inner: char) -> bool {
    let beside_cjk = is_cjk(outer) || is_cjk(inner);
    !inner.is_whitespace() && (beside_cjk || !is_mark(inner) || outer.is_whitespace() || is_mark(outer))
}

/// Adds the nodes that pieces are.
pub(super) fn add(nodes: &mut Vec<Inline>, pieces: &mut [Piece<'_>]) {
    pair(pieces);
    let mut building = Building { styles: Vec::new(), nodes: vec![std::mem::take(nodes)] };
    let mut at = 0;
    while at < pieces.len() {
        looked_at(1);
        let (before, rest) = pieces.split_at_mut(at + 1);
        match &mut before[at] {
            Piece::Text(text) => building.text(text),
            Piece::Code(code) => building.push(Inline::Code(super::inline::calm(code))),
            Piece::Address(address, _) => building.push(link(address, None)),
            Piece::Bracket => building.text("["),
            Piece::Run(run) => building.run(run),
            Piece::Link { address, end } => {
                let inside = *end - at - 1;
                let mut text = Vec::new();
                add(&mut text, &mut rest[..inside]);
                building.push(link(address, Some(text)));
                at = *end;
            }
            Piece::LinkEnd => {}
        }
        at += 1;
    }
    // All pairs are whole: only what it began with is left.
    *nodes = building.nodes.pop().unwrap_or_default();
}

/// Finds what belongs together. A style does not reach into a link or out of one.
fn pair(pieces: &mut [Piece<'_>]) {
    let mut openers: Vec<usize> = Vec::new();
    let mut floors = [0; 6 * RUN_MAX];
    let mut at = 0;
    while at < pieces.len() {
        looked_at(1);
        match &pieces[at] {
            Piece::Link { end, .. } => at = *end,
            Piece::Run(_) => close(pieces, at, &mut openers, &mut floors),
            _ => {}
        }
        at += 1;
    }
}

fn close(pieces: &mut [Piece<'_>], at: usize, openers: &mut Vec<usize>, floors: &mut [usize]) {
    let (before, rest) = pieces.split_at_mut(at);
    let Some(Piece::Run(closing)) = rest.first_mut() else { return };
    while closing.closes && closing.left > 0 {
        let floor = &mut floors[closing.kind()];
        let found = openers.iter().rposition(|opener| {
            looked_at(1);
            *opener < *floor || matches!(&before[*opener], Piece::Run(run) if run.fits(closing))
        });
        let Some(place) = found.filter(|place| openers[*place] >= *floor) else {
            *floor = at;
            break;
        };
        // What stands between is text.
        openers.truncate(place + 1);
        let Piece::Run(opening) = &mut before[openers[place]] else { return };
        let width = if opening.left >= 2 && closing.left >= 2 { 2 } else { 1 };
        let style = closing.style(width);
        opening.begun.push(style);
        closing.ended.push(style);
        opening.left -= width;
        closing.left -= width;
        if opening.left == 0 {
            openers.pop();
        }
    }
    if closing.opens && closing.left > 0 {
        openers.push(at);
    }
}

/// Nodes under way, from the outermost to the innermost.
struct Building {
    /// The styles that have begun; `None` is one too deep, which shows as typed.
    styles: Vec<Option<Style>>,
    nodes: Vec<Vec<Inline>>,
}

impl Building {
    fn push(&mut self, node: Inline) {
        if let Some(nodes) = self.nodes.last_mut() {
            nodes.push(node);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(nodes) = self.nodes.last_mut() {
            push_text(nodes, text);
        }
    }

    fn run(&mut self, run: &Run) {
        for style in &run.ended {
            match (self.styles.pop().flatten(), self.nodes.len()) {
                (Some(style), 2..) => {
                    let inner = self.nodes.pop().unwrap_or_default();
                    self.push(Inline::Styled(style, inner));
                }
                _ => self.text(run.typed(*style)),
            }
        }
        for _ in 0..run.left {
            self.text(match run.mark {
                b'*' => "*",
                b'_' => "_",
                _ => "~",
            });
        }
        for style in run.begun.iter().rev() {
            if self.nodes.len() > STYLE_DEPTH_MAX {
                self.styles.push(None);
                self.text(run.typed(*style));
            } else {
                self.styles.push(Some(*style));
                self.nodes.push(Vec::new());
            }
        }
    }
}
