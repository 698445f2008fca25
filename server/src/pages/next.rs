//! Where somebody may be sent after a form: paths of this site, nothing else.

/// The path, if it is one of this site; a browser reads `//host`, `/\host` and control characters as other things.
pub fn own_path(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let begins = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
    let plain = !text.contains('\\') && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let dotted = path.split('/').any(|part| matches!(part.replace("%2e", ".").as_str(), "." | ".."));
    let elsewhere = ["/do/", "/api/", "/log-in", "/sign-up"].iter().any(|prefix| text.starts_with(prefix));
    (begins && plain && !dotted && !elsewhere && text.len() <= 1_024).then_some(text)
}

/// Whether a browser that is sent there stays on this site.
pub fn is_within(location: &[u8]) -> bool {
    matches!(location, [b'/'] | [b'/', b'!'..=b'.' | b'0'..=b'[' | b']'.., ..])
}

/// A text as a query's value.
pub fn query_value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_away_is_told_from_what_does_not() {
        for within in ["/", "/c/x", "/?refused=too_long", "/log-in?next=//x"] {
            assert!(is_within(within.as_bytes()), "{within}");
        }
        for away in ["", "//evil", "/\\evil", "/\tevil", "/ evil", "evil", "https://evil", "javascript:alert(1)"] {
            assert!(!is_within(away.as_bytes()), "{away:?}");
        }
    }

    #[test]
    fn only_paths_of_this_site_are_gone_to() {
        for good in ["/", "/c/0199", "/channels?search=%E5%8D%88", "/c/x#latest"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "//evil",
            "/\\evil",
            "https:evil",
            "javascript:alert(1)",
            "/a\nb",
            "/\tevil",
            "evil",
            "/do/log_out",
            "/c/../do/log_out",
            "/./do/log_out",
            "/%2E%2e//evil",
            "/log-in?next=/",
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }
}
