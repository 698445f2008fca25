//! Which two names are the same name: NFKC, without case, and by UTS 39's look-alike skeleton.

use domain::{
    error::ErrorCode,
    names::{AccountName, ChannelName},
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

/// An account's name in its stored form, and what it is compared by.
pub struct FoldedName {
    /// As it is shown.
    pub name: AccountName,
    /// Equal for two spellings of one name.
    pub key: String,
    /// Equal for two names that look alike.
    pub skeleton: String,
}

/// Reads an account's name. Full-width and composed forms become their plain ones first, so ＡＮＮ is ANN.
///
/// # Errors
/// [`ErrorCode::InvalidName`].
pub fn account(text: &str) -> Result<FoldedName, ErrorCode> {
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

/// What a channel's name is compared by.
pub fn channel_key(name: &ChannelName) -> String {
    fold(name.as_str())
}

/// NFKC, without case.
pub fn fold(text: &str) -> String {
    let lower = text.nfkc().flat_map(char::to_lowercase).collect::<String>();
    // Lower-casing may leave what NFKC would compose again.
    lower.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        let key = |text| account(text).expect("a name").key;
        assert_eq!(key("ＡＮＮ"), key("ann"));
        assert_eq!(key("Cafe\u{301}"), key("caf\u{e9}"));
        assert_eq!(account("ＡＮＮ").expect("a name").name.as_str(), "ANN");
        assert_ne!(key("王小明"), key("王小名"));
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        let skeleton = |text| account(text).expect("a name").skeleton;
        assert_eq!(skeleton("paypal"), skeleton("pаypаl"), "Cyrillic а");
        assert_eq!(skeleton("admin1"), skeleton("adminl"));
        assert_eq!(skeleton("PauI"), skeleton("paul"), "capital i");
        assert_ne!(skeleton("anna"), skeleton("annb"));
    }

    #[test]
    fn a_name_that_is_odd_is_refused_before_any_work() {
        for odd in ["\u{1160}ab", "ali\u{345}ce", "alice\u{903}", "x\u{3164}y"] {
            assert_eq!(account(odd).map(|_| ()), Err(ErrorCode::InvalidName), "{odd:?}");
        }
        assert_eq!(account(&"ﷺ".repeat(300)).map(|_| ()), Err(ErrorCode::InvalidName));
    }
}
