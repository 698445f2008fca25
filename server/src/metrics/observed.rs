//! Values that are read when the metrics are requested. A function is registered for each.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

use super::process::{Process, open_files_limit};

/// Name, help and unit of a metric.
pub type Description = (&'static str, &'static str, Option<Unit>);

type Read<T> = Box<dyn Fn() -> T + Send + Sync>;

/// A value for each partition, by its number.
type PartitionValues = Vec<(u32, u64)>;

/// Gauges that are read when the metrics are requested.
#[derive(Default)]
pub struct Observed {
    gauges: Vec<(Description, Read<u64>)>,
    per_partition: Vec<(Description, Read<PartitionValues>)>,
}

impl Observed {
    /// Registers a gauge.
    pub fn gauge(&mut self, description: Description, read: impl Fn() -> u64 + Send + Sync + 'static) {
        self.gauges.push((description, Box::new(read)));
    }

    /// Registers a gauge with a value for each partition of the log.
    pub fn per_partition(
        &mut self,
        description: Description,
        read: impl Fn() -> PartitionValues + Send + Sync + 'static,
    ) {
        self.per_partition.push((description, Box::new(read)));
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observed")
    }
}

impl Collector for Observed {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        for ((name, help, unit), read) in &self.gauges {
            gauge(encoder, name, help, unit.as_ref(), read())?;
        }
        for ((name, help, unit), read) in &self.per_partition {
            let mut family = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for (partition, value) in read() {
                let labels = [("partition", partition.to_string())];
                ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        process(encoder)
    }
}

fn process(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let Some(process) = Process::read() else { return Ok(()) };
    let cpu = "Processor time that was used";
    let cpu = encoder.encode_descriptor("process_cpu", cpu, Some(&Unit::Seconds), MetricType::Counter)?;
    ConstCounter::new(process.cpu_seconds).encode(cpu)?;
    let started = "When the process started, in seconds since 1970";
    let started = encoder.encode_descriptor("process_start_time", started, Some(&Unit::Seconds), MetricType::Gauge)?;
    ConstGauge::new(process.started).encode(started)?;
    gauge(encoder, "process_resident_memory", "Memory in use", Some(&Unit::Bytes), process.resident_bytes)?;
    gauge(encoder, "process_open_fds", "Open files and sockets", None, process.open_files)?;
    let limit = open_files_limit().unwrap_or(u64::MAX);
    gauge(encoder, "process_max_fds", "Files and sockets that may be open", None, limit)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, unit: Option<&Unit>, value: u64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?)
}
