//! Advice for an operator whose Redis cannot be reached, from the text of the error.

/// Returns advice by the text of an error, if that says enough. The TLS library reports its errors as errors of the connection.
pub(super) fn advice(why: &str) -> Option<&'static str> {
    let has = |part: &str| why.contains(part);
    if has("peer certificate") {
        return Some(match () {
            () if has("UnknownIssuer") => {
                "no CA that is trusted here has signed its certificate; name the certificate of the one that has by ca_file=/path/ca.pem in the address"
            }
            () if has("not valid for") => {
                "its certificate is for another host; write a host that it names, or give Redis one for this"
            }
            () if has("expired") || has("not valid yet") => {
                "its certificate is not valid at this time; renew it, and check that the clock of this machine is right"
            }
            () => "its certificate is not trusted; check its tls-cert-file",
        });
    }
    // Its names are of TLS: CertificateRequired, BadCertificate, UnknownCA.
    if has("fatal alert") && (has("Certificate") || has("UnknownCA")) {
        return Some(
            "it requires a certificate that it trusts; name one by certificate_file and key_file in the address",
        );
    }
    if ["AuthenticationFailed", "WRONGPASS", "NOAUTH"].iter().any(|part| has(part)) {
        return Some("correct the user or the password in the address");
    }
    None
}

/// Returns advice about encryption for a Redis that has never answered. The same texts have other causes as well.
pub(super) fn guess(is_encrypted: bool, why: &str) -> Option<&'static str> {
    let has = |parts: &[&str]| parts.iter().any(|part| why.to_ascii_lowercase().contains(part));
    match is_encrypted {
        true if has(&["time", "corrupt message", "eof", "reset", "closed", "broken"]) => Some(
            "check that it is running; if it does not use TLS at this port, turn TLS on there (tls-port), or write redis:// if the network is trusted",
        ),
        false if has(&["eof", "reset", "closed", "broken", "terminated"]) => {
            Some("check that it is running; if it uses TLS at this port, write rediss://")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_certificate_or_of_the_scheme_says_what_mends_it() {
        let advised = |why| advice(why).unwrap_or_default();
        assert!(advised("invalid peer certificate: UnknownIssuer").contains("ca_file="));
        assert!(advised("invalid peer certificate: certificate not valid for name \"cache\"").contains("another host"));
        assert!(advised("invalid peer certificate: certificate expired: verification").contains("renew it"));
        assert!(advised("invalid peer certificate: BadSignature").contains("tls-cert-file"));
        assert!(advised("received fatal alert: CertificateRequired").contains("certificate_file"));
        assert!(advised("\"WRONGPASS\": invalid username-password pair").contains("the password"));
        assert_eq!(advice("Connection refused (os error 111)"), None);
        let guessed = |is_encrypted, why| guess(is_encrypted, why).unwrap_or_default();
        assert!(guessed(true, "timed out").contains("redis://") && guessed(false, "timed out").is_empty());
        assert!(guessed(false, "Connection reset by peer (os error 104)").contains("rediss://"));
        assert!(guessed(true, "Connection refused (os error 111)").is_empty());
    }
}
