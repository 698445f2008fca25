//! The signed tokens that name a session: a JWT for the page's cookie, a short-lived one for programs. One pinned algorithm,
//! one key, which each token names by its fingerprint, and every claim is required. A valid token is not enough: its session
//! is checked, too.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{clock::Timestamp, error::ErrorCode, ids::SessionId};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Context, OperatorError};

/// Smallest key, in bytes: the size of HS256's digest (RFC 7518, 3.2).
const KEY_BYTES_MIN: usize = 32;
/// Largest key file, in bytes.
const KEY_BYTES_MAX: u64 = 4_096;
/// The `iss` claim.
const ISSUER: &str = "jimmy-chat";
/// Tolerated difference between two clocks, in seconds.
const LEEWAY_S: i64 = 30;
/// Lifetime of a page's session after its last renewal, in seconds.
pub const PAGE_SESSION_S: u64 = 30 * 24 * 60 * 60;
/// Lifetime of a program's access token, in seconds.
pub(crate) const ACCESS_S: u64 = 15 * 60;

/// Who may use a token. A token for another audience is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The page, in a cookie.
    Page,
    /// A program, in `Authorization: Bearer`.
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

/// The payload of a token.
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

/// The session that a valid token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSession {
    pub(crate) session: SessionId,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Signs and verifies tokens.
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    kid: String,
    secret: Vec<u8>,
}

impl Tokens {
    /// Takes a key of at least [`KEY_BYTES_MIN`] random bytes.
    ///
    /// # Errors
    /// When the key is too short or not random.
    pub(crate) fn new(secret: &[u8]) -> Result<Self, OperatorError> {
        let distinct = secret.iter().collect::<std::collections::HashSet<_>>().len();
        if secret.len() < KEY_BYTES_MIN || distinct < 12 {
            return Err(OperatorError::new(format!(
                "a signing key needs at least {KEY_BYTES_MIN} random bytes: put them there (head -c {KEY_BYTES_MIN} /dev/urandom); servers that share a --directory need the same in each --signing-key-file, and one server alone makes a key when its file is not there"
            )));
        }
        let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(secret)[..8]);
        Ok(Self {
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            kid,
            secret: secret.to_vec(),
        })
    }

    /// Reads the key from a file. Creates the file, readable by its owner alone, when it does not exist.
    ///
    /// # Errors
    /// When the file cannot be read or created, or holds no valid key.
    pub fn from_file(path: &Path) -> Result<Self, OperatorError> {
        let failed = |what: &str, error: std::io::Error| {
            OperatorError::caused_by(format!("the signing key {} cannot be {what}", path.display()), error)
        };
        let created = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match created {
            Ok(mut file) => {
                let mut secret = [0; 48];
                rand::rng().fill_bytes(&mut secret);
                file.write_all(&secret).and_then(|()| file.sync_all()).map_err(|error| failed("written", error))?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("created", error)),
        }
        let size = fs::metadata(path).map_err(|error| failed("read", error))?.len();
        if size > KEY_BYTES_MAX {
            let sentence = format!("the signing key {} is larger than {KEY_BYTES_MAX} bytes", path.display());
            return Err(sentence.into());
        }
        let secret = fs::read(path).map_err(|error| failed("read", error))?;
        Self::new(&secret).context(|| path.display().to_string())
    }

    /// Returns the key's fingerprint: equal for the same key, and it reveals nothing of the key. Each token names it.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.kid
    }

    /// Returns a token that names a session for `seconds` from `now` on.
    pub(crate) fn issue(
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

    /// Returns the session that a token names, if this site issued it for this audience and it has not expired.
    pub(crate) fn verify(&self, audience: Audience, token: &str, now: Timestamp) -> Option<NamedSession> {
        // Tokens of this site are far shorter.
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
        // Times are compared below, with the given clock.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).ok()?.claims;
        let now = now.millis() / 1_000;
        let is_valid = claims.exp > now - LEEWAY_S && claims.nbf <= now + LEEWAY_S && claims.iat <= now + LEEWAY_S;
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
        is_valid.then(|| NamedSession { session: claims.sub, issued_at: at(claims.iat), expires_at: at(claims.exp) })
    }

    /// Returns the refresh token that follows `before`, or a first one. The same one follows each time, so that two tabs that
    /// refresh at the same moment get the same answer, and only hashes have to be stored.
    pub(crate) fn refresh_after(&self, before: Option<&str>) -> String {
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

/// Returns the hash under which a refresh token is stored.
pub(crate) fn refresh_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests;
