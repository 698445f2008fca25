//! Lists: `-` or `1.` followed by a space, on at most two levels.

use super::{
    fence::{Found, opens_fence},
    inline,
    node::{Block, Inline, Item, List},
    work::count_steps,
};

/// Maximum digits of an item number. A longer number is text, such as a year or an amount.
const DIGITS_MAX: usize = 3;
/// Minimum indentation of an inner item, in columns.
const INNER_COLUMNS: usize = 2;
/// Width of a tab, in columns.
const TAB_COLUMNS: usize = 4;

/// Parses a list at the start of the lines. It ends before the first line that is neither an item nor indented further than
/// the first item.
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
    let mut outer = ListBuilder::new(ordered);
    let mut inner: Option<ListBuilder> = None;
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
        inner.get_or_insert_with(|| ListBuilder::new(number.is_some())).push(number, text);
    }
    outer.end_inner(inner);
    Some((used, Some(Block::List(outer.list))))
}

struct Marked<'a> {
    indent: usize,
    number: Option<u32>,
    text: &'a str,
}

/// Parses a line as an item. An item without text is not an item.
fn marked(line: &str) -> Option<Marked<'_>> {
    let (indent, rest) = indent(line);
    let digits = rest.bytes().take(DIGITS_MAX + 1).take_while(u8::is_ascii_digit).count();
    let (number, text) = match digits {
        0 => (None, rest.strip_prefix('-')?),
        1..=DIGITS_MAX => (rest[..digits].parse().ok(), rest[digits..].strip_prefix('.')?),
        _ => return None,
    };
    let text = text.strip_prefix([' ', '\t', '\u{3000}'])?;
    count_steps(text.len());
    let text = text.trim_start();
    (!text.is_empty()).then_some(Marked { indent, number, text })
}

/// Returns the indentation of a line in columns, and the rest of the line.
fn indent(line: &str) -> (usize, &str) {
    let rest = line.trim_start();
    let space = &line[..line.len() - rest.len()];
    count_steps(space.len() + 1);
    let columns = space.chars().map(|c| match c {
        '\t' => TAB_COLUMNS,
        '\u{3000}' => 2,
        _ => 1,
    });
    (columns.sum(), rest)
}

/// A list under construction, and the number that was typed last.
struct ListBuilder {
    list: List,
    typed: Option<u32>,
}

impl ListBuilder {
    fn new(ordered: bool) -> Self {
        Self { list: List { ordered, items: Vec::new() }, typed: None }
    }

    /// Appends an item. Repeated numbers (`1. 1. 1.`) count up; other numbers are kept as typed.
    fn push(&mut self, typed: Option<u32>, text: Vec<Inline>) {
        let before = self.list.items.last().and_then(|item| item.number);
        let number = if typed == self.typed { before.map(|number| number.saturating_add(1)).or(typed) } else { typed };
        self.typed = typed;
        self.list.items.push(Item { number, text, inner: Vec::new() });
    }

    fn end_inner(&mut self, inner: Option<ListBuilder>) {
        if let (Some(inner), Some(item)) = (inner, self.list.items.last_mut()) {
            item.inner.push(inner.list);
        }
    }
}
