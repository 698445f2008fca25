//! All that is under test: one server on its own files, or several on services that they share.

use std::{ffi::OsString, path::Path, time::Instant};

use rand::rngs::StdRng;
use tokio::time::sleep;

use crate::{
    archive::Archive,
    args::Plan,
    gates::Gates,
    plan::{LOOK, SETTLE_WAIT},
    recorder::Recorder,
    server::{Server, free_port},
    stack::Stack,
};

/// The servers, and what they stand on.
pub struct Site {
    /// Where they are reached.
    pub gates: Gates,
    /// By number.
    pub servers: Vec<Server>,
    /// The services, if there are several servers. After the servers: it ends after them.
    pub stack: Option<Stack>,
    archive: Archive,
}

impl Site {
    /// Starts everything, and waits until it serves.
    ///
    /// # Errors
    /// A sentence.
    pub async fn start(plan: &Plan, data: &Path, recorder: &Recorder, rng: &mut StdRng) -> Result<Self, String> {
        let stack = if plan.stack { Some(Stack::start(plan, rng).await?) } else { None };
        let count = if plan.stack { plan.servers } else { 1 };
        let mut places = Vec::new();
        for letter in ('a'..='z').take(count as usize) {
            places.push((letter.to_string(), format!("127.0.0.1:{}", free_port(rng)?)));
        }
        let gates = Gates::new(places);
        let args = |name: &str| -> Vec<OsString> {
            stack.as_ref().map_or_else(|| vec!["--data".into(), data.into()], |stack| stack.server_args(name))
        };
        let server = |gate: &crate::gates::Gate| {
            Server::new(&plan.binary, args(&gate.name), gates.clone(), gate.number, recorder.clone())
        };
        let servers: Vec<Server> = gates.all().iter().map(server).collect();
        let archive = stack.as_ref().map_or_else(|| Archive::File(data.join("jimmy.db")), Stack::archive);
        let mut site = Self { gates, servers, stack, archive };
        site.start_servers().await?;
        Ok(site)
    }

    /// Starts all servers at the same moment.
    ///
    /// # Errors
    /// A sentence, when one does not serve.
    pub async fn start_servers(&mut self) -> Result<(), String> {
        for server in &mut self.servers {
            server.spawn()?;
        }
        for server in &mut self.servers {
            server.ready().await?;
        }
        Ok(())
    }

    /// Ends all servers in an orderly way, one after another.
    ///
    /// # Errors
    /// A sentence, when one does not end.
    pub async fn stop_servers(&mut self) -> Result<(), String> {
        for server in &mut self.servers {
            server.stop().await?;
        }
        Ok(())
    }

    /// Looks whether the servers still run. Of several, one that has ended by itself is started again, as an operator's
    /// supervisor would; that it ended is written down.
    ///
    /// # Errors
    /// A sentence, when the run cannot go on.
    pub async fn look_after(&mut self) -> Result<(), String> {
        let is_cluster = self.stack.is_some();
        for server in &mut self.servers {
            match server.ended() {
                Some(_) if is_cluster => {
                    server.spawn()?;
                    server.ready().await?;
                }
                Some(status) => return Err(format!("the server ended with {status}")),
                None => {}
            }
        }
        Ok(())
    }

    /// Waits until every server says that all it has read is in the database.
    ///
    /// # Errors
    /// What one says instead, for too long.
    pub async fn settle(&mut self) -> Result<(), String> {
        let began = Instant::now();
        for number in 0..self.servers.len() as u32 {
            loop {
                let said = self.gates.at(number).calls.readiness().await.unwrap_or_default();
                if is_settled(&said) {
                    break;
                }
                if began.elapsed() > SETTLE_WAIT {
                    return Err(format!("when all was at rest server {number} went on saying: {said:?}"));
                }
                sleep(LOOK).await;
                self.look_after().await?;
            }
        }
        Ok(())
    }

    /// The database.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }
}

/// Whether each partition's line says that nothing waits.
fn is_settled(said: &str) -> bool {
    let mut partitions = said.lines().filter(|line| line.starts_with("partition ")).peekable();
    partitions.peek().is_some() && partitions.all(|line| line.ends_with("; 0 of it not in the database"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_written_when_every_partition_says_so() {
        let settled = "ok\npartition 0: read up to 7; 0 of it not in the database\n";
        assert!(is_settled(settled));
        assert!(!is_settled(""), "nobody answers");
        assert!(!is_settled("ok\n"), "no partition is named");
        assert!(!is_settled(&format!("{settled}partition 1: read up to 20; 10 of it not in the database\n")));
        assert!(!is_settled(&format!(
            "{settled}partition 1: read up to 20; 0 of it not in the database, which cannot be written now\n"
        )));
    }
}
