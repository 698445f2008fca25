//! Addresses: where one ends in a sentence, and which may be opened.
//!
//! Only `http:`, `https:` and `mailto:` are accepted. A user name before the host is refused, because
//! `https://bank.tw@evil.tw` suggests another host. So is a backslash, which browsers read as a slash.

use super::{
    chars::{is_cjk, is_cjk_letter, is_full_width_letter, is_full_width_mark, is_latin, is_unseen},
    host,
    work::count_steps,
};

/// An address that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The URL, both as opened and as shown.
    pub url: String,
    /// The host with its port, or the mail address.
    pub host: String,
}

impl Address {
    /// Parses a text that is an address and nothing else.
    pub(super) fn whole(text: &str) -> Option<Self> {
        let (length, address) = begin(text, &mut |_, c| is_allowed(c))?;
        let rest = &text[length..];
        count_steps(rest.len());
        (rest.is_empty() || (rest.starts_with(['/', '?', '#']) && rest.chars().all(is_allowed)))
            .then(|| Self { url: address.url + rest, ..address })
    }
}

/// Parses a bare address at the start of a text, and returns its length in bytes.
pub(super) fn bare(text: &str) -> Option<(usize, Address)> {
    let (length, mut address) = begin(text, &mut belongs)?;
    let rest = &text[length..];
    let used = if rest.starts_with(['/', '?', '#']) { tail(rest) } else { 0 };
    address.url.push_str(&rest[..used]);
    Some((length + used, address))
}

/// Parses scheme and host, and returns their length as typed. The text is examined only up to the next slash or colon after
/// the scheme, so that a text of many schemes takes linear time.
fn begin(text: &str, belongs: &mut dyn FnMut(char, char) -> bool) -> Option<(usize, Address)> {
    count_steps(8);
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| {
        text.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let mut last = if scheme.ends_with('/') { '/' } else { ':' };
    let is_mail = scheme == "mailto:";
    let after = &text[scheme.len()..];
    let end = after.char_indices().find(|(_, c)| {
        count_steps(1);
        let ends = matches!(c, '/' | '?' | '#') || (is_mail && *c == ':') || !belongs(last, *c);
        last = *c;
        ends
    });
    let mut authority = &after[..end.map_or(after.len(), |(at, _)| at)];
    let mut user = "";
    if let Some(at) = authority.find('@') {
        (user, authority) = (&authority[..=at], &authority[at + 1..]);
    }
    if is_mail != (user.len() > 1) || (!is_mail && !user.is_empty()) || !user.bytes().all(is_of_mail) {
        return None;
    }
    let (length, shown) = host::read(authority)?;
    if is_mail && authority.starts_with('[') {
        return None;
    }
    let typed = scheme.len() + user.len() + length;
    let url = format!("{}{user}{shown}", &text[..scheme.len()]);
    Some((typed, Address { url, host: if is_mail { format!("{user}{shown}") } else { shown } }))
}

/// Returns whether a byte may occur before the `@` of a mail address, or is the `@`.
fn is_of_mail(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!$%&'*+=^_{|}~-@".contains(&byte)
}

/// Returns whether a character may occur in an address whose end is marked by a bracket.
fn is_allowed(c: char) -> bool {
    !c.is_whitespace() && !is_unseen(c) && !matches!(c, '<' | '>' | '"' | '`' | '\\')
}

/// Returns whether a character continues a bare address. A Chinese character does so only at the start of a component or
/// after another Chinese character.
fn belongs(before: char, c: char) -> bool {
    match c {
        _ if !is_allowed(c) || is_full_width_mark(c) => false,
        _ if is_cjk(c) => {
            matches!(before, '/' | '?' | '&' | '=' | '#') || is_cjk_letter(before) || is_full_width_letter(before)
        }
        _ => c.is_ascii() || is_latin(c),
    }
}

/// Returns the length in bytes of an address after its host. Closing brackets that it does not open and punctuation at its
/// end belong to the sentence.
fn tail(text: &str) -> usize {
    let mut open = [0_usize; 3];
    let mut before = '/';
    let mut end = 0;
    for (at, c) in text.char_indices() {
        count_steps(1);
        if !belongs(before, c) {
            break;
        }
        if let Some(kind) = "([{".find(c) {
            open[kind] += 1;
        } else if let Some(kind) = ")]}".find(c) {
            match open[kind].checked_sub(1) {
                Some(left) => open[kind] = left,
                None => break,
            }
        }
        before = c;
        end = at + c.len_utf8();
    }
    while let Some(last) = text[..end].chars().next_back() {
        count_steps(1);
        if !is_of_sentence(last) {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// Returns whether a character at the end of an address is punctuation or a style mark of the sentence.
fn is_of_sentence(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '|' | '^' | '(' | '[' | '{')
}
