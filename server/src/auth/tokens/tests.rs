use super::*;

const NOW: i64 = 1_795_512_345_000;

fn secret() -> Vec<u8> {
    (0..48).map(|byte| byte * 5 + 1).collect()
}

fn tokens() -> Tokens {
    Tokens::new(&secret()).expect("a strong key")
}

fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW + seconds * 1_000)
}

/// A token with this header and these claims, signed with the right key.
fn signed(header: &str, claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signing_input = format!("{}.{}", part(header), part(claims));
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&secret()).expect("any length");
    mac.update(signing_input.as_bytes());
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn good_header() -> String {
    format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{}"}}"#, tokens().kid)
}

fn good_claims() -> String {
    let at = NOW / 1_000;
    format!(r#"{{"iss":"jimmy-chat","aud":"page","sub":"s1","iat":{at},"nbf":{at},"exp":{}}}"#, at + 60)
}

#[test]
fn a_token_names_its_session_until_it_ends_and_for_its_audience_alone() {
    let session: SessionId = "s1".parse().expect("an id");
    let token = tokens().issue(Audience::Page, &session, now(), 60).expect("signed");
    assert_eq!(tokens().verify(Audience::Page, &token, now()).map(|named| named.session), Some(session));
    assert!(tokens().verify(Audience::Program, &token, now()).is_none());
    assert!(tokens().verify(Audience::Page, &token, after(60 + LEEWAY_S)).is_none());
    assert!(tokens().verify(Audience::Page, &token, after(-LEEWAY_S - 1)).is_none());
    let other = Tokens::new(&[secret(), vec![9]].concat()).expect("a strong key");
    assert!(other.verify(Audience::Page, &token, now()).is_none());
}

#[test]
fn forged_and_incomplete_tokens_name_nobody() {
    assert!(tokens().verify(Audience::Page, &signed(&good_header(), &good_claims()), now()).is_some(), "the good one");
    let kid = tokens().kid;
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for alg in ["none", "None", "HS384", "RS256"] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
        assert!(tokens().verify(Audience::Page, &signed(&header, &good_claims()), now()).is_none(), "{alg}");
        let unsigned = format!("{}.{}.", part(&header), part(&good_claims()));
        assert!(tokens().verify(Audience::Page, &unsigned, now()).is_none(), "{alg} without a signature");
    }
    for odd in ["../../etc/passwd", "' OR 1=1 --", ""] {
        let header = format!(r#"{{"alg":"HS256","kid":"{odd}"}}"#);
        assert!(tokens().verify(Audience::Page, &signed(&header, &good_claims()), now()).is_none(), "kid {odd}");
    }
    for claim in ["iss", "aud", "sub", "iat", "nbf", "exp"] {
        let mut claims: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&good_claims()).expect("an object");
        claims.remove(claim);
        let claims = serde_json::to_string(&claims).expect("an object");
        assert!(tokens().verify(Audience::Page, &signed(&good_header(), &claims), now()).is_none(), "without {claim}");
    }
    let twice = good_claims().replace('}', r#","sub":"s2"}"#);
    assert!(tokens().verify(Audience::Page, &signed(&good_header(), &twice), now()).is_none(), "a claim twice");
    let trailing = format!("{}.x", signed(&good_header(), &good_claims()));
    assert!(tokens().verify(Audience::Page, &trailing, now()).is_none());
    assert!(tokens().verify(Audience::Page, &"x".repeat(1_000_000), now()).is_none());
}

#[test]
fn a_weak_key_is_refused_and_a_made_one_is_its_owners_alone() {
    assert!(Tokens::new(b"changeme").is_err());
    assert!(Tokens::new(&[7; 64]).is_err(), "long but not random");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("signing.key");
    let first = Tokens::from_file(&path).expect("made").kid;
    assert_eq!(Tokens::from_file(&path).expect("read").kid, first);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("a file").permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn one_refresh_token_follows_another() {
    let first = tokens().refresh_after(None);
    assert_ne!(first, tokens().refresh_after(None));
    assert_eq!(tokens().refresh_after(Some(&first)), tokens().refresh_after(Some(&first)));
}
