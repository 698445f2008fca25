//! Edits of a text while it is written: style marks around a selection, and an address pasted over it.

use std::ops::Range;

use crate::text::{Block, Inline, parse};

/// An edit of a text. Ranges are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The range to replace.
    pub replaced: Range<usize>,
    /// The replacement.
    pub text: String,
    /// The selection after the edit, in the edited text.
    pub selected: Range<usize>,
}

/// Puts a mark (`**`, `*` or a backtick) around the selection, or removes it if present. White space at the edges of the
/// selection stays outside of the marks, which would not be markup otherwise.
pub fn mark(text: &str, selected: Range<usize>, mark: &str) -> Edit {
    let Range { start, end } = selected;
    let inner = text.get(start..end).unwrap_or_default();
    let (start, end) = match inner.trim() {
        "" => (start, end),
        core => {
            let start = start + inner.len() - inner.trim_start().len();
            (start, start + core.len())
        }
    };
    let sign = mark.chars().next().unwrap_or_default();
    let (before, inner, after) = (&text[..start], &text[start..end], &text[end..]);
    let size = mark.len();
    let is_marked = |one: usize, other: usize| match (one.min(other), mark) {
        (count, "**") => count >= 2,
        (count, _) => count % 2 == 1,
    };
    let around = (trailing(before, sign), leading(after, sign));
    let within = (leading(inner, sign), trailing(inner, sign));
    if is_marked(around.0, around.1) {
        let replaced = start - size..end + size;
        return Edit { selected: replaced.start..replaced.start + inner.len(), text: inner.to_owned(), replaced };
    }
    if is_marked(within.0, within.1) && inner.len() > 2 * size {
        let text = inner[size..inner.len() - size].to_owned();
        return Edit { selected: start..start + text.len(), text, replaced: start..end };
    }
    let text = [mark, inner, mark].concat();
    Edit { replaced: start..end, text, selected: start + size..end + size }
}

/// Counts the leading characters `sign` (ASCII).
fn leading(text: &str, sign: char) -> usize {
    text.len() - text.trim_start_matches(sign).len()
}

/// Counts the trailing characters `sign` (ASCII).
fn trailing(text: &str, sign: char) -> usize {
    text.len() - text.trim_end_matches(sign).len()
}

/// Returns the link that pasting an address over a selected text makes: `[selected](pasted)`. Returns `None` if that would not
/// be a link, or if the selection is an address itself.
pub fn link(selected: &str, pasted: &str) -> Option<String> {
    let address = pasted.trim();
    let is_web = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    if !is_web || !is_link(address) || is_link(selected.trim()) {
        return None;
    }
    let link = ["[", selected, "](", address, ")"].concat();
    is_link(&link).then_some(link)
}

/// Returns whether a text is a single link and nothing else.
fn is_link(text: &str) -> bool {
    matches!(&parse(text)[..], [Block::Paragraph(nodes)] if matches!(nodes[..], [Inline::Link(_)]))
}

/// Converts an offset in UTF-16 code units, which browsers use, to an offset in bytes.
pub fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (byte, c) in text.char_indices() {
        if seen >= units {
            return byte;
        }
        seen += c.len_utf16();
    }
    text.len()
}

/// Converts an offset in bytes to an offset in UTF-16 code units.
pub fn units_before(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies a mark to a text whose selection is marked by `‹` and `›`.
    fn marked(text: &str, sign: &str) -> String {
        let (start, end) = (text.find('‹').unwrap(), text.find('›').unwrap() - '‹'.len_utf8());
        let mut text = text.replace(['‹', '›'], "");
        let edit = mark(&text, start..end, sign);
        text.replace_range(edit.replaced, &edit.text);
        text.insert(edit.selected.end, '›');
        text.insert(edit.selected.start, '‹');
        text
    }

    #[test]
    fn a_mark_comes_and_goes() {
        for (sign, before, after) in [
            ("**", "很‹重要›的事", "很**‹重要›**的事"),
            ("*", "很‹重要›的事", "很*‹重要›*的事"),
            ("`", "‹x›", "`‹x›`"),
            ("**", "‹›", "**‹›**"),
            ("*", "**‹粗›**", "***‹粗›***"),
            ("**", "*‹斜›*", "***‹斜›***"),
        ] {
            assert_eq!(marked(before, sign), after);
            assert_eq!(marked(after, sign), before, "again takes it away");
        }
    }

    #[test]
    fn marks_that_are_selected_go_too() {
        assert_eq!(marked("‹**粗**›", "**"), "‹粗›");
        assert_eq!(marked("‹**粗**›", "*"), "*‹**粗**›*");
        assert_eq!(marked("‹**›", "**"), "**‹**›**", "no text, no marks");
    }

    #[test]
    fn white_space_stays_outside() {
        assert_eq!(marked("‹ 字 ›a", "**"), " **‹字›** a");
        assert_eq!(marked("a‹ ›b", "`"), "a`‹ ›`b");
    }

    #[test]
    fn an_address_over_a_text_is_a_link() {
        assert_eq!(link("文件", " https://a.tw/b \n").as_deref(), Some("[文件](https://a.tw/b)"));
        for (selected, pasted) in [
            ("文件", "a.tw"),
            ("文件", "mailto:a@b.tw"),
            ("文件", "javascript:alert(1)"),
            ("文件", "https://a.tw 看"),
            ("https://a.tw/old", "https://a.tw/new"),
            ("一\n\n二", "https://a.tw"),
            ("", "https://a.tw"),
        ] {
            assert_eq!(link(selected, pasted), None, "{selected} {pasted}");
        }
    }

    #[test]
    fn places_are_counted_as_browsers_do() {
        let text = "a👍字b";
        for (units, byte) in [(0, 0), (1, 1), (3, 5), (4, 8), (5, 9)] {
            assert_eq!((byte_at(text, units), units_before(text, byte)), (byte, units));
        }
        assert_eq!((byte_at(text, 99), units_before(text, 99)), (9, 5));
    }
}
