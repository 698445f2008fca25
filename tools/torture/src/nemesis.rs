//! The faults of a cluster: each kind once, in an order that the seed determines, then again in another order until the time
//! is over. Two in a row may overlap, and sometimes a server fails while a service is down.

use std::time::Duration;

use rand::{Rng, rngs::StdRng, seq::SliceRandom};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    args::Plan,
    checker::HELD,
    history::{Part, What},
    plan::{AWAY_MS, BROKER_AWAY_MS, CALM_MS, DOWN_MS, HELD_MS, KILLS_UNTIL, LAST_CALM, LOOK, chance},
    recorder::Recorder,
    site::Site,
};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Kills a server and starts it again.
    KillServer,
    /// Ends a server (SIGTERM), which moves its clients away, and starts it again.
    EndServer,
    /// Stops a server for a while (SIGSTOP).
    HoldServer,
    /// Kills a Kafka broker, another one than the last: that one leads no partition yet.
    KillBroker,
    /// Kills PostgreSQL.
    KillPostgres,
    /// Kills Redis.
    KillRedis,
    /// Clears Redis.
    FlushRedis,
}

const FAULTS: [Fault; 7] = [
    Fault::KillServer,
    Fault::EndServer,
    Fault::HoldServer,
    Fault::KillBroker,
    Fault::KillPostgres,
    Fault::KillRedis,
    Fault::FlushRedis,
];

/// Minimum number of brokers with which the log survives the loss of one.
const QUORUM_BROKERS: u32 = 3;

/// Injects faults for the planned time, or longer until every kind was injected once.
///
/// # Errors
/// A sentence, if the run cannot continue: a service or a server does not start again.
pub async fn inject_faults(plan: &Plan, site: &mut Site, recorder: &Recorder, rng: &mut StdRng) -> Result<(), String> {
    let began = Instant::now();
    let length = Duration::from_secs(plan.seconds.into());
    let mut nemesis = Nemesis { site, recorder, rng, last_broker: 0 };
    let mut is_first = true;
    while is_first || began.elapsed() < length.mul_f64(KILLS_UNTIL) {
        let mut faults = FAULTS;
        faults.shuffle(nemesis.rng);
        for fault in faults {
            if !is_first && began.elapsed() >= length.mul_f64(KILLS_UNTIL) {
                break;
            }
            let calm = Duration::from_millis(nemesis.rng.random_range(CALM_MS));
            nemesis.watch_until(Instant::now() + calm).await?;
            nemesis.inject(fault).await?;
        }
        is_first = false;
    }
    nemesis.watch_until((began + length).max(Instant::now() + LAST_CALM)).await
}

struct Nemesis<'a> {
    site: &'a mut Site,
    recorder: &'a Recorder,
    rng: &'a mut StdRng,
    /// The broker that was killed last; 0 at first.
    last_broker: u32,
}

