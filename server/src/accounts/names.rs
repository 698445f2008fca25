//! Decides which account names are the same: NFKC, without case, and by the look-alike skeleton of UTS 39.

use domain::{error::ErrorCode, names::AccountName};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

use crate::folding::fold;

/// An account name with the keys that it is compared by.
pub(super) struct FoldedName {
    pub(super) name: AccountName,
    /// Equal for two spellings of one name.
    pub(super) key: String,
    /// Equal for two names that look alike.
    pub(super) skeleton: String,
}

/// Parses an account name. Full-width and composed forms become plain first: ＡＮＮ is ANN.
///
/// # Errors
/// [`ErrorCode::InvalidName`].
pub(super) fn parse(text: &str) -> Result<FoldedName, ErrorCode> {
    // Bounded before the work: NFKC makes at most 18 characters of one.
    if text.len() > 4 * 2 * domain::limits::NAME_CHARS_MAX {
        return Err(ErrorCode::InvalidName);
    }
    let text = text.nfkc().collect::<String>();
    if text.chars().any(is_combining_mark) {
        return Err(ErrorCode::InvalidName);
    }
    let name = AccountName::parse(&text)?;
    let key = fold(name.as_str());
    // A capital I looks like a small l; folded to i it would not.
    let skeleton = skeleton(&fold(&name.as_str().replace('I', "l"))).collect();
    Ok(FoldedName { name, key, skeleton })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        let key = |text| parse(text).expect("a name").key;
        assert_eq!(key("ＡＮＮ"), key("ann"));
        assert_eq!(key("Cafe\u{301}"), key("caf\u{e9}"));
        assert_eq!(parse("ＡＮＮ").expect("a name").name.as_str(), "ANN");
        assert_ne!(key("王小明"), key("王小名"));
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        let skeleton = |text| parse(text).expect("a name").skeleton;
        assert_eq!(skeleton("paypal"), skeleton("pаypаl"), "Cyrillic а");
        assert_eq!(skeleton("admin1"), skeleton("adminl"));
        assert_eq!(skeleton("PauI"), skeleton("paul"), "capital i");
        assert_ne!(skeleton("anna"), skeleton("annb"));
    }

    #[test]
    fn refuses_odd_and_oversized_names() {
        for odd in ["\u{1160}ab", "ali\u{345}ce", "alice\u{903}", "x\u{3164}y"] {
            assert_eq!(parse(odd).map(|_| ()), Err(ErrorCode::InvalidName), "{odd:?}");
        }
        assert_eq!(parse(&"ﷺ".repeat(300)).map(|_| ()), Err(ErrorCode::InvalidName));
    }
}
