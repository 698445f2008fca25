//! The signed tokens that name a session: a JWT for the page's cookie, a short one for programs. One algorithm, pinned;
//! one key, named by its fingerprint; every claim required. A token is only ever half of it: the session is asked too.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{clock::Timestamp, error::ErrorCode, ids::SessionId};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Fewest bytes of a key: as many as HS256's digest has (RFC 7518, 3.2).
const KEY_BYTES_MIN: usize = 32;
/// Most bytes of a key file that is read.
const KEY_BYTES_MAX: u64 = 4_096;
/// Who issues.
const ISSUER: &str = "jimmy-chat";
/// How far two clocks may differ.
const LEEWAY_S: i64 = 30;
/// A page's session lives so long after its last renewal.
pub const PAGE_SESSION_S: u64 = 30 * 24 * 60 * 60;
/// A program's token lives so long; then it is refreshed.
pub const ACCESS_S: u64 = 15 * 60;

/// What a token is for. One that is for something else is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A browser's cookie.
    Page,
    /// A program's `Authorization: Bearer`.
    Program,
}

impl Audience {
    fn name(self) -> &'static str {
        match self {
            Audience::Page => "page",
            Audience::Program => "program",
        }
    }
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// What a good token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The session.
    pub session: SessionId,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Signs and verifies.
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    kid: String,
    secret: Vec<u8>,
}

impl Tokens {
    /// With a key of at least 32 bytes.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(secret: &[u8]) -> Result<Self, String> {
        let distinct = secret.iter().collect::<std::collections::HashSet<_>>().len();
        if secret.len() < KEY_BYTES_MIN || distinct < 12 {
            return Err(format!(
                "a signing key needs at least {KEY_BYTES_MIN} random bytes: put them there (head -c {KEY_BYTES_MIN} /dev/urandom); servers that share a --directory need the same in each --signing-key-file, and one server alone makes a key when its file is not there"
            ));
        }
        let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(secret)[..8]);
        Ok(Self {
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            kid,
            secret: secret.to_vec(),
        })
    }

    /// With the key in a file, which is made (readable by its owner alone) when it is not there.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let told =
            |what: &str, error: std::io::Error| format!("the signing key {} cannot be {what}: {error}", path.display());
        let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match made {
            Ok(mut file) => {
                let mut secret = [0; 48];
                rand::rng().fill_bytes(&mut secret);
                file.write_all(&secret).and_then(|()| file.sync_all()).map_err(|e| told("written", e))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(told("made", error)),
        }
        let size = fs::metadata(path).map_err(|e| told("read", e))?.len();
        if size > KEY_BYTES_MAX {
            return Err(format!("the signing key {} is larger than {KEY_BYTES_MAX} bytes", path.display()));
        }
        Self::new(&fs::read(path).map_err(|e| told("read", e))?).map_err(|why| format!("{}: {why}", path.display()))
    }

    /// Of the key: the same for the same key, and nothing of the key can be learnt from it. Each token names it, too.
    pub fn fingerprint(&self) -> &str {
        &self.kid
    }

    /// A token that names a session for `seconds` from `now` on.
    pub fn issue(
        &self,
        audience: Audience,
        session: &SessionId,
        now: Timestamp,
        seconds: u64,
    ) -> Result<String, ErrorCode> {
        let now = now.millis() / 1_000;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: audience.name().into(),
            sub: session.clone(),
            iat: now,
            nbf: now,
            exp: now + seconds as i64,
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| ErrorCode::Internal)
    }

    /// What a token names, if it is ours, for this, and not over.
    pub fn verify(&self, audience: Audience, token: &str, now: Timestamp) -> Option<Named> {
        // A token of ours is far shorter; a long one is not even decoded.
        if token.len() > 1_024 {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::HS256 || header.kid.as_deref() != Some(&self.kid) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[audience.name()]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // Times are compared below, against the clock that was given.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).ok()?.claims;
        let now = now.millis() / 1_000;
        let lives = claims.exp > now - LEEWAY_S && claims.nbf <= now + LEEWAY_S && claims.iat <= now + LEEWAY_S;
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
        lives.then(|| Named { session: claims.sub, issued_at: at(claims.iat), expires_at: at(claims.exp) })
    }

    /// A refresh token that follows `before`, or a first one. The same one follows each time, so two tabs that refresh at
    /// the same moment get the same answer, and nothing but hashes has to be stored.
    pub fn refresh_after(&self, before: Option<&str>) -> String {
        let mut seed = [0; 32];
        match before {
            None => rand::rng().fill_bytes(&mut seed),
            Some(token) => {
                let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.secret)
                    .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
                mac.update(b"refresh token after ");
                mac.update(token.as_bytes());
                seed.copy_from_slice(&mac.finalize().into_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(seed)
    }
}

/// What is stored of a refresh token.
pub fn refresh_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests;
