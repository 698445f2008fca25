//! How often somebody may try: log-ins that fail, by name and by address, and sign-ups by address. Kept in memory, so it
//! works without any other service; bounded, and forgotten after a day without another try.

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

use crate::Refused;

/// Failures in a row for one name before the next try has to wait.
const FREE_FOR_A_NAME: u32 = 10;
/// Failures from one address before the next try has to wait: many people may share it.
const FREE_FOR_AN_ADDRESS: u32 = 50;
/// Failures in a row after which a name's password is not looked at any more until it is reset, or a day has passed
/// (NIST SP 800-63B allows no more than 100).
const FAILURES_MAX: u32 = 100;
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// How long failures are remembered after the last one.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Names and addresses whose failures are remembered.
const KEPT: u64 = 100_000;
/// Sign-ups of one address in an hour, and at once: an office on its first morning.
const SIGN_UPS_PER_HOUR: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Failed tries, and when the next may come.
#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    next: Instant,
}

/// What a log-in is tried for: a name with the password it has now, so that a reset password starts anew.
pub type Target = (String, [u8; 32]);

/// Who has tried what how often.
pub struct Attempts {
    names: Cache<Target, Failures>,
    addresses: Cache<IpAddr, Failures>,
    sign_ups: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    limited: bool,
}

impl Attempts {
    /// Nobody has tried anything; unless `limited`, everybody may try as often as they like.
    pub fn new(limited: bool) -> Self {
        fn kept<K: std::hash::Hash + Eq + Send + Sync + 'static>() -> Cache<K, Failures> {
            Cache::builder().max_capacity(KEPT).time_to_idle(REMEMBERED).build()
        }
        let sign_ups = RateLimiter::hashmap(Quota::per_hour(SIGN_UPS_PER_HOUR));
        Self { names: kept(), addresses: kept(), sign_ups, limited }
    }

    /// Takes a try at a log-in. It counts as a failure until [`Attempts::succeeded`], so that many at once are no way
    /// round.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the seconds to wait.
    pub fn log_in(&self, target: &Target, address: IpAddr) -> Result<(), Refused> {
        if !self.limited {
            return Ok(());
        }
        take(&self.addresses, address, FREE_FOR_AN_ADDRESS, u32::MAX)?;
        let taken = take(&self.names, target.clone(), FREE_FOR_A_NAME, FAILURES_MAX);
        if taken.is_err() {
            // Nothing was tried: the address has not failed once more.
            give_back(&self.addresses, address);
        }
        taken
    }

    /// The password was right.
    pub fn succeeded(&self, target: &Target, address: IpAddr) {
        self.names.invalidate(target);
        give_back(&self.addresses, address);
    }

    /// Takes one sign-up.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the seconds to wait.
    pub fn sign_up(&self, address: IpAddr) -> Result<(), Refused> {
        if !self.limited {
            return Ok(());
        }
        if self.sign_ups.len() > KEPT as usize {
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

fn give_back(kept: &Cache<IpAddr, Failures>, address: IpAddr) {
    kept.entry(address).and_compute_with(|entry| match entry.map(moka::Entry::into_value) {
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
    fn after_ten_failures_a_name_waits_and_a_success_or_a_new_password_begins_anew() {
        let attempts = Attempts::new(true);
        let ann = target("ann");
        (0..FREE_FOR_A_NAME).for_each(|_| attempts.log_in(&ann, HERE).expect("free"));
        let refused = attempts.log_in(&ann, HERE).expect_err("has to wait");
        assert_eq!((refused.code, refused.retry_after_s), (ErrorCode::RateLimited, Some(1)));
        attempts.log_in(&target("bob"), HERE).expect("another name");
        attempts.log_in(&("ann".into(), [1; 32]), HERE).expect("a new password");
        attempts.succeeded(&ann, HERE);
        attempts.log_in(&ann, HERE).expect("begins anew");
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let attempts = Attempts::new(true);
        let names = (0..FREE_FOR_AN_ADDRESS).map(|number| target(&number.to_string()));
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
    fn sign_ups_of_an_address_are_counted_and_all_of_it_can_be_lifted() {
        let attempts = Attempts::new(true);
        (0..SIGN_UPS_PER_HOUR.get()).for_each(|_| attempts.sign_up(HERE).expect("free"));
        assert!(attempts.sign_up(HERE).expect_err("too many").retry_after_s.is_some_and(|wait| wait > 30));
        let lifted = Attempts::new(false);
        (0..1_000).for_each(|_| lifted.sign_up(HERE).and(lifted.log_in(&target("ann"), HERE)).expect("lifted"));
    }
}
