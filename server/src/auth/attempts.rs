//! Limits on attempts: failed log-ins by name and by address, and sign-ups by address. They are kept in memory, so that they
//! need no other service; their number is bounded, and they are forgotten after a day without another attempt.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use domain::error::ErrorCode;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::HashMapStateStore,
};
use moka::{ops::compute::Op, sync::Cache};

use crate::error::Refused;

/// Failures in a row for one name before the next attempt has to wait.
const FREE_PER_NAME: u32 = 10;
/// Failures from one address before the next attempt has to wait. Many users may share it.
const FREE_PER_ADDRESS: u32 = 50;
/// Failures in a row after which a name is locked until its password is reset or a day has passed (NIST SP 800-63B allows
/// no more than 100).
const FAILURES_MAX: u32 = 100;
/// Longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// How long failures are remembered after the last one.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Names, and addresses, whose failures are remembered.
const REMEMBERED_MAX: u64 = 100_000;
/// Sign-ups from one address in an hour, all of which may come at once, as from an office on its first day.
const SIGN_UPS_PER_HOUR: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Failed attempts, and when the next one is allowed.
#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    next: Instant,
}

/// What a log-in is counted under: a name with a digest of its present password hash, so that a reset password starts at 0.
pub(crate) type Target = (String, [u8; 32]);

/// Counts failed log-ins and sign-ups, and refuses attempts above the limits.
pub struct Attempts {
    names: Cache<Target, Failures>,
    addresses: Cache<IpAddr, Failures>,
    sign_ups: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    limited: bool,
}

impl Attempts {
    /// Returns counters at 0. Unless `limited`, every attempt is allowed.
    pub fn new(limited: bool) -> Self {
        fn kept<K: std::hash::Hash + Eq + Send + Sync + 'static>() -> Cache<K, Failures> {
            Cache::builder().max_capacity(REMEMBERED_MAX).time_to_idle(REMEMBERED).build()
        }
        let sign_ups = RateLimiter::hashmap(Quota::per_hour(SIGN_UPS_PER_HOUR));
        Self { names: kept(), addresses: kept(), sign_ups, limited }
    }

    /// Takes one attempt at a log-in. It counts as a failure until [`Attempts::succeeded`], so that parallel attempts are
    /// limited, too, and so are those whose client does not wait for the answer.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the seconds to wait.
    pub(crate) fn log_in(&self, target: &Target, address: IpAddr) -> Result<(), Refused> {
        if !self.limited {
            return Ok(());
        }
        take(&self.addresses, address, FREE_PER_ADDRESS, u32::MAX)?;
        let taken = take(&self.names, target.clone(), FREE_PER_NAME, FAILURES_MAX);
        if taken.is_err() {
            // No password was compared: the address has not failed.
            give_back(&self.addresses, address);
        }
        taken
    }

    /// Records that the password was right.
    pub(crate) fn succeeded(&self, target: &Target, address: IpAddr) {
        self.names.invalidate(target);
        give_back(&self.addresses, address);
    }

    /// Records that this server could not compare the password: the attempt does not count.
    pub(crate) fn not_compared(&self, target: &Target, address: IpAddr) {
        give_back(&self.names, target.clone());
        give_back(&self.addresses, address);
    }

    /// Takes one sign-up.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the seconds to wait.
    pub(crate) fn sign_up(&self, address: IpAddr) -> Result<(), Refused> {
        if !self.limited {
            return Ok(());
        }
        if self.sign_ups.len() > REMEMBERED_MAX as usize {
            self.sign_ups.retain_recent();
        }
        self.sign_ups.check_key(&address).map_err(|early| wait(early.wait_time_from(DefaultClock::default().now())))
    }
}

