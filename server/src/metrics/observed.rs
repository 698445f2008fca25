//! What stands somewhere, and is looked at when it is asked for.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

use super::process::{Process, open_files_limit};
use crate::{delivery::Lane, state::AppState};

/// Looks at the server.
pub(super) struct Observed(pub(super) AppState);

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observed")
    }
}

impl Collector for Observed {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let state = &self.0;
        let encoder = &mut encoder;
        let lanes = state.delivery.lanes.all();
        let waiting: usize = lanes.iter().map(|lane| lane.waiting.count()).sum();
        gauge(encoder, "jimmy_sockets_open", "Open sockets", state.hub.open_sockets())?;
        gauge(encoder, "jimmy_appends_waiting", "Changes that wait for their verdict", waiting as u64)?;
        let hashes = state.passwords.waiting() as u64;
        gauge(encoder, "jimmy_password_hashes_waiting", "Password hashes under way or waiting", hashes)?;
        let ring = "Bytes of the newest events, held in memory";
        measure(encoder, "jimmy_ring", ring, &Unit::Bytes, state.hub.ring_bytes() as u64)?;
        let answers = u64::from(state.delivery.silence.lasts().is_none());
        gauge(encoder, "jimmy_log_answers", "0 while the log does not answer this server", answers)?;
        let full = u64::from(state.delivery.lanes.are_full());
        gauge(encoder, "jimmy_backlog_full", "1 while too much waits for the archive", full)?;
        let draining = u64::from(state.draining.is_cancelled());
        gauge(encoder, "jimmy_draining", "1 once the server takes in nobody any more", draining)?;
        partitions(encoder, &lanes)?;
        process(encoder)
    }
}

/// One value for each partition of the log.
fn partitions(encoder: &mut DescriptorEncoder<'_>, lanes: &[std::sync::Arc<Lane>]) -> fmt::Result {
    type Value = fn(&Lane) -> u64;
    let each: [(&str, &str, Option<&Unit>, Value); 7] = [
        ("jimmy_partition_ready", "1 while what is known here is what the log holds", None, |lane| {
            u64::from(lane.is_ready())
        }),
        ("jimmy_partition_next_offset", "Where the log is read next", None, |lane| lane.sequencer().next()),
        ("jimmy_hub_lag_records", "Records of the log that are not read yet, by their offsets", None, Lane::unread),
        ("jimmy_projector_lag_records", "Records read that are not in the archive, by their offsets", None, |lane| {
            lane.sequencer().next().saturating_sub(lane.projected())
        }),
        ("jimmy_projector_lag", "What is held in memory until it is in the archive", Some(&Unit::Bytes), |lane| {
            lane.backlog_bytes() as u64
        }),
        ("jimmy_projector_stalled", "1 while the archive cannot be written", None, |lane| u64::from(lane.is_stalled())),
        ("jimmy_lease_held", "1 while this server is the one that writes the partition", None, |lane| {
            u64::from(lane.is_leased())
        }),
    ];
    for (name, help, unit, value) in each {
        let mut family = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        for lane in lanes {
            let labels = [("partition", lane.partition.to_string())];
            ConstGauge::new(value(lane)).encode(family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn process(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let Some(process) = Process::read() else { return Ok(()) };
    let cpu = "Processor time that was used";
    let cpu = encoder.encode_descriptor("process_cpu", cpu, Some(&Unit::Seconds), MetricType::Counter)?;
    ConstCounter::new(process.cpu_seconds).encode(cpu)?;
    let started = "When the process started, in seconds since 1970";
    let started = encoder.encode_descriptor("process_start_time", started, Some(&Unit::Seconds), MetricType::Gauge)?;
    ConstGauge::new(process.started).encode(started)?;
    measure(encoder, "process_resident_memory", "Memory in use", &Unit::Bytes, process.resident_bytes)?;
    gauge(encoder, "process_open_fds", "Open files and sockets", process.open_files)?;
    let limit = open_files_limit().unwrap_or(u64::MAX);
    gauge(encoder, "process_max_fds", "Files and sockets that may be open", limit)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn measure(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, unit: &Unit, value: u64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, Some(unit), MetricType::Gauge)?)
}
