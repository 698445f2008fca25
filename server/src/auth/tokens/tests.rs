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
