//! Character classes that the parser needs.

use std::borrow::Cow;

/// Returns whether a character is Han, kana, bopomofo or Hangul: scripts that do not separate words by spaces as Latin does.
pub(super) fn is_cjk_letter(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3031}'..='\u{3035}' | '\u{303B}' | '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309F}'
        | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FFDC}'
        | '\u{20000}'..='\u{323AF}')
}

/// Returns whether a character is punctuation as wide as a Chinese character, or used like it:
/// `，。、；：？！「」『』（）《》【】…—～`.
pub(super) fn is_full_width_mark(c: char) -> bool {
    matches!(c,
        '\u{2014}' | '\u{2015}' | '\u{2025}' | '\u{2026}' | '\u{22EF}' | '\u{30FB}' | '\u{30A0}'
        | '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{302A}'..='\u{3030}' | '\u{3036}'..='\u{303A}'
        | '\u{303C}'..='\u{303F}' | '\u{3200}'..='\u{33FF}' | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
        | '\u{FFE0}'..='\u{FFEE}')
}

/// Returns whether a character is a full-width Latin letter or digit.
pub(super) fn is_full_width_letter(c: char) -> bool {
    matches!(c, '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}')
}

/// Returns whether emphasis next to this character needs no space.
pub(super) fn is_cjk(c: char) -> bool {
    is_cjk_letter(c) || is_full_width_mark(c) || is_full_width_letter(c)
}

/// Returns whether a character is a letter or digit of a script that separates words by spaces.
pub(super) fn is_latin(c: char) -> bool {
    c.is_alphanumeric() && !is_cjk(c)
}

/// Returns whether a character is a combining mark, drawn on the character before it.
pub(super) fn is_combining(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{065F}' | '\u{06D6}'..='\u{06DC}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{302A}'..='\u{302F}'
        | '\u{3099}' | '\u{309A}' | '\u{FE20}'..='\u{FE2F}')
}

/// Returns whether a character is a variation selector.
pub(super) fn is_variation(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Returns whether a character is punctuation, a symbol or an emoji.
pub(super) fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace() && !is_combining(c) && !is_variation(c)
}

/// Returns whether a character changes the direction of the text after it.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character is invisible: controls, direction marks, joiners, separators.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || is_direction(c)
        || is_variation(c)
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Returns whether a text contains a Chinese, Japanese or Korean letter. Such text is not slanted.
pub fn has_han(text: &str) -> bool {
    text.chars().any(is_cjk_letter)
}

/// Returns code with its direction controls made visible as `⟪U+202E⟫`, so that a reader sees the same order as a compiler.
pub fn visible_controls(code: &str) -> Cow<'_, str> {
    if !code.chars().any(is_direction) {
        return Cow::Borrowed(code);
    }
    let mut shown = String::with_capacity(code.len() + 16);
    for c in code.chars() {
        match is_direction(c) {
            true => shown.push_str(&format!("⟪U+{:04X}⟫", c as u32)),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}
