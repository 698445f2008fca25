//! Hosts: which names are valid, and how they are shown. A name that mixes scripts is shown in its ASCII form (Punycode), so
//! that a Cyrillic `а` cannot pass for a Latin one.

use super::{
    chars::{is_cjk_letter, is_combining, is_full_width_letter},
    work::count_steps,
};

/// Maximum bytes of a host name (RFC 1035).
const HOST_BYTES_MAX: usize = 253;
/// Maximum digits of a port.
const PORT_DIGITS_MAX: usize = 5;

const LATIN: u8 = 1;
const CJK: u8 = 2;
const GREEK: u8 = 4;
const CYRILLIC: u8 = 8;
const OTHER: u8 = 16;

// Parameters of Punycode (RFC 3492, section 5).
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// Parses host and port at the start of a text. Returns their length in bytes as typed, and the form to show.
pub(super) fn read(text: &str) -> Option<(usize, String)> {
    let name = match text.strip_prefix('[') {
        Some(inside) => literal(inside)?,
        None => name(text)?,
    };
    let shown = if name.starts_with('[') { name.to_owned() } else { shown(name)? };
    let port = port(&text[name.len()..]);
    Some((name.len() + port.len(), shown + port))
}

/// Parses an IPv6 literal after its opening bracket. Only `[::1]` is accepted.
fn literal(inside: &str) -> Option<&'static str> {
    // Other IPv6 addresses are not typed by hand.
    inside.starts_with("::1]").then_some("[::1]")
}

/// Returns the longest valid host name at the start of a text. Dots at its end belong to the sentence.
fn name(text: &str) -> Option<&str> {
    let is_of_name = |c: char| matches!(c, '-' | '_' | '.') || script(c).is_some();
    let end = text.find(|c: char| {
        count_steps(1);
        !is_of_name(c)
    });
    let name = text[..end.unwrap_or(text.len())].trim_end_matches(['.', '_']);
    let good = (1..=HOST_BYTES_MAX).contains(&name.len())
        && name.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    good.then_some(name)
}

/// Returns the port with its colon, or an empty text.
fn port(text: &str) -> &str {
    let digits = text.strip_prefix(':').map_or(0, |text| text.bytes().take_while(u8::is_ascii_digit).count());
    count_steps(digits);
    if (1..=PORT_DIGITS_MAX).contains(&digits) { &text[..=digits] } else { "" }
}

/// Returns the script of a character that may occur in a host name; 0 for digits, which belong to every script. `None` for
/// characters that browsers map to others, such as full-width letters.
fn script(c: char) -> Option<u8> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(LATIN),
        '0'..='9' => Some(0),
        '\0'..='\u{BF}' | '\u{2000}'..='\u{2BFF}' | '\u{FB00}'..='\u{FB4F}' | '\u{FF00}'..='\u{FFEF}' => None,
        '\u{3164}' | '\u{3200}'..='\u{33FF}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F2FF}' => None,
        _ if is_full_width_letter(c) => None,
        '\u{C0}'..='\u{24F}' => c.is_alphabetic().then_some(LATIN),
        _ if is_cjk_letter(c) => Some(CJK),
        '\u{370}'..='\u{3FF}' => c.is_alphabetic().then_some(GREEK),
        '\u{400}'..='\u{52F}' => c.is_alphabetic().then_some(CYRILLIC),
        _ if is_combining(c) => Some(OTHER),
        _ => c.is_alphanumeric().then_some(OTHER),
    }
}

/// Returns the form of a host name to show: its labels in Punycode if it mixes scripts.
fn shown(name: &str) -> Option<String> {
    count_steps(name.len());
    let scripts = |text: &str| text.chars().filter_map(script).fold(0, |all, script| all | script);
    let all = scripts(name);
    let foreign = all & !(LATIN | CJK);
    let mixed = foreign.count_ones() > 1 || (foreign != 0 && all != foreign);
    let beside = |label: &str| scripts(label) & (LATIN | CJK) == LATIN | CJK;
    if !mixed && !name.split('.').any(beside) {
        return Some(name.to_owned());
    }
    let mut shown = String::new();
    for label in name.split('.') {
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(&ascii(label)?);
    }
    Some(shown)
}

/// Returns the ASCII form of a label (RFC 3492).
fn ascii(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    punycode(&label.to_ascii_lowercase()).map(|code| format!("xn--{code}"))
}

/// Encodes a label (RFC 3492, section 6.3). Takes quadratic time, bounded by [`HOST_BYTES_MAX`].
fn punycode(label: &str) -> Option<String> {
    let mut code: String = label.chars().filter(char::is_ascii).collect();
    let basic = code.len() as u32;
    if basic > 0 {
        code.push('-');
    }
    let (mut n, mut delta, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    let total = label.chars().count() as u32;
    while done < total {
        let next = label.chars().map(|c| c as u32).filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(done + 1)?)?;
        n = next;
        for c in label.chars().map(|c| c as u32) {
            count_steps(1);
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c != n {
                continue;
            }
            let (mut q, mut k) = (delta, BASE);
            loop {
                let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                if q < t {
                    break;
                }
                code.push(digit(t + (q - t) % (BASE - t)));
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            code.push(digit(q));
            bias = adapted(delta, done + 1, done == basic);
            delta = 0;
            done += 1;
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(code)
}

fn adapted(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

fn digit(value: u32) -> char {
    let byte = if value < 26 { b'a' + value as u8 } else { b'0' + (value - 26) as u8 };
    byte.into()
}
