//! Avatars. The colour is derived from the account's id, so that it survives a new name; the text is derived from the name.

use domain::event::Account;
use leptos::prelude::*;

use super::case::capital;

/// The avatar of an account.
#[component]
pub fn Avatar(
    #[prop(into)] account: Account,
    /// 28 pixels instead of 36.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let text = initials(account.display_name.as_str());
    let han = text.chars().next().is_some_and(is_han);
    let text =
        if small { text.chars().take(if han { 1 } else { text.chars().count().min(1) }).collect() } else { text };
    let class = format!(
        "avatar hue-{}{}{}",
        hue(account.id.as_str()),
        if han { " han" } else { "" },
        if small { " s28" } else { "" },
    );
    view! { <span class=class aria-hidden="true">{text}</span> }
}

/// Returns the FNV-1a hash (32 bit) of the id, modulo the ten hues.
fn hue(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % 10
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x250
}

/// Returns the text of an avatar. Han: the last character of the first run, because given names differ more than surnames. Latin:
/// the first letters of the first and the last word. Other scripts: the first character with its modifiers.
fn initials(name: &str) -> String {
    let name = name.trim();
    match name.chars().next() {
        None => "?".into(),
        Some(first) if is_han(first) => name.chars().take_while(|c| is_han(*c)).last().unwrap_or(first).into(),
        Some(first) if is_latin(first) => {
            let words = name.split([' ', '.', '_', '-', '·']).filter_map(|word| word.chars().next());
            let latin: Vec<char> = words.filter(|c| is_latin(*c)).collect();
            let last = latin.last().filter(|_| latin.len() > 1);
            capital(&[Some(&first), last].into_iter().flatten().collect::<String>())
        }
        Some(first) => std::iter::once(first).chain(name.chars().skip(1).take_while(|c| is_modifier(*c))).collect(),
    }
}

/// Returns whether a character is a combining mark, a variation selector or a skin tone.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{3099}' | '\u{309A}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_the_text_from_the_name() {
        for (name, text) in [
            ("林怡君", "君"),
            ("歐陽娜娜", "娜"),
            ("Kevin Lee", "KL"),
            ("amy", "A"),
            ("kevin.lee", "KL"),
            ("Sophie 林", "S"),
            ("王小明 Ming", "明"),
            ("さくら", "さ"),
            ("👍🏽 ok", "👍🏽"),
            ("7up", "7"),
            ("  ", "?"),
        ] {
            assert_eq!(initials(name), text, "{name}");
        }
    }

    #[test]
    fn derives_one_of_ten_hues_from_the_id() {
        assert_eq!(hue(""), 0x811c_9dc5 % 10);
        assert_eq!(hue("a"), 0xe40c_292c % 10);
    }
}
