//! Validation of message bodies.

use serde::{Deserialize, Serialize};

use crate::{
    error::ErrorCode,
    limits::{MESSAGE_BYTES_MAX, MESSAGE_CHARS_MAX},
    names::has_visible,
};

/// The text of a message: 1 to [`MESSAGE_CHARS_MAX`] characters and at most [`MESSAGE_BYTES_MAX`] bytes, at least one of them
/// visible, with `\n` as its only line break and no control character except tab.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageBody(String);

impl MessageBody {
    /// Validates a text, and normalises it: line breaks become `\n`; white space at the end and empty lines at the start are
    /// removed. Parsing the result again returns the same body.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidBody`] if nothing is visible or it contains control characters; [`ErrorCode::TooLong`] over
    /// [`MESSAGE_CHARS_MAX`] characters or [`MESSAGE_BYTES_MAX`] bytes.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        if text.len() > 2 * MESSAGE_BYTES_MAX {
            return Err(ErrorCode::TooLong);
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = within_edges(&text);
        if text.len() > MESSAGE_BYTES_MAX || text.chars().count() > MESSAGE_CHARS_MAX {
            return Err(ErrorCode::TooLong);
        }
        let controls = text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        if controls || !has_visible(text) {
            return Err(ErrorCode::InvalidBody);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns how many characters of a draft count against [`MESSAGE_CHARS_MAX`]. Line breaks have to be `\n`, as in a browser's
/// text field.
pub fn char_count(text: &str) -> usize {
    within_edges(text).chars().count()
}

fn within_edges(text: &str) -> &str {
    text.trim_end().trim_start_matches('\n')
}

impl TryFrom<String> for MessageBody {
    type Error = ErrorCode;
    fn try_from(text: String) -> Result<Self, ErrorCode> {
        Self::parse(&text)
    }
}

impl From<MessageBody> for String {
    fn from(body: MessageBody) -> String {
        body.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_is_kept_but_for_its_edges() {
        let body = MessageBody::parse("\n\n  縮排 留著\r\n第二行\t x  \n\n").unwrap();
        assert_eq!(body.as_str(), "  縮排 留著\n第二行\t x");
    }

    #[test]
    fn nothing_to_see_is_no_message() {
        for blank in ["", "  \n ", "\u{200b}\u{200d}", "\u{3164}"] {
            assert_eq!(MessageBody::parse(blank), Err(ErrorCode::InvalidBody), "{blank:?}");
        }
        assert_eq!(MessageBody::parse("a\0b"), Err(ErrorCode::InvalidBody));
        assert_eq!(MessageBody::parse("a\u{1b}[31mb"), Err(ErrorCode::InvalidBody));
    }

    #[test]
    fn what_counts_is_what_is_sent() {
        for text in ["\n\n 字 👍\n ", "", "\n", "e\u{301}"] {
            assert_eq!(
                char_count(text),
                MessageBody::parse(text).map_or(0, |body| body.as_str().chars().count()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn both_limits_hold_exactly() {
        assert!(MessageBody::parse(&"字".repeat(MESSAGE_CHARS_MAX)).is_ok());
        assert_eq!(MessageBody::parse(&"字".repeat(MESSAGE_CHARS_MAX + 1)), Err(ErrorCode::TooLong));
        assert_eq!(MessageBody::parse(&"👩‍👩‍👧‍👦".repeat(1_400)), Err(ErrorCode::TooLong), "in bytes");
    }
}
