//! Passwords: argon2id behind a gate, so that many log-ins at once take bounded memory and leave processor cores to the chat.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{Output, ParamsString, Salt, SaltString, rand_core::OsRng},
};
use domain::{
    error::ErrorCode,
    limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
};
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Memory of one hash, in KiB. With [`PASSES`] and [`LANES`] OWASP's minimum for argon2id.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes computed at a time: one for each core of a small machine, 38 MiB in total.
const AT_A_TIME: usize = 2;
/// Hashes that wait for a turn; one more is refused at once.
const WAITING_MAX: usize = 128;
/// Longest password that is hashed, in bytes: four for each allowed character.
pub const PASSWORD_BYTES_MAX: usize = 4 * PASSWORD_CHARS_MAX;
/// Longest wait for a turn.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// Hashes passwords, a few at a time.
#[derive(Clone)]
pub struct PasswordGate {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    stand_in: Arc<str>,
    memory: Memory,
}

/// Memory of finished hashes, reused by later ones. The allocator would keep one block of this size for each thread that
/// ever hashed.
type Memory = Arc<Mutex<Vec<Vec<Block>>>>;

impl Default for PasswordGate {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            queue: Arc::new(Semaphore::new(WAITING_MAX + AT_A_TIME)),
            stand_in: hash("no account has this password", &mut Vec::new()).unwrap_or_default().into(),
            memory: Memory::default(),
        }
    }
}

impl PasswordGate {
    /// Returns the hash of a password as a PHC string.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] when too many hashes wait.
    pub async fn hash(&self, password: &str) -> Result<String, ErrorCode> {
        let password = normal(password);
        self.turn(move |memory| hash(&password, memory)).await?.ok_or(ErrorCode::Internal)
    }

    /// Returns whether a password matches a hash. Without a hash the answer is no and takes as long, so that the time does not
    /// reveal whether an account exists.
    ///
    /// # Errors
    /// [`ErrorCode::TryAgain`] when too many hashes wait.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, ErrorCode> {
        let known = hash.is_some();
        let hash: Arc<str> = hash.map_or_else(|| self.stand_in.clone(), Arc::from);
        let password = normal(password);
        let right = self.turn(move |memory| is_right(&password, &hash, memory).unwrap_or(false));
        Ok(right.await? && known)
    }

    /// Returns how many hashes are being computed or wait.
    pub fn waiting(&self) -> usize {
        WAITING_MAX + AT_A_TIME - self.queue.available_permits()
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, ErrorCode> {
        let _place = self.queue.try_acquire().map_err(|_| ErrorCode::TryAgain)?;
        let turn = tokio::time::timeout(TURN_WAIT, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| ErrorCode::TryAgain)?.map_err(|_| ErrorCode::Internal)?;
        let kept = self.memory.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut memory = kept.lock().pop().unwrap_or_default();
            let done = work(&mut memory);
            kept.lock().push(memory);
            done
        });
        done.await.map_err(|_| ErrorCode::Internal)
    }
}

/// Returns whether a stored hash is weaker than new ones. It is replaced at the next log-in.
pub fn is_outdated(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return true };
    let Ok(params) = Params::try_from(&parsed) else { return true };
    parsed.algorithm != argon2::ARGON2ID_IDENT || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
}

/// Refuses a password that is too short, too long, too common or the account's name. There are no rules on its characters.
///
/// # Errors
/// [`ErrorCode::WeakPassword`].
pub fn check(password: &str, account_name: &str) -> Result<(), ErrorCode> {
    // Checked first: NFKC makes up to 18 characters of one.
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(ErrorCode::WeakPassword);
    }
    let password = normal(password);
    let chars = password.chars().count();
    let lower = password.to_lowercase();
    let name = account_name.to_lowercase();
    let monotone = password.chars().collect::<HashSet<_>>().len() < 3;
    let is_name = !name.is_empty() && lower.replace(&name, "").chars().count() < 3;
    let common = COMMON.contains(lower.as_str())
        || COMMON.contains(lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!'));
    let fits = (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars);
    if fits && !monotone && !is_name && !common { Ok(()) } else { Err(ErrorCode::WeakPassword) }
}

/// Common passwords of more than seven characters, in lower case.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty()).collect());

/// Returns a password in NFKC: the same from every keyboard, with full-width letters or composed accents.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// Returns a PHC string with a new salt.
fn hash(password: &str, memory: &mut Vec<Block>) -> Option<String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    let salt = SaltString::generate(&mut OsRng);
    let output = derive(password, salt.as_salt(), Algorithm::Argon2id, Version::V0x13, &params, memory)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Some(phc.to_string())
}

/// Returns whether a password matches a PHC string, compared in constant time; `None` for a malformed string.
fn is_right(password: &str, hash: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let phc = PasswordHash::new(hash).ok()?;
    let algorithm = Algorithm::try_from(phc.algorithm).ok()?;
    let version = Version::try_from(phc.version?).ok()?;
    let params = Params::try_from(&phc).ok()?;
    Some(derive(password, phc.salt?, algorithm, version, &params, memory)? == phc.hash?)
}

fn derive(
    password: &str,
    salt: Salt<'_>,
    algorithm: Algorithm,
    version: Version,
    params: &Params,
    memory: &mut Vec<Block>,
) -> Option<Output> {
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes).ok()?;
    memory.resize(params.block_count(), Block::default());
    let argon2 = Argon2::new(algorithm, version, params.clone());
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..length)?;
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, memory).ok()?;
    Output::new(output).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_common_short_and_own_name_passwords() {
        for weak in [
            "short",
            "password",
            "Password1",
            "password123",
            "12345678",
            "qwertyuiop",
            "aaaaaaaaaa",
            "abababab",
            "annabelle",
            "jimmychat",
            "iloveyou1",
            &"x1y".repeat(43),
        ] {
            assert_eq!(check(weak, "annabelle"), Err(ErrorCode::WeakPassword), "{weak}");
        }
        for good in ["correct horse", "一個很長的句子喔喔", "tr0ub4dor&3", "😀 my cat is blue"] {
            assert_eq!(check(good, "annabelle"), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn hashes_with_owasps_argon2id() {
        let gate = PasswordGate::default();
        let hash = gate.hash("ｃorrect horse").await.expect("a turn");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(gate.verify("correct horse", Some(&hash)).await, Ok(true), "full width is the same key");
        assert_eq!(gate.verify("Correct horse", Some(&hash)).await, Ok(false));
        assert_eq!(gate.verify("no account has this password", None).await, Ok(false));
        assert!(!is_outdated(&hash));
        assert!(is_outdated("$argon2id$v=19$m=4096,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"));
    }
}
