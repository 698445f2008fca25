//! What can be said of a text line by line, before it is read: whether code is open at its end, and whether it is long.

use super::blocks::{closes_fence, opens_fence};

/// A text of more lines than this is folded.
const LINES_MAX: usize = 25;
/// Lines of code that are shown before the rest of it is folded, with its edge and its button.
const CODE_LINES_MAX: usize = 23;
/// Columns of a line in the widest column of text; a Chinese character takes two.
const COLUMNS: usize = 88;

/// What a line is.
enum Line {
    /// Text.
    Text,
    /// A fence.
    Fence,
    /// A line of code.
    Code,
}

/// Goes through the lines of a text; the length of the fence that is open at its end, or 0.
fn walk(text: &str, see: &mut dyn FnMut(&str, Line)) -> usize {
    let mut open = 0;
    for line in text.split('\n') {
        let opened = opens_fence(line);
        let kind = match (open, opened) {
            (0, None) => Line::Text,
            (0, Some((ticks, _))) => {
                open = ticks;
                Line::Fence
            }
            _ if closes_fence(line, open).is_some() => {
                open = 0;
                Line::Fence
            }
            _ => Line::Code,
        };
        see(line, kind);
    }
    open
}

/// Whether what is typed behind this text is code: a fence is open there.
pub fn ends_in_code(text: &str) -> bool {
    walk(text, &mut |_, _| {}) > 0
}

/// Whether a text takes more lines than are shown before the rest is folded, in the widest window that there is. Code counts
/// as what is shown of it.
pub fn is_long(text: &str) -> bool {
    let (mut lines, mut code) = (0, 0);
    walk(text, &mut |line, kind| {
        match kind {
            Line::Text => {
                let columns: usize = line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum();
                lines += columns.div_ceil(COLUMNS).max(1);
            }
            Line::Fence => code = 0,
            Line::Code => code += 1,
        }
        lines += usize::from((1..=CODE_LINES_MAX).contains(&code));
    });
    lines > LINES_MAX
}
