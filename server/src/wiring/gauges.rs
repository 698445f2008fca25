//! Registers the gauges: values that features hold and that are read when the metrics are requested.

use std::sync::Arc;

use crate::{
    auth::Auth,
    cluster::Cluster,
    delivery::{Delivery, PartitionState},
    metrics::{Observed, Unit},
};

/// Returns the gauges of all features.
pub(super) fn gauges(delivery: &Arc<Delivery>, auth: &Arc<Auth>, cluster: &Arc<Cluster>) -> Observed {
    let mut observed = Observed::default();
    let gauge = |observed: &mut Observed, name, help, read: fn(&Delivery) -> u64| {
        let delivery = delivery.clone();
        observed.gauge((name, help, None), move || read(&delivery));
    };
    gauge(&mut observed, "jimmy_sockets_open", "Open sockets", |delivery| delivery.hub.open_sockets());
    gauge(&mut observed, "jimmy_appends_waiting", "Changes that wait for their verdict", |delivery| {
        delivery.partitions.all().iter().map(|partition| partition.verdicts.len() as u64).sum()
    });
    let auth = auth.clone();
    let hashes = "Password hashes under way or waiting";
    observed.gauge(("jimmy_password_hashes_waiting", hashes, None), move || auth.passwords.waiting() as u64);
    let (ring, hub) = ("Bytes of the newest events, held in memory", delivery.hub.clone());
    observed.gauge(("jimmy_ring", ring, Some(Unit::Bytes)), move || hub.ring_bytes() as u64);
    gauge(&mut observed, "jimmy_log_answers", "0 while the log does not answer this server", |delivery| {
        u64::from(delivery.health.log_unreachable.duration().is_none())
    });
    gauge(&mut observed, "jimmy_backlog_full", "1 while the backlog for the archive is full", |delivery| {
        u64::from(delivery.partitions.is_backlog_full())
    });
    let cluster = cluster.clone();
    let draining = "1 while the server is shutting down";
    observed.gauge(("jimmy_draining", draining, None), move || u64::from(cluster.draining.is_cancelled()));
    partitions(&mut observed, delivery);
    observed
}

/// Registers the gauges that have a value for each partition of the log.
fn partitions(observed: &mut Observed, delivery: &Arc<Delivery>) {
    type Value = fn(&PartitionState) -> u64;
    let all: [(&str, &str, Option<Unit>, Value); 7] = [
        ("jimmy_partition_ready", "1 while this server has loaded the partition", None, |partition| {
            u64::from(partition.is_ready())
        }),
        ("jimmy_partition_next_offset", "Offset of the next record to read", None, PartitionState::next_offset),
        (
            "jimmy_log_lag_records",
            "Records of the log that are not read yet, by offset",
            None,
            PartitionState::lag_records,
        ),
        (
            "jimmy_projector_lag_records",
            "Records read that are not archived, by offset",
            None,
            PartitionState::projector_lag_records,
        ),
        ("jimmy_projector_lag", "Records held in memory until they are archived", Some(Unit::Bytes), |partition| {
            partition.backlog_bytes() as u64
        }),
        ("jimmy_projector_stalled", "1 while the archive cannot be written", None, |partition| {
            u64::from(partition.is_stalled())
        }),
        ("jimmy_lease_held", "1 while this server holds the lease of the partition", None, |partition| {
            u64::from(partition.is_leased())
        }),
    ];
    for (name, help, unit, value) in all {
        let delivery = delivery.clone();
        observed.per_partition((name, help, unit), move || {
            delivery.partitions.all().iter().map(|partition| (partition.number, value(partition))).collect()
        });
    }
}
