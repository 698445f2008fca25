//! Splits lines into blocks: quotes, lists, fenced code and paragraphs. Each line is examined a constant number of times per
//! quote level.

use super::{
    fence::{Found, fence, unindented},
    inline, lists,
    node::{Block, Inline, QUOTE_DEPTH_MAX},
    pieces::push_text,
    work::count_steps,
};

/// Maximum consecutive empty lines shown within a paragraph.
const BLANK_LINES_MAX: usize = 2;
/// Parses lines that are inside `depth` quotes.
pub(super) fn read(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while let Some(rest) = lines.get(at..).filter(|rest| !rest.is_empty()) {
        let found = fence(rest).or_else(|| quote(rest, depth)).or_else(|| lists::read(rest));
        match found {
            Some((used, Some(block))) => {
                blocks.extend(paragraph(&lines[plain_from..at]));
                blocks.push(block);
                at += used;
                plain_from = at;
            }
            // Empty markup is shown as typed.
            Some((used, None)) => at += used,
            None => at += 1,
        }
    }
    blocks.extend(paragraph(&lines[plain_from..]));
    blocks
}

fn is_blank(line: &str) -> bool {
    count_steps(line.len());
    line.trim_start().is_empty()
}

/// Parses lines of text. Empty lines at the edges are dropped, up to two in between are kept, and no style spans them.
fn paragraph(lines: &[&str]) -> Option<Block> {
    let from = lines.iter().position(|line| !is_blank(line))?;
    let to = lines.iter().rposition(|line| !is_blank(line))?;
    let mut text: Vec<Inline> = Vec::new();
    for (index, part) in lines[from..=to].chunk_by(|one, other| is_blank(one) == is_blank(other)).enumerate() {
        if index > 0 {
            push_text(&mut text, "\n");
        }
        match is_blank(part[0]) {
            true => push_text(&mut text, &inline::joined(&part[..part.len().min(BLANK_LINES_MAX)])),
            false => inline::read_into(&mut text, &inline::joined(part)),
        }
    }
    Some(Block::Paragraph(text))
}

/// Parses a quote at the start of the lines: lines that begin with `> `.
fn quote(lines: &[&str], depth: usize) -> Found {
    if depth >= QUOTE_DEPTH_MAX {
        return None;
    }
    let quoted: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
    let holds = !quoted.iter().all(|line| is_blank(line));
    (!quoted.is_empty()).then(|| (quoted.len(), holds.then(|| Block::Quote(read(&quoted, depth + 1)))))
}

/// Returns the quoted part of a line. A `>` without a space is text, such as `>_<`.
fn quoted(line: &str) -> Option<&str> {
    count_steps(1);
    let line = unindented(line, 3).strip_prefix('>')?;
    if line.is_empty() {
        return Some(line);
    }
    line.strip_prefix([' ', '\t', '\u{3000}'])
}
