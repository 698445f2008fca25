//! Names of accounts, channels and the workspace. Comparing names (case folding, NFKC, look-alikes) is the server's task.

use serde::{Deserialize, Serialize};

use crate::{
    error::ErrorCode,
    limits::{
        CHANNEL_NAME_CHARS_MAX, CHANNEL_TOPIC_CHARS_MAX, DISPLAY_NAME_CHARS_MAX, NAME_CHARS_MAX, NAME_CHARS_MIN,
        WORKSPACE_NAME_CHARS_MAX,
    },
};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Trims white space and validates.
            ///
            /// # Errors
            /// [`ErrorCode::InvalidName`] for forbidden characters or a wrong length, [`ErrorCode::TooLong`] over the maximum
            /// (an account's name: [`ErrorCode::InvalidName`]).
            pub fn parse(text: &str) -> Result<Self, ErrorCode> {
                let parse: fn(&str) -> Result<(), ErrorCode> = $parse;
                let text = text.trim();
                parse(text).map(|()| Self(text.to_owned()))
            }

            /// Returns the trimmed text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ErrorCode;
            fn try_from(text: String) -> Result<Self, ErrorCode> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
    };
}

text! {
    /// The name that a user logs in with: 2 to 32 letters and digits of any script, `_`, `-` and `.`, at least one of them a
    /// letter or digit. Unique, ignoring case and look-alikes.
    AccountName, |text| {
        let holds = |c: char| (c.is_alphanumeric() && is_visible(c)) || matches!(c, '_' | '-' | '.');
        let chars = text.chars().count();
        let fits = (NAME_CHARS_MIN..=NAME_CHARS_MAX).contains(&chars);
        (fits && text.chars().all(holds) && text.chars().any(char::is_alphanumeric)).then_some(()).ok_or(ErrorCode::InvalidName)
    }
}
text! {
    /// The name of an account that other users see: 1 to 40 characters in one line, at least one of them visible, without
    /// control characters and direction overrides. Not unique.
    DisplayName, |text| line(text, DISPLAY_NAME_CHARS_MAX)
}
text! {
    /// The name of a channel: 1 to 40 characters of any script in one line. Unique, ignoring case.
    ChannelName, |text| line(text, CHANNEL_NAME_CHARS_MAX)
}
text! {
    /// The topic of a channel: at most 250 characters in one line; may be empty.
    Topic, |text| if text.is_empty() { Ok(()) } else { line(text, CHANNEL_TOPIC_CHARS_MAX) }
}

text! {
    /// The name of the workspace: 1 to 40 characters of any script in one line.
    WorkspaceName, |text| line(text, WORKSPACE_NAME_CHARS_MAX)
}

impl WorkspaceName {
    /// Returns the name of a workspace whose owner has not chosen one.
    pub(crate) fn of_a_new_one() -> Self {
        Self("Jimmy Chat".into())
    }
}

fn line(text: &str, most: usize) -> Result<(), ErrorCode> {
    if text.chars().count() > most {
        return Err(ErrorCode::TooLong);
    }
    let clean = !text.chars().any(|c| c.is_control() || misleads(c));
    (clean && has_visible(text)).then_some(()).ok_or(ErrorCode::InvalidName)
}

/// Returns whether a character changes the direction of the text after it, or breaks a line without being a control
/// character.
fn misleads(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Returns whether a text contains at least one visible character.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Returns whether a character is visible.
fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !misleads(c)
        && !matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200C}' | '\u{200D}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_are_two_to_thirty_two_letters_digits_and_three_marks() {
        for good in ["ab", "王小明", "kevin.lee", "a_b-c", &"字".repeat(32)] {
            assert!(AccountName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a b", "--", "a@b", "a/b", "x\u{200b}y", "a\u{202e}b", &"a".repeat(33)] {
            assert_eq!(AccountName::parse(bad), Err(ErrorCode::InvalidName), "{bad:?}");
        }
    }

    #[test]
    fn channel_names_take_any_script_but_nothing_invisible() {
        assert!(ChannelName::parse("讀書會・設計的心理學").is_ok());
        assert_eq!(ChannelName::parse("  產品 roadmap  ").unwrap().as_str(), "產品 roadmap");
        for bad in ["", "   ", "\u{200d}", "\u{3164}", "a\nb", "a\u{202e}b"] {
            assert_eq!(ChannelName::parse(bad), Err(ErrorCode::InvalidName), "{bad:?}");
        }
        assert_eq!(ChannelName::parse(&"字".repeat(41)), Err(ErrorCode::TooLong));
        assert!(Topic::parse("").is_ok());
    }
}
