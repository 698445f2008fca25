//! What befalls a cluster: each kind of fault once, in an order that the seed gives, then all of them again in another order,
//! for as long as there is time. Two in a row may be so close that the first is still felt, and now and then a server is struck
//! while a service is away.

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

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// A server is killed and started again.
    KillServer,
    /// A server is told to end, hands its people over, and is started again.
    EndServer,
    /// A server is held, and goes on.
    HoldServer,
    /// One of Kafka's brokers is killed: with a dozen partitions each leads some, but for the one that came back last.
    KillBroker,
    /// The database is killed.
    KillPostgres,
    /// The cache is killed.
    KillRedis,
    /// The cache forgets everything.
    FlushRedis,
}

const BLOWS: [Blow; 7] = [
    Blow::KillServer,
    Blow::EndServer,
    Blow::HoldServer,
    Blow::KillBroker,
    Blow::KillPostgres,
    Blow::KillRedis,
    Blow::FlushRedis,
];

/// With fewer brokers the log is away while one of them is.
const QUORUM_BROKERS: u32 = 3;

/// Torments a cluster for the time that the plan says, longer if not every kind has had its turn by then.
///
/// # Errors
/// A sentence, when the run cannot go on: a service, or a server, does not start again.
pub async fn torment(plan: &Plan, site: &mut Site, recorder: &Recorder, rng: &mut StdRng) -> Result<(), String> {
    let began = Instant::now();
    let length = Duration::from_secs(plan.seconds.into());
    let mut nemesis = Nemesis { site, recorder, rng, last_broker: 0 };
    let mut is_first = true;
    while is_first || began.elapsed() < length.mul_f64(KILLS_UNTIL) {
        let mut blows = BLOWS;
        blows.shuffle(nemesis.rng);
        for blow in blows {
            if !is_first && began.elapsed() >= length.mul_f64(KILLS_UNTIL) {
                break;
            }
            let calm = Duration::from_millis(nemesis.rng.random_range(CALM_MS));
            nemesis.watch_until(Instant::now() + calm).await?;
            nemesis.strike(blow).await?;
        }
        is_first = false;
    }
    nemesis.watch_until((began + length).max(Instant::now() + LAST_CALM)).await
}

struct Nemesis<'a> {
    site: &'a mut Site,
    recorder: &'a Recorder,
    rng: &'a mut StdRng,
    /// The broker that was killed last; 0 before the first.
    last_broker: u32,
}

impl Nemesis<'_> {
    async fn strike(&mut self, blow: Blow) -> Result<(), String> {
        match blow {
            Blow::KillServer => self.kill_server().await,
            Blow::EndServer => self.end_server().await,
            Blow::HoldServer => self.hold_server().await,
            Blow::KillBroker => {
                let brokers = self.brokers()?;
                self.last_broker = other_than(self.last_broker, brokers, self.rng);
                self.kill_service(Part::Broker, self.last_broker, BROKER_AWAY_MS).await
            }
            Blow::KillPostgres => self.kill_service(Part::Postgres, 0, AWAY_MS).await,
            Blow::KillRedis => self.kill_service(Part::Redis, 0, AWAY_MS).await,
            Blow::FlushRedis => {
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
            // Without its database, or its log, no server starts: that waits.
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

    /// Kills a server; which one.
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

    /// Lets things happen, and looks whether the servers still run.
    async fn watch_until(&mut self, end: Instant) -> Result<(), String> {
        while Instant::now() < end {
            sleep_until(end.min(Instant::now() + LOOK)).await;
            self.site.look_after().await?;
            if self.recorder.is_full() {
                return Err("more happens than can be written down".into());
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
        self.site.stack.as_ref().ok_or("there is no cluster".into())
    }
}

/// A broker's number, another one than the last if there is another: that one leads nothing yet.
fn other_than(last: u32, brokers: u32, rng: &mut StdRng) -> u32 {
    let others: Vec<u32> = (1..=brokers).filter(|number| *number != last).collect();
    others.get(rng.random_range(0..others.len().max(1))).copied().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn no_broker_is_killed_twice_in_a_row_unless_it_is_alone() {
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
