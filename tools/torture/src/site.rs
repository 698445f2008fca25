//! Everything under test: one server with its own files, or several servers with shared services.

use std::{ffi::OsString, path::Path, time::Instant};

use rand::rngs::StdRng;
use tokio::time::sleep;

use crate::{
    archive::Archive,
    args::Plan,
    endpoints::Endpoints,
    plan::{LOOK, SETTLE_WAIT},
    recorder::Recorder,
    server::{Server, free_port},
    stack::Stack,
};

/// The servers and their services.
pub struct Site {
    /// The addresses of the servers and their services.
    pub endpoints: Endpoints,
    /// Indexed by number.
    pub servers: Vec<Server>,
    /// The services, if there are several servers. Declared after the servers, so that they are dropped after them.
    pub stack: Option<Stack>,
    archive: Archive,
}

impl Site {
    /// Starts everything, and waits until it is ready.
    ///
    /// # Errors
    /// A sentence, if something does not start.
    pub async fn start(plan: &Plan, data: &Path, recorder: &Recorder, rng: &mut StdRng) -> Result<Self, String> {
        let stack = if plan.stack { Some(Stack::start(plan, rng).await?) } else { None };
        let count = if plan.stack { plan.servers } else { 1 };
        let mut places = Vec::new();
        for letter in ('a'..='z').take(count as usize) {
            places.push((letter.to_string(), format!("127.0.0.1:{}", free_port(rng)?)));
        }
        let endpoints = Endpoints::new(places);
        let args = |name: &str| -> Vec<OsString> {
            stack.as_ref().map_or_else(|| vec!["--data".into(), data.into()], |stack| stack.server_args(name))
        };
        let server = |endpoint: &crate::endpoints::Endpoint| {
            Server::new(&plan.binary, args(&endpoint.name), endpoints.clone(), endpoint.number, recorder.clone())
        };
        let servers: Vec<Server> = endpoints.all().iter().map(server).collect();
        let archive = stack.as_ref().map_or_else(|| Archive::File(data.join("jimmy.db")), Stack::archive);
        let mut site = Self { endpoints, servers, stack, archive };
        site.start_servers().await?;
        Ok(site)
    }

    /// Starts all servers at the same time.
    ///
    /// # Errors
    /// A sentence, if one does not become ready.
    pub async fn start_servers(&mut self) -> Result<(), String> {
        for server in &mut self.servers {
            server.spawn()?;
        }
        for server in &mut self.servers {
            server.ready().await?;
        }
        Ok(())
    }

    /// Ends all servers in order, one after another.
    ///
    /// # Errors
    /// A sentence, if one does not exit.
    pub async fn stop_servers(&mut self) -> Result<(), String> {
        for server in &mut self.servers {
            server.stop().await?;
        }
        Ok(())
    }

    /// Checks that the servers are running. If there are several, one that exited by itself is restarted, as an operator's
    /// supervisor would; the exit is recorded.
    ///
    /// # Errors
    /// A sentence, if the run cannot continue.
    pub async fn look_after(&mut self) -> Result<(), String> {
        let is_cluster = self.stack.is_some();
        for server in &mut self.servers {
            match server.ended() {
                Some(_) if is_cluster => {
                    server.spawn()?;
                    server.ready().await?;
                }
                Some(status) => return Err(format!("the server exited with {status}")),
                None => {}
            }
        }
        Ok(())
    }

    /// Waits until every server reports that everything it has read is in the database.
    ///
    /// # Errors
    /// The report of a server that does not within the timeout.
    pub async fn settle(&mut self) -> Result<(), String> {
        let began = Instant::now();
        for number in 0..self.servers.len() as u32 {
            loop {
                let said = self.endpoints.at(number).calls.readiness().await.unwrap_or_default();
                if is_settled(&said) {
                    break;
                }
                if began.elapsed() > SETTLE_WAIT {
                    return Err(format!("server {number} still reports at rest: {said:?}"));
                }
                sleep(LOOK).await;
                self.look_after().await?;
            }
        }
        Ok(())
    }

    /// Returns the database.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }
}

/// Returns whether every partition in a readiness report has an empty backlog.
fn is_settled(said: &str) -> bool {
    let mut partitions = said.lines().filter(|line| line.starts_with("partition ")).peekable();
    partitions.peek().is_some() && partitions.all(|line| line.ends_with("; 0 of it not in the database"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_when_every_backlog_is_empty() {
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
