//! Fenced code.

use super::{inline::joined, node::Block, pieces::strip_excess_marks, work::count_steps};

/// Minimum backticks of a fence.
const FENCE_MIN: usize = 3;
/// Maximum characters of a language name. Anything longer is the first line of the code.
const LANGUAGE_CHARS_MAX: usize = 32;

/// Lines consumed, and the block, unless it is empty.
pub(super) type Found = Option<(usize, Option<Block>)>;

/// Parses fenced code at the start of the lines. It ends with a fence at the end of a line, or with the last line.
pub(super) fn fence(lines: &[&str]) -> Found {
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
        count_steps(line.len());
        let line = unindented(line, indent);
        if let Some(before) = closes_fence(line, ticks) {
            if !before.trim_start().is_empty() {
                code.push(before);
            }
            break;
        }
        code.push(line);
    }
    let text = joined(&code);
    let holds = !text.trim().is_empty();
    Some((used, holds.then(|| Block::Code { language: language.map(str::to_owned), text: strip_excess_marks(&text) })))
}

/// Returns the number of backticks of an opening fence, and the text after it.
pub(super) fn opens_fence(line: &str) -> Option<(usize, &str)> {
    count_steps(line.len());
    let line = line.trim_start();
    let info = line.trim_start_matches('`');
    let ticks = line.len() - info.len();
    (ticks >= FENCE_MIN && !info.contains('`')).then_some((ticks, info))
}

/// Returns the text before a closing fence of at least `ticks` backticks at the end of the line.
pub(super) fn closes_fence(line: &str, ticks: usize) -> Option<&str> {
    let line = line.trim_end();
    let before = line.trim_end_matches('`');
    (line.len() - before.len() >= ticks).then_some(before)
}

fn is_language(word: &str) -> bool {
    (1..=LANGUAGE_CHARS_MAX).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#.,-_".contains(&byte))
}

/// Removes up to `most` characters of indentation.
pub(super) fn unindented(line: &str, most: usize) -> &str {
    let indent = line.bytes().take(most).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &line[indent..]
}
