//! The page's cookies: the session's, and what a visitor has chosen before log-in (language, theme).

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

/// Name of the cookie with the chosen language.
pub(crate) const LANGUAGE: &str = "jimmy-language";
/// Name of the cookie with the chosen theme.
pub(crate) const THEME: &str = "jimmy-theme";
/// Name of the cookie with how times of day are shown.
pub(crate) const CLOCK: &str = "jimmy-clock";
/// Name of the cookie with what Enter does in the composer: [`ENTER_BREAKS`], or anything else.
pub(crate) const ENTER: &str = "jimmy-enter";
/// Value of [`ENTER`] with which it breaks the line.
pub(crate) const ENTER_BREAKS: &str = "breaks";
/// Name of the cookie with the browser's time zone, in minutes east of Greenwich. Scripts in `public` write it.
pub(crate) const ZONE: &str = "jimmy-zone";
/// Lifetime of a choice, in days.
const CHOICE_DAYS: i64 = 365;

/// Writes cookies as this site's address needs them.
pub struct Cookies {
    is_https: bool,
}

impl Cookies {
    /// Takes whether browsers reach the site by https.
    pub fn new(is_https: bool) -> Self {
        Self { is_https }
    }

    /// Returns the session cookie's name. `__Host-` ties it to the origin; browsers accept it over https only.
    pub(crate) fn session_name(&self) -> &'static str {
        if self.is_https { "__Host-jimmy" } else { "jimmy" }
    }

    /// Returns the header that sets the session cookie.
    pub(crate) fn session(&self, token: String, seconds: u64) -> HeaderValue {
        let cookie = self.base(self.session_name(), token).http_only(true);
        value(cookie.max_age(Duration::seconds(seconds as i64)))
    }

    /// Returns the header that removes the session cookie.
    pub(crate) fn no_session(&self) -> HeaderValue {
        value(self.base(self.session_name(), String::new()).http_only(true).max_age(Duration::ZERO))
    }

    /// Returns the header that stores a visitor's choice.
    pub(crate) fn choice(&self, name: &'static str, chosen: &'static str) -> HeaderValue {
        value(self.base(name, chosen.to_owned()).max_age(Duration::days(CHOICE_DAYS)))
    }

    fn base(&self, name: &'static str, content: String) -> cookie::CookieBuilder<'static> {
        Cookie::build((name, content)).path("/").same_site(SameSite::Lax).secure(self.is_https)
    }
}

/// Returns the value of a request's first cookie of that name.
pub(crate) fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    // By bytes: another program on the same host may have set a cookie that is no text.
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs =
        lines.flat_map(|line| line.split(|byte| *byte == b';')).filter_map(|pair| std::str::from_utf8(pair).ok());
    let mut cookies = pairs.filter_map(|pair| Cookie::parse(pair).ok());
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

fn value(cookie: cookie::CookieBuilder<'static>) -> HeaderValue {
    // Names and values are tokens and fixed words: a header can hold all of them.
    HeaderValue::from_str(&cookie.build().to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_cookie_beside_cookies_that_are_no_text() {
        for line in
            ["q=火鍋; jimmy=t".as_bytes(), "jimmy=t; q=火鍋".as_bytes(), b"q=caf\xe9; jimmy=t", b"jimmy=t;q=\xff"]
        {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line).expect("a header"))]);
            assert_eq!(get(&headers, "jimmy").as_deref(), Some("t"), "{}", line.escape_ascii());
            assert_eq!(get(&headers, "other"), None);
        }
    }
}
