//! Addresses: where one ends in a sentence, and which may be opened at all.
//!
//! `http:`, `https:` and `mailto:` only. A name and password before the host are not taken: `https://bank.tw@evil.tw` looks
//! like another place than it is. Neither is a backslash, which browsers read as a slash.

use super::{
    chars::{is_cjk, is_cjk_letter, is_full_width_letter, is_full_width_mark, is_latin, is_unseen},
    host,
    work::looked_at,
};

/// An address that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// As it is opened, and as it is shown.
    pub url: String,
    /// The host, or the mail address.
    pub host: String,
}

impl Address {
    /// An address and nothing else.
    pub(super) fn whole(text: &str) -> Option<Self> {
        let (length, address) = begin(text, &mut |_, c| is_allowed(c))?;
        let rest = &text[length..];
        looked_at(rest.len());
        (rest.is_empty() || (rest.starts_with(['/', '?', '#']) && rest.chars().all(is_allowed)))
            .then(|| Self { url: address.url + rest, ..address })
    }
}

/// The address at the beginning of a text, which goes on after it, and its length.
pub(super) fn bare(text: &str) -> Option<(usize, Address)> {
    let (length, mut address) = begin(text, &mut belongs)?;
    let rest = &text[length..];
    let used = if rest.starts_with(['/', '?', '#']) { tail(rest) } else { 0 };
    address.url.push_str(&rest[..used]);
    Some((length + used, address))
}

/// Scheme and host, with their length as typed. The text after the scheme is looked at no further than to the next slash, or
/// colon, so that a text full of schemes is not looked through again for each.
fn begin(text: &str, belongs: &mut dyn FnMut(char, char) -> bool) -> Option<(usize, Address)> {
    looked_at(8);
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| {
        text.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let mut last = if scheme.ends_with('/') { '/' } else { ':' };
    let is_mail = scheme == "mailto:";
    let after = &text[scheme.len()..];
    let end = after.char_indices().find(|(_, c)| {
        looked_at(1);
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

/// Letters of the name before the `@` of a mail address, and the `@`.
fn is_of_mail(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!$%&'*+=^_{|}~-@".contains(&byte)
}

/// What an address may hold at all, where its end is marked.
fn is_allowed(c: char) -> bool {
    !c.is_whitespace() && !is_unseen(c) && !matches!(c, '<' | '>' | '"' | '`' | '\\')
}

/// Whether a character goes on with an address in a sentence. A Chinese one does only where a new part begins, or after
/// another one.
fn belongs(before: char, c: char) -> bool {
    match c {
        _ if !is_allowed(c) || is_full_width_mark(c) => false,
        _ if is_cjk(c) => {
            matches!(before, '/' | '?' | '&' | '=' | '#') || is_cjk_letter(before) || is_full_width_letter(before)
        }
        _ => c.is_ascii() || is_latin(c),
    }
}

/// How far an address goes after its host. Neither a bracket that it does not open belongs to it, nor the sentence's marks.
fn tail(text: &str) -> usize {
    let mut open = [0_usize; 3];
    let mut before = '/';
    let mut end = 0;
    for (at, c) in text.char_indices() {
        looked_at(1);
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
        looked_at(1);
        if !is_of_sentence(last) {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// Marks of a sentence, or of emphasis, when they stand at the end.
fn is_of_sentence(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '|' | '^' | '(' | '[' | '{')
}
