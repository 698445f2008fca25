//! Clients of one source, each of which sends its next request as soon as it has an answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::sources::{Source, Sources};
use crate::{cpu, figures::percentile};

/// Step between two channels of a client: a prime, so that each client visits all channels.
const STRIDE: usize = 31;

/// The results of one measurement.
pub struct Load {
    /// Median latency of one read.
    pub p50: Duration,
    /// 99th percentile of the latency.
    pub p99: Duration,
    /// Answers per second.
    pub rate: f64,
    /// Processor time per answer in this process.
    pub cpu_here: Duration,
    /// Processor time per answer in the service.
    pub cpu_there: Duration,
}

/// Lets `clients` clients ask for `time`.
///
/// # Errors
/// A sentence, if the source failed.
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
    let count = u32::try_from(waits.len()).map_err(|_| "too many answers to count")?;
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
        // A task of its own, like each request in the server, so that waiting for a processor is part of the latency.
        let answer = tokio::spawn(async move { sources.answer(source, at).await });
        answer.await.map_err(|error| error.to_string())??;
        waits.push(begun.elapsed());
        at += STRIDE;
    }
    Ok(waits)
}
