//! Bold, italic and strikethrough: pairs runs of marks and builds the nodes.
//!
//! The pairing algorithm is CommonMark's, including its bound on searching backwards. Which runs may open and close a style
//! differs: see [`Run::read`].

use super::{
    node::{Inline, STYLE_DEPTH_MAX, Style},
    pieces::{Piece, RUN_MAX, Run, link, push_text, strip_excess_marks},
    work::count_steps,
};

/// Pairs the style marks among the pieces and appends the resulting nodes.
pub(super) fn add(nodes: &mut Vec<Inline>, pieces: &mut [Piece<'_>]) {
    pair(pieces);
    let mut building = Building { styles: Vec::new(), nodes: vec![std::mem::take(nodes)] };
    let mut at = 0;
    while at < pieces.len() {
        count_steps(1);
        let (before, rest) = pieces.split_at_mut(at + 1);
        match &mut before[at] {
            Piece::Text(text) => building.text(text),
            Piece::Code(code) => building.push(Inline::Code(strip_excess_marks(code))),
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
    // Every pair is complete, so only the initial level is left.
    *nodes = building.nodes.pop().unwrap_or_default();
}

/// Pairs opening and closing runs. A style does not cross the border of a link.
fn pair(pieces: &mut [Piece<'_>]) {
    let mut openers: Vec<usize> = Vec::new();
    let mut floors = [0; 6 * RUN_MAX];
    let mut at = 0;
    while at < pieces.len() {
        count_steps(1);
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
            count_steps(1);
            *opener < *floor || matches!(&before[*opener], Piece::Run(run) if run.fits(closing))
        });
        let Some(place) = found.filter(|place| openers[*place] >= *floor) else {
            *floor = at;
            break;
        };
        // Unpaired runs in between are text.
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

/// Nodes under construction, the outermost level first.
struct Building {
    /// The open styles. `None` is a style that is nested too deeply and shown as typed.
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
