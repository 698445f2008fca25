//! Line by line: quotes, lists, fenced code, and what is none of them. Each line is looked at a constant number of times on
//! each level of quotes.

use super::{Block, Inline, QUOTE_DEPTH_MAX, inline, lists, work::looked_at};

/// Fewest backticks of a fence.
const FENCE_MIN: usize = 3;
/// So many empty lines in a row are shown; more say nothing more.
const BLANK_LINES_MAX: usize = 2;
/// Most characters in the name of a language; what is longer is code.
const LANGUAGE_CHARS_MAX: usize = 32;

/// The blocks of some lines, `depth` quotes deep.
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
            // Markup with nothing in it shows as typed.
            Some((used, None)) => at += used,
            None => at += 1,
        }
    }
    blocks.extend(paragraph(&lines[plain_from..]));
    blocks
}

fn is_blank(line: &str) -> bool {
    looked_at(line.len());
    line.trim_start().is_empty()
}

/// Lines that are text. Empty ones at the edges go, up to two between stay; no style reaches over those.
fn paragraph(lines: &[&str]) -> Option<Block> {
    let from = lines.iter().position(|line| !is_blank(line))?;
    let to = lines.iter().rposition(|line| !is_blank(line))?;
    let mut text: Vec<Inline> = Vec::new();
    for (index, part) in lines[from..=to].chunk_by(|one, other| is_blank(one) == is_blank(other)).enumerate() {
        if index > 0 {
            inline::push_text(&mut text, "\n");
        }
        match is_blank(part[0]) {
            true => inline::push_text(&mut text, &inline::joined(&part[..part.len().min(BLANK_LINES_MAX)])),
            false => inline::read_into(&mut text, &inline::joined(part)),
        }
    }
    Some(Block::Paragraph(text))
}

/// How many lines a block takes, and the block, unless it is empty.
pub(super) type Found = Option<(usize, Option<Block>)>;

/// Code between fences. It ends with a fence at the end of a line, or with the text.
fn fence(lines: &[&str]) -> Found {
    let (ticks, info) = opens_fence(lines[0])?;
    let indent = lines[0].len() - lines[0].trim_start().len();
    let language = Some(info.trim()).filter(|word| is_language(word));
    let mut code: Vec<&str> = Vec::new();
    if language.is_none() && !info.trim().is_empty() {
        code.push(info);
    }
    let mut used = 1;
    for line in &lines[1..] {
        used += 1;
        looked_at(line.len());
        let line = unindented(line, indent);
        if let Some(before) = closes_fence(line, ticks) {
            if !before.trim_start().is_empty() {
                code.push(before);
            }
            break;
        }
        code.push(line);
    }
    let text = inline::joined(&code);
    let holds = !text.trim().is_empty();
    Some((used, holds.then(|| Block::Code { language: language.map(str::to_owned), text: inline::calm(&text) })))
}

/// The length of a line's opening fence, and what follows it.
pub(super) fn opens_fence(line: &str) -> Option<(usize, &str)> {
    looked_at(line.len());
    let line = line.trim_start();
    let info = line.trim_start_matches('`');
    let ticks = line.len() - info.len();
    (ticks >= FENCE_MIN && !info.contains('`')).then_some((ticks, info))
}

/// What stands before a closing fence of at least so many backticks, at the end of a line.
pub(super) fn closes_fence(line: &str, ticks: usize) -> Option<&str> {
    let line = line.trim_end();
    let before = line.trim_end_matches('`');
    (line.len() - before.len() >= ticks).then_some(before)
}

fn is_language(word: &str) -> bool {
    (1..=LANGUAGE_CHARS_MAX).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#.,-_".contains(&byte))
}

/// A line without so many characters of its indentation.
fn unindented(line: &str, most: usize) -> &str {
    let indent = line.bytes().take(most).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &line[indent..]
}

/// Lines that begin with `> `.
fn quote(lines: &[&str], depth: usize) -> Found {
    if depth >= QUOTE_DEPTH_MAX {
        return None;
    }
    let quoted: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
    let holds = !quoted.iter().all(|line| is_blank(line));
    (!quoted.is_empty()).then(|| (quoted.len(), holds.then(|| Block::Quote(read(&quoted, depth + 1)))))
}

/// What a line quotes. Without a space it is a face: `>_<`.
fn quoted(line: &str) -> Option<&str> {
    looked_at(1);
    let line = unindented(line, 3).strip_prefix('>')?;
    if line.is_empty() {
        return Some(line);
    }
    line.strip_prefix([' ', '\t', '\u{3000}'])
}
