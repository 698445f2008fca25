//! Parses the text of a message: a small Markdown, parsed into typed nodes. Server-rendered pages and clients use the same
//! parser. It produces no HTML and passes none through: everything that is not markup is text.
//!
//! The rules differ from CommonMark where CommonMark fails next to Chinese: emphasis needs no surrounding spaces, and a bare
//! address ends where the Chinese sentence continues. There are no escapes: a backslash is a backslash, and `¯\_(ツ)_/¯`
//! stays whole.
//!
//! Parsing takes time linear in the length of the text, for any text: each byte is examined a bounded number of times, and
//! nesting ends at [`QUOTE_DEPTH_MAX`] and [`STYLE_DEPTH_MAX`]. Deeper markup is shown as typed.
//!
//! | module | contents, lowest first |
//! | --- | --- |
//! | `work` | counts parsing steps in tests |
//! | `chars`, `emoji` | character classes |
//! | `node` | the nodes that [`parse`] returns |
//! | `host`, `address` | where an address ends, and whether it may be opened |
//! | `pieces`, `styles`, `inline` | inline code, links, bold, italic, strikethrough |
//! | `fence`, `lists`, `blocks` | fenced code, lists, quotes, paragraphs |
//! | `shape` | properties that need no parsing: whether a text is long, whether a code fence is open at its end |

mod address;
mod blocks;
mod chars;
mod emoji;
mod fence;
mod host;
mod inline;
mod lists;
mod node;
mod pieces;
mod shape;
mod styles;
#[cfg(test)]
mod tests;
mod work;

pub use chars::{has_han, visible_controls};
pub use emoji::is_emoji_alone;
pub use node::{Block, Inline, Item, Link, List, MARKS_MAX, QUOTE_DEPTH_MAX, STYLE_DEPTH_MAX, Style};
pub use shape::{ends_in_code, is_long};

/// Parses a text. Never fails: markup that cannot be parsed is text.
pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.split('\n').collect();
    blocks::read(&lines, 0)
}
