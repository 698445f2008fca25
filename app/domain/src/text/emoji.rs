//! Recognises messages that consist of a few emoji, which are shown large.

/// Maximum emoji of a message that is shown large.
const ALONE_MAX: usize = 3;

/// Returns whether a text consists of one to three emoji and spaces.
pub fn is_emoji_alone(text: &str) -> bool {
    let mut rest = text.trim();
    let mut count = 0;
    while !rest.is_empty() {
        count += 1;
        match first(rest) {
            Some(length) if count <= ALONE_MAX => rest = rest[length..].trim_start_matches(' '),
            _ => return false,
        }
    }
    count > 0
}

/// Returns the length in bytes of the emoji at the start of a text, with its modifiers.
fn first(text: &str) -> Option<usize> {
    let mut chars = text.chars().peekable();
    let mut length = 0;
    loop {
        let base = chars.next()?;
        length += base.len_utf8();
        let takes = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, belongs: fn(char) -> bool| {
            chars.next_if(|c| belongs(*c)).map_or(0, char::len_utf8)
        };
        match base {
            '\u{1F1E6}'..='\u{1F1FF}' => length += chars.next_if(|c| is_flag_letter(*c))?.len_utf8(),
            '0'..='9' | '#' | '*' => {
                length += chars.next_if_eq(&'\u{FE0F}')?.len_utf8() + chars.next_if_eq(&'\u{20E3}')?.len_utf8();
            }
            _ if is_emoji(base) => {
                length += takes(&mut chars, |c| c == '\u{FE0F}') + takes(&mut chars, is_skin);
                // Tag sequences: the flags of England, Scotland and Wales.
                while let tag @ 1.. = takes(&mut chars, |c| matches!(c, '\u{E0020}'..='\u{E007F}')) {
                    length += tag;
                }
            }
            // Shown as text unless a variation selector asks for an emoji.
            '\u{2100}'..='\u{2BFF}'
            | '\u{3030}'
            | '\u{303D}'
            | '\u{3297}'
            | '\u{3299}'
            | '\u{A9}'
            | '\u{AE}'
            | '\u{203C}'
            | '\u{2049}' => {
                length += chars.next_if_eq(&'\u{FE0F}')?.len_utf8() + takes(&mut chars, is_skin);
            }
            _ => return None,
        }
        match chars.next_if_eq(&'\u{200D}') {
            Some(joiner) => length += joiner.len_utf8(),
            None => return Some(length),
        }
    }
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

fn is_skin(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

/// Returns whether a character is shown as an emoji unless a variation selector asks for text.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}' | '\u{1F7E0}'..='\u{1F7EB}' | '\u{1F900}'..='\u{1FAFF}'
        | '\u{1F004}' | '\u{1F0CF}' | '\u{1F18E}' | '\u{1F191}'..='\u{1F19A}' | '\u{1F201}' | '\u{1F21A}' | '\u{1F22F}'
        | '\u{1F232}'..='\u{1F236}' | '\u{1F238}'..='\u{1F23A}' | '\u{1F250}' | '\u{1F251}'
        | '⌚' | '⌛' | '⏩'..='⏬' | '⏰' | '⏳' | '◽' | '◾' | '☔' | '☕' | '♈'..='♓' | '♿' | '⚓' | '⚡' | '⚪' | '⚫' | '⚽'
        | '⚾' | '⛄' | '⛅' | '⛎' | '⛔' | '⛪' | '⛲' | '⛳' | '⛵' | '⛺' | '⛽' | '✅' | '✊' | '✋' | '✨' | '❌' | '❎'
        | '❓'..='❕' | '❗' | '➕'..='➗' | '➰' | '➿' | '⬛' | '⬜' | '⭐' | '⭕')
}
