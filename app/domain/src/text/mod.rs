//! What a message's text shows: a small Markdown, read into typed nodes, the same in the page that the server sends and in
//! every client. There is no HTML in it and no way to any: what is no markup is text.
//!
//! The rules are not CommonMark's where those fail beside Chinese: emphasis works without spaces, and an address ends where
//! a Chinese sentence goes on. There are no escapes: a backslash is a backslash, `¯\_(ツ)_/¯` stays whole.
//!
//! Reading takes time in proportion to the text, whatever it holds: nothing is looked at again more often than a constant
//! allows, and nesting ends at [`QUOTE_DEPTH_MAX`] and [`STYLE_DEPTH_MAX`]. What is nested deeper shows as typed.
//!
//! | module | what it reads |
//! | --- | --- |
//! | `blocks`, `lists` | quotes, lists, fenced code, paragraphs: line by line |
//! | `inline`, `styles` | code, links, and what is bold, italic, struck out |
//! | `address`, `host` | where an address ends, and whether it may be opened |
//! | `chars`, `emoji` | what kind of character that is |
//! | `shape` | what can be said of a text before it is read: how long it is, whether code is open at its end |

mod address;
mod blocks;
mod chars;
mod emoji;
mod host;
mod inline;
mod lists;
mod shape;
mod styles;
#[cfg(test)]
mod tests;
mod work;

pub use chars::{has_han, visible_controls};
pub use emoji::is_emoji_alone;
pub use shape::{ends_in_code, is_long};

/// Quotes within quotes, at the most.
pub const QUOTE_DEPTH_MAX: usize = 3;
/// Styles within styles, at the most.
pub const STYLE_DEPTH_MAX: usize = 6;
/// Combining marks on one character that are shown, at the most: no script needs more, and a tower of them covers others' words.
pub const MARKS_MAX: usize = 6;

/// A part of a text that has lines of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Text as it was typed: a line break is a line break, also an empty line; of more than two of those, two are left.
    Paragraph(Vec<Inline>),
    /// What somebody else said.
    Quote(Vec<Block>),
    /// Points, or numbers.
    List(List),
    /// Code, every character as typed.
    Code {
        /// The word behind the fence, as typed.
        language: Option<String>,
        /// The lines, without a line break at the end; may hold direction controls, see [`visible_controls`].
        text: String,
    },
}

/// A list. It has two levels at the most: the items of an inner one hold no lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Whether its items have numbers.
    pub ordered: bool,
    /// Its items, at least one.
    pub items: Vec<Item>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number in a list that has them: as typed, or one more than the item before where the same was typed again.
    pub number: Option<u32>,
    /// What it says.
    pub text: Vec<Inline>,
    /// The lists within it.
    pub inner: Vec<List>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text, with its line breaks.
    Text(String),
    /// Code within a line; may hold direction controls, see [`visible_controls`].
    Code(String),
    /// Text with a style.
    Styled(Style, Vec<Inline>),
    /// What can be followed.
    Link(Link),
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `**bold**`
    Strong,
    /// `*italic*` or `_italic_`; Chinese has dots instead.
    Emphasis,
    /// `~~struck out~~`
    Strike,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads: `http:`, `https:` or `mailto:`, never anything else.
    pub url: String,
    /// What is shown; holds no links.
    pub text: Vec<Inline>,
    /// The host or mail address it leads to, where `text` is not the address itself.
    pub host: Option<String>,
}

/// Reads a text. Any text can be read.
pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.split('\n').collect();
    blocks::read(&lines, 0)
}
