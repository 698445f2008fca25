//! Case-insensitive comparison of names.

use unicode_normalization::UnicodeNormalization;

/// Returns a text in NFKC and lower case: equal for two spellings of one name.
pub(crate) fn fold(text: &str) -> String {
    let lower = text.nfkc().flat_map(char::to_lowercase).collect::<String>();
    // Lower-casing may leave what NFKC composes again.
    lower.nfkc().collect()
}
