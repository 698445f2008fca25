//! The page's cookies: the session's, and what a visitor has chosen before log-in (language, looks).

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

use crate::config::Config;

/// Where the chosen language is kept.
pub const LANGUAGE: &str = "jimmy-language";
/// Where the chosen looks are kept.
pub const THEME: &str = "jimmy-theme";
/// Where it is kept how times of day are shown.
pub const CLOCK: &str = "jimmy-clock";
/// Where it is kept what Enter does in the field: [`ENTER_BREAKS`], or anything else.
pub const ENTER: &str = "jimmy-enter";
/// It breaks the line.
pub const ENTER_BREAKS: &str = "breaks";
/// Where the browser says its zone, in minutes east of Greenwich: `public/start.js` and `public/login.js` write it.
pub const ZONE: &str = "jimmy-zone";
/// A choice is kept so long.
const CHOICE_DAYS: i64 = 365;

/// The session cookie's name. `__Host-` ties it to the origin, and browsers demand https for it.
pub fn session_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-jimmy" } else { "jimmy" }
}

/// A cookie of a request; the first of that name.
pub fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// The session cookie, as long-lived as the session.
pub fn session(config: &Config, token: String, seconds: u64) -> HeaderValue {
    let cookie = base(config, session_name(config), token).http_only(true);
    value(cookie.max_age(Duration::seconds(seconds as i64)))
}

/// Takes the session cookie away.
pub fn no_session(config: &Config) -> HeaderValue {
    value(base(config, session_name(config), String::new()).http_only(true).max_age(Duration::ZERO))
}

/// A visitor's choice.
pub fn choice(config: &Config, name: &'static str, chosen: &'static str) -> HeaderValue {
    value(base(config, name, chosen.to_owned()).max_age(Duration::days(CHOICE_DAYS)))
}

fn base(config: &Config, name: &'static str, content: String) -> cookie::CookieBuilder<'static> {
    Cookie::build((name, content)).path("/").same_site(SameSite::Lax).secure(config.is_https())
}

fn value(cookie: cookie::CookieBuilder<'static>) -> HeaderValue {
    // Names and values here are tokens and fixed words; nothing a header could not hold.
    HeaderValue::from_str(&cookie.build().to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}
