//! The public URL.

use url::{Host, Url};

/// The origin by which users reach the server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
}

impl PublicUrl {
    /// Parses a public URL. Plain http lets others on the network read passwords and sessions: it is refused, except on loopback
    /// or if the operator allows it.
    ///
    /// # Errors
    /// The rest of a sentence that begins with "--public-url".
    pub fn parse(text: &str, insecure_http: bool) -> Result<Self, String> {
        if !text.is_ascii() {
            return Err(
                "has letters beyond ASCII: write the host as browsers send it, such as https://xn--fiq228c.example"
                    .into(),
            );
        }
        let url = Url::parse(text)
            .map_err(|error| format!("is not a URL ({error}); it has the form https://chat.example.org"))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("begins with {other}: it has to be https (or http on loopback)")),
        };
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err("holds more than an origin: leave out path, query and user".into());
        }
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err("names no host".into()),
        };
        if !https && !loopback && !insecure_http {
            return Err("is plain http: passwords can be read on the network; use https, or --insecure-http if you trust the network".into());
        }
        Ok(Self { origin: url.origin().ascii_serialization(), https })
    }

    /// Returns the origin as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.https
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_write_it() {
        let origin = |text| PublicUrl::parse(text, false).expect("a public URL").origin;
        assert_eq!(origin("https://Chat.Example.org/"), "https://chat.example.org");
        assert_eq!(origin("https://chat.example.org:443"), "https://chat.example.org");
        assert_eq!(origin("http://localhost:8080"), "http://localhost:8080");
        assert_eq!(origin("http://[::1]:3000"), "http://[::1]:3000");
    }

    #[test]
    fn plain_http_and_more_than_an_origin_are_refused() {
        for bad in [
            "chat.example.org",
            "ftp://chat.example.org",
            "http://chat.example.org",
            "https://a.org/chat",
            "https://u:p@a.org",
            "https://a.org/?x",
            "https://聊天.台灣",
        ] {
            assert!(PublicUrl::parse(bad, false).is_err(), "{bad}");
        }
        assert!(PublicUrl::parse("http://chat.lan", true).is_ok());
    }
}
