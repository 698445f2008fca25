//! Lists: `-` or `1.`, then a space, on two levels.

use super::{
    Block, Item, List,
    blocks::{Found, opens_fence},
    inline,
    work::looked_at,
};

/// Most digits of a number: what is longer is a year, or an amount.
const DIGITS_MAX: usize = 3;
/// So many columns further in is within the item above.
const INNER_COLUMNS: usize = 2;
/// The columns of a tabulator.
const TAB_COLUMNS: usize = 4;

/// A list at the beginning of some lines. It ends with a line that is no item and not further in than the first.
pub(super) fn read(lines: &[&str]) -> Found {
    let first = marked(lines[0])?;
    let (base, ordered) = (first.indent, first.number.is_some());
    let mut entries: Vec<(bool, Option<u32>, Vec<&str>)> = Vec::new();
    for line in lines {
        let is_further_in = |indent: usize| !entries.is_empty() && indent >= base + INNER_COLUMNS;
        match marked(line) {
            Some(item) => {
                let inner = is_further_in(item.indent);
                if !inner && item.number.is_some() != ordered {
                    break;
                }
                entries.push((inner, item.number, vec![item.text]));
            }
            None => {
                let (indent, text) = indent(line);
                if !is_further_in(indent) || text.is_empty() || opens_fence(line).is_some() {
                    break;
                }
                entries.last_mut()?.2.push(text);
            }
        }
    }
    let used = entries.iter().map(|(.., lines)| lines.len()).sum();
    let mut outer = Growing::new(ordered);
    let mut inner: Option<Growing> = None;
    for (is_inner, number, lines) in entries {
        let mut text = Vec::new();
        inline::read_into(&mut text, &inline::joined(&lines));
        if !is_inner {
            outer.end_inner(inner.take());
            outer.push(number, text);
            continue;
        }
        if inner.as_ref().is_some_and(|inner| inner.list.ordered != number.is_some()) {
            outer.end_inner(inner.take());
        }
        inner.get_or_insert_with(|| Growing::new(number.is_some())).push(number, text);
    }
    outer.end_inner(inner);
    Some((used, Some(Block::List(outer.list))))
}

struct Marked<'a> {
    indent: usize,
    number: Option<u32>,
    text: &'a str,
}

/// The item that a line is; one that says nothing is none.
fn marked(line: &str) -> Option<Marked<'_>> {
    let (indent, rest) = indent(line);
    let digits = rest.bytes().take(DIGITS_MAX + 1).take_while(u8::is_ascii_digit).count();
    let (number, text) = match digits {
        0 => (None, rest.strip_prefix('-')?),
        1..=DIGITS_MAX => (rest[..digits].parse().ok(), rest[digits..].strip_prefix('.')?),
        _ => return None,
    };
    let text = text.strip_prefix([' ', '\t', '\u{3000}'])?;
    looked_at(text.len());
    let text = text.trim_start();
    (!text.is_empty()).then_some(Marked { indent, number, text })
}

/// The columns that a line is indented by, and the rest of it.
fn indent(line: &str) -> (usize, &str) {
    let rest = line.trim_start();
    let space = &line[..line.len() - rest.len()];
    looked_at(space.len() + 1);
    let columns = space.chars().map(|c| match c {
        '\t' => TAB_COLUMNS,
        '\u{3000}' => 2,
        _ => 1,
    });
    (columns.sum(), rest)
}

/// A list that is being read, with the number that was typed last.
struct Growing {
    list: List,
    typed: Option<u32>,
}

impl Growing {
    fn new(ordered: bool) -> Self {
        Self { list: List { ordered, items: Vec::new() }, typed: None }
    }

    /// `1. 1. 1.` counts; anything else is what somebody wanted to say.
    fn push(&mut self, typed: Option<u32>, text: Vec<super::Inline>) {
        let before = self.list.items.last().and_then(|item| item.number);
        let number = if typed == self.typed { before.map(|number| number.saturating_add(1)).or(typed) } else { typed };
        self.typed = typed;
        self.list.items.push(Item { number, text, inner: Vec::new() });
    }

    fn end_inner(&mut self, inner: Option<Growing>) {
        if let (Some(inner), Some(item)) = (inner, self.list.items.last_mut()) {
            item.inner.push(inner.list);
        }
    }
}
