//! Redirects, and which of them stay on this site.

use axum::response::Redirect;

/// Returns the path if it stays on this site: browsers interpret `//host`, `/\host` and control characters in other ways.
pub(super) fn own_path(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let begins = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
    let plain = !text.contains('\\') && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let dotted = path.split('/').any(|part| matches!(part.replace("%2e", ".").as_str(), "." | ".."));
    let elsewhere = ["/do/", "/api/", "/log-in", "/sign-up"].iter().any(|prefix| text.starts_with(prefix));
    (begins && plain && !dotted && !elsewhere && text.len() <= 1_024).then_some(text)
}

/// Returns whether a redirect stays on this site.
pub(super) fn is_within(location: &[u8]) -> bool {
    matches!(location, [b'/'] | [b'/', b'!'..=b'.' | b'0'..=b'[' | b']'.., ..])
}

/// Encodes a text as the value of a query.
pub(super) fn query_value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Redirects with status 303.
pub(super) fn see_other(to: &str) -> Redirect {
    Redirect::to(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_redirects_to_other_sites() {
        for within in ["/", "/c/x", "/?refused=too_long", "/log-in?next=//x"] {
            assert!(is_within(within.as_bytes()), "{within}");
        }
        for away in ["", "//evil", "/\\evil", "/\tevil", "/ evil", "evil", "https://evil", "javascript:alert(1)"] {
            assert!(!is_within(away.as_bytes()), "{away:?}");
        }
    }

    #[test]
    fn accepts_only_paths_of_this_site() {
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
