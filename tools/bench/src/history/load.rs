//! Clients that ask one source, each again as soon as it has its answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::sources::{Source, Sources};
use crate::{cpu, figures::percentile};

/// Between two channels that a client asks for: a prime, so that each client comes by all of them.
const STRIDE: usize = 31;

/// What it was like.
pub struct Load {
    /// How long half of the answers took at most.
    pub p50: Duration,
    /// How long 99 of a hundred took at most.
    pub p99: Duration,
    /// Answers in a second.
    pub rate: f64,
    /// Processor time of one answer in this process.
    pub cpu_here: Duration,
    /// And in the service's.
    pub cpu_there: Duration,
}

/// Lets `clients` ask for as long as `time`.
///
/// # Errors
/// A sentence: the source failed.
pub async fn load(sources: &Arc<Sources>, source: Source, clients: usize, time: Duration) -> Result<Load, String> {
    let (here, there, begun) = (cpu::ours(), sources.cpu(source)?, Instant::now());
    let mut asking = JoinSet::new();
    for client in 0..clients {
        asking.spawn(ask(sources.clone(), source, client, begun + time));
    }
    let mut waits = Vec::new();
    while let Some(asked) = asking.join_next().await {
        waits.extend(asked.map_err(|error| error.to_string())??);
    }
    let took = begun.elapsed();
    let (here, there) = (cpu::ours() - here, sources.cpu(source)?.saturating_sub(there));
    waits.sort_unstable();
    let count = u32::try_from(waits.len()).map_err(|_| "there were too many answers to count")?;
    Ok(Load {
        p50: percentile(&waits, 0.5),
        p99: percentile(&waits, 0.99),
        rate: f64::from(count) / took.as_secs_f64(),
        cpu_here: here / count.max(1),
        cpu_there: there / count.max(1),
    })
}

async fn ask(sources: Arc<Sources>, source: Source, client: usize, until: Instant) -> Result<Vec<Duration>, String> {
    let mut waits = Vec::new();
    let mut at = client * STRIDE;
    while Instant::now() < until {
        let (begun, sources) = (Instant::now(), sources.clone());
        // A task of its own, as each request to the server is: so whoever waits for a processor is seen to wait.
        let answer = tokio::spawn(async move { sources.answer(source, at).await });
        answer.await.map_err(|error| error.to_string())??;
        waits.push(begun.elapsed());
        at += STRIDE;
    }
    Ok(waits)
}