fn take<K>(kept: &Cache<K, Failures>, key: K, free: u32, most: u32) -> Result<(), Refused>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
{
    let now = Instant::now();
    let mut early = None;
    kept.entry(key).and_compute_with(|entry| {
        let before = entry.map(moka::Entry::into_value).unwrap_or(Failures { count: 0, next: now });
        if before.next > now {
            early = Some(before.next - now);
            return Op::Nop;
        }
        let count = before.count + 1;
        let pause = match count {
            _ if count >= most => REMEMBERED,
            _ if count >= free => Duration::from_secs(1 << (count - free).min(16)).min(WAIT_MAX),
            _ => Duration::ZERO,
        };
        Op::Put(Failures { count, next: now + pause })
    });
    early.map_or(Ok(()), |early| Err(wait(early)))
}

fn give_back<K>(kept: &Cache<K, Failures>, key: K)
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
{
    kept.entry(key).and_compute_with(|entry| match entry.map(moka::Entry::into_value) {
        Some(Failures { count, .. }) if count > 1 => Op::Put(Failures { count: count - 1, next: Instant::now() }),
        Some(_) => Op::Remove,
        None => Op::Nop,
    });
}

fn wait(time: Duration) -> Refused {
    Refused { code: ErrorCode::RateLimited, retry_after_s: Some(time.as_secs() as u32 + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn target(name: &str) -> Target {
        (name.into(), [0; 32])
    }

    #[test]
    fn limits_a_name_until_success_or_password_reset() {
        let attempts = Attempts::new(true);
        let ann = target("ann");
        (0..FREE_PER_NAME).for_each(|_| attempts.log_in(&ann, HERE).expect("free"));
        let refused = attempts.log_in(&ann, HERE).expect_err("has to wait");
        assert_eq!((refused.code, refused.retry_after_s), (ErrorCode::RateLimited, Some(1)));
        attempts.log_in(&target("bob"), HERE).expect("another name");
        attempts.log_in(&("ann".into(), [1; 32]), HERE).expect("a new password");
        attempts.succeeded(&ann, HERE);
        attempts.log_in(&ann, HERE).expect("starts at 0");
    }

    #[test]
    fn attempts_of_a_busy_server_do_not_count() {
        let attempts = Attempts::new(true);
        let ann = target("ann");
        (1..FREE_PER_NAME).for_each(|_| attempts.log_in(&ann, HERE).expect("free"));
        for _ in 0..10 * FREE_PER_ADDRESS {
            attempts.log_in(&ann, HERE).expect("a busy server is no failure");
            attempts.not_compared(&ann, HERE);
        }
        attempts.log_in(&ann, HERE).expect("the last free one");
        assert!(attempts.log_in(&ann, HERE).is_err(), "failures count on");
    }

    #[test]
    fn limits_an_address_that_tries_many_names() {
        let attempts = Attempts::new(true);
        let names = (0..FREE_PER_ADDRESS).map(|number| target(&number.to_string()));
        names.for_each(|name| attempts.log_in(&name, HERE).expect("free"));
        assert!(attempts.log_in(&target("one more"), HERE).is_err());
        attempts.log_in(&target("one more"), IpAddr::from([127, 0, 0, 2])).expect("another address");
    }

    #[test]
    fn a05_hundred_failures_lock_an_account_for_a_day() {
        let kept = Cache::builder().max_capacity(1).build();
        let fail = || take(&kept, "ann", u32::MAX, FAILURES_MAX);
        (0..FAILURES_MAX).for_each(|_| fail().expect("without the growing waits"));
        let wait = fail().expect_err("has to wait").retry_after_s.expect("seconds");
        assert!(wait > 23 * 60 * 60, "{wait}");
    }

    #[test]
    fn limits_sign_ups_per_address_unless_lifted() {
        let attempts = Attempts::new(true);
        (0..SIGN_UPS_PER_HOUR.get()).for_each(|_| attempts.sign_up(HERE).expect("free"));
        assert!(attempts.sign_up(HERE).expect_err("too many").retry_after_s.is_some_and(|wait| wait > 30));
        let lifted = Attempts::new(false);
        (0..1_000).for_each(|_| lifted.sign_up(HERE).and(lifted.log_in(&target("ann"), HERE)).expect("lifted"));
    }
}