impl Nemesis<'_> {
    async fn inject(&mut self, fault: Fault) -> Result<(), String> {
        match fault {
            Fault::KillServer => self.kill_server().await,
            Fault::EndServer => self.end_server().await,
            Fault::HoldServer => self.hold_server().await,
            Fault::KillBroker => {
                let brokers = self.brokers()?;
                self.last_broker = other_than(self.last_broker, brokers, self.rng);
                self.kill_service(Part::Broker, self.last_broker, BROKER_AWAY_MS).await
            }
            Fault::KillPostgres => self.kill_service(Part::Postgres, 0, AWAY_MS).await,
            Fault::KillRedis => self.kill_service(Part::Redis, 0, AWAY_MS).await,
            Fault::FlushRedis => {
                self.fault(Part::Redis, 0, "FLUSHALL");
                self.stack()?.flush().await?;
                self.cleared(Part::Redis, 0);
                Ok(())
            }
        }
    }

    /// Kills a server, and starts it again.
    async fn kill_server(&mut self) -> Result<(), String> {
        let number = self.kill_server_for_now().await?;
        sleep(self.random(AWAY_MS)).await;
        if self.rng.random_bool(chance::KILLED_EARLY) {
            let early = self.random(0..DOWN_MS);
            let server = &mut self.site.servers[number as usize];
            server.spawn()?;
            sleep(early).await;
            server.kill().await?;
        }
        self.start_server(number).await
    }

    async fn end_server(&mut self) -> Result<(), String> {
        let number = self.any_server();
        self.fault(Part::Server, number, "SIGTERM");
        self.site.servers[number as usize].stop().await?;
        sleep(self.random(0..DOWN_MS)).await;
        self.start_server(number).await
    }

    async fn hold_server(&mut self) -> Result<(), String> {
        let number = self.any_server();
        self.fault(Part::Server, number, HELD);
        let held = self.random(HELD_MS);
        self.site.servers[number as usize].pause(held).await?;
        self.cleared(Part::Server, number);
        Ok(())
    }

    async fn kill_service(&mut self, part: Part, number: u32, away: std::ops::Range<u64>) -> Result<(), String> {
        self.fault(part, number, "SIGKILL");
        let away = self.random(away);
        let strikes_server = self.rng.random_bool(chance::AT_ONCE);
        self.stack()?.kill(part, number).await?;
        let back_at = Instant::now() + away;
        let mut dead = None;
        if strikes_server {
            sleep(self.random(0..DOWN_MS)).await;
            let is_gone = part == Part::Postgres || (part == Part::Broker && self.brokers()? < QUORUM_BROKERS);
            // No server starts without its database or log: it is started later.
            if is_gone {
                dead = Some(self.kill_server_for_now().await?);
            } else if self.rng.random_bool(0.5) {
                self.hold_server().await?;
            } else {
                self.kill_server().await?;
            }
        }
        self.watch_until(back_at).await?;
        self.stack()?.up(part).await?;
        self.cleared(part, number);
        if let Some(number) = dead {
            self.start_server(number).await?;
        }
        Ok(())
    }

    /// Kills a server, and returns its number.
    async fn kill_server_for_now(&mut self) -> Result<u32, String> {
        let number = self.any_server();
        self.fault(Part::Server, number, "SIGKILL");
        self.site.servers[number as usize].kill().await?;
        Ok(number)
    }

    async fn start_server(&mut self, number: u32) -> Result<(), String> {
        let server = &mut self.site.servers[number as usize];
        server.spawn()?;
        server.ready().await?;
        self.cleared(Part::Server, number);
        Ok(())
    }

    /// Waits, and checks that the servers are running.
    async fn watch_until(&mut self, end: Instant) -> Result<(), String> {
        while Instant::now() < end {
            sleep_until(end.min(Instant::now() + LOOK)).await;
            self.site.look_after().await?;
            if self.recorder.is_full() {
                return Err("the history is full".into());
            }
        }
        Ok(())
    }

    fn fault(&self, part: Part, number: u32, how: &str) {
        self.recorder.note(What::Fault { part, number, how: how.into() });
    }

    fn cleared(&self, part: Part, number: u32) {
        self.recorder.note(What::Cleared { part, number });
    }

    fn any_server(&mut self) -> u32 {
        self.rng.random_range(0..self.site.servers.len() as u32)
    }

    fn random(&mut self, millis: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.rng.random_range(millis))
    }

    fn brokers(&self) -> Result<u32, String> {
        Ok(self.stack()?.brokers())
    }

    fn stack(&self) -> Result<&crate::stack::Stack, String> {
        self.site.stack.as_ref().ok_or("the run has no cluster".into())
    }
}

/// Returns the number of a random broker, other than the last if there is another.
fn other_than(last: u32, brokers: u32, rng: &mut StdRng) -> u32 {
    let others: Vec<u32> = (1..=brokers).filter(|number| *number != last).collect();
    others.get(rng.random_range(0..others.len().max(1))).copied().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn never_kills_the_same_broker_twice_in_a_row() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut last = 0;
        for _ in 0..100 {
            let next = other_than(last, 3, &mut rng);
            assert!((1..=3).contains(&next) && next != last);
            last = next;
        }
        assert_eq!(other_than(1, 1, &mut rng), 1);
    }
}
