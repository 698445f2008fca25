//! Properties of a text that need no parsing: whether it is long, and whether a code fence is open at its end.

use super::fence::{closes_fence, opens_fence};

/// Lines shown before a text is folded.
const LINES_MAX: usize = 25;
/// Lines a code block takes before it is folded itself, including its border and its button.
const CODE_LINES_MAX: usize = 23;
/// Columns of the widest text column. A Chinese character takes two.
const COLUMNS: usize = 88;

enum Line {
    Text,
    Fence,
    Code,
}

/// Visits each line. Returns the number of backticks of the fence that is open at the end, or 0.
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

/// Returns whether a code fence is open at the end of a text, so that what is typed there is code.
pub fn ends_in_code(text: &str) -> bool {
    walk(text, &mut |_, _| {}) > 0
}

/// Returns whether a text is folded: whether it takes more than 25 lines in the widest layout. A code block counts only with
/// the lines that are shown of it.
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
