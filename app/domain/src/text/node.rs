//! The nodes of a parsed text.

/// Maximum nesting of quotes.
pub const QUOTE_DEPTH_MAX: usize = 3;
/// Maximum nesting of styles.
pub const STYLE_DEPTH_MAX: usize = 6;
/// Maximum combining marks shown on one character. No script needs more, and a taller stack covers the lines above it.
pub const MARKS_MAX: usize = 6;

/// A part of a text that occupies whole lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Text as typed: line breaks are kept, and up to two consecutive empty lines.
    Paragraph(Vec<Inline>),
    /// A quote, at most [`QUOTE_DEPTH_MAX`] deep.
    Quote(Vec<Block>),
    /// A bulleted or numbered list.
    List(List),
    /// Fenced code, as typed.
    Code {
        /// The word after the opening fence, as typed.
        language: Option<String>,
        /// The lines, without a final line break. May contain direction controls; see
        /// [`visible_controls`](super::visible_controls).
        text: String,
    },
}

/// A list. Lists have at most two levels: items of an inner list contain no lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Whether the items are numbered.
    pub ordered: bool,
    /// The items, at least one.
    pub items: Vec<Item>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The number in a numbered list: as typed, or the previous number plus one where the same number was typed twice.
    pub number: Option<u32>,
    /// The text of the item itself.
    pub text: Vec<Inline>,
    /// The lists inside the item.
    pub inner: Vec<List>,
}

/// A part of a paragraph or list item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text, including line breaks.
    Text(String),
    /// Inline code. May contain direction controls; see [`visible_controls`](super::visible_controls).
    Code(String),
    /// Text with a style.
    Styled(Style, Vec<Inline>),
    /// A bare address, or text with an address.
    Link(Link),
}

/// A text style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `**bold**`
    Strong,
    /// `*italic*` or `_italic_`. Chinese text is shown with emphasis dots instead of slanted.
    Emphasis,
    /// `~~strikethrough~~`
    Strike,
}

/// A link that is safe to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The target. Its scheme is always `http:`, `https:` or `mailto:`.
    pub url: String,
    /// The visible text; contains no links.
    pub text: Vec<Inline>,
    /// The host or mail address of the target, unless `text` is the address itself. Shown so that a label cannot hide it.
    pub host: Option<String>,
}
