//! A summary of a run in numbers.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use crate::{
    checker::{From, Violation, lags, recoveries_of},
    history::{Entry, Part, What},
};

/// Maximum number of violations of one invariant that are printed.
const PRINTED: usize = 10;

/// The summary of a history.
pub struct Report(Vec<(String, String)>);

impl Report {
    pub fn new(history: &[Entry]) -> Self {
        let count = |fits: fn(&What) -> bool| history.iter().filter(|entry| fits(&entry.what)).count();
        let (mut sent, mut acked, mut refused) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut streams: HashSet<u32> = HashSet::new();
        let (mut last_ack, mut gap, mut memory, mut ends) = (None, 0, 0, Vec::new());
        for Entry { t, what } in history {
            match what {
                What::Send { id, .. } => {
                    sent.insert(id);
                }
                What::Ack { id, .. } => {
                    acked.insert(id);
                    gap = gap.max(t - last_ack.unwrap_or(*t));
                    last_ack = Some(*t);
                }
                What::Nack { id, is_final: true, .. } => {
                    refused.insert(id);
                }
                What::Stream { conn, .. } => {
                    streams.insert(*conn);
                }
                What::Exited { asked: true, after_ms, .. } => ends.push(*after_ms),
                What::Memory { bytes } => memory = memory.max(*bytes),
                _ => {}
            }
        }
        let unknown = sent.iter().filter(|id| !acked.contains(*id) && !refused.contains(*id)).count();
        let mut lines = vec![
            ("messages", sent.len().to_string()),
            ("sends", count(|what| matches!(what, What::Send { .. })).to_string()),
            ("acks", count(|what| matches!(what, What::Ack { .. })).to_string()),
            ("try again", count(|what| matches!(what, What::Nack { is_final: false, .. })).to_string()),
            ("unknown", unknown.to_string()),
            ("misused ids", count(|what| matches!(what, What::Conflict { .. })).to_string()),
            ("events received", count(|what| matches!(what, What::Seen { .. })).to_string()),
            ("connections", streams.len().to_string()),
            ("resets", count(|what| matches!(what, What::Reset { .. })).to_string()),
            ("pages", count(|what| matches!(what, What::Page { .. })).to_string()),
            ("events received twice", copies(history).to_string()),
            ("kills", count(|what| matches!(what, What::Killed)).to_string()),
            ("pauses", count(|what| matches!(what, What::Paused { .. })).to_string()),
            ("orderly exits", format!("{}, at most {} ms", ends.len(), ends.iter().max().copied().unwrap_or_default())),
            ("longest time without an ack", format!("{} ms", gap / 1_000)),
            ("memory", format!("at most {} MiB", memory / 1024 / 1024)),
        ];
        let is_cluster = history.iter().any(|entry| matches!(entry.what, What::Fault { .. }));
        if is_cluster {
            lines.push(("lags within the grace period", lags(history).to_string()));
            lines.push(("faults", faults(history)));
        }
        let mut lines: Vec<_> = lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        lines.extend(recoveries(history));
        Self(lines)
    }
}

/// Codes with their counts.
fn faults(history: &[Entry]) -> String {
    let mut counts: BTreeMap<(Part, &str), usize> = BTreeMap::new();
    for entry in history {
        if let What::Fault { part, how, .. } = &entry.what {
            *counts.entry((*part, how)).or_default() += 1;
        }
    }
    let faults: Vec<String> =
        counts.iter().map(|((part, how), count)| format!("{} {how} × {count}", named(*part))).collect();
    faults.join(", ")
}

/// Adds a line for each kind of recovery, and one for those that overlap another fault.
fn recoveries(history: &[Entry]) -> Vec<(String, String)> {
    let all = recoveries_of(history);
    let mut of: BTreeMap<(From, bool), Vec<u64>> = BTreeMap::new();
    for recovery in &all {
        let is_mixed = all.iter().any(|other| recovery.is_felt_with(other));
        of.entry((recovery.from, is_mixed)).or_default().extend(recovery.took.map(|micros| micros / 1_000));
    }
    let line = |((from, is_mixed), mut took): ((From, bool), Vec<u64>)| {
        took.sort_unstable();
        let mut name = match from {
            From::Start => "from a start to a new message received".to_owned(),
            From::Gone(part) => format!("from a {} down to a new message received", named(part)),
            From::Held(part) => format!("from a {} stopped to a new message received", named(part)),
            From::Back(part) => format!("from a {} up to a new message received", named(part)),
        };
        if is_mixed {
            name.push_str(", with another part down");
        }
        let value = match (took.get(took.len() / 2), took.last()) {
            (Some(median), Some(longest)) => {
                format!("median {median} ms, at most {longest} ms, {} measured", took.len())
            }
            _ => "none measured".into(),
        };
        (name, value)
    };
    of.into_iter().map(line).collect()
}

fn named(part: Part) -> &'static str {
    match part {
        Part::Server => "server",
        Part::Broker => "broker",
        Part::Postgres => "PostgreSQL",
        Part::Redis => "Redis",
    }
}

/// Counts events that a client received more than once over all of its connections, and had to drop.
fn copies(history: &[Entry]) -> usize {
    let mut known = HashMap::new();
    let mut copies = 0;
    for entry in history {
        if let What::Seen { client, channel, row, .. } = &entry.what {
            let received: &mut u32 = known.entry((client, channel, row.pos)).or_default();
            copies += usize::from(*received > 0);
            *received += 1;
        }
    }
    copies
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| writeln!(f, "  {name}: {value}"))
    }
}

/// Prints violations, some of each invariant, and their number.
pub fn print_violations(found: &[Violation]) {
    let mut of: BTreeMap<_, Vec<&Violation>> = BTreeMap::new();
    found.iter().for_each(|violation| of.entry(violation.invariant).or_default().push(violation));
    for (invariant, violations) in of {
        violations.iter().take(PRINTED).for_each(|violation| println!("{violation}"));
        println!("{invariant}: {} in all", violations.len());
    }
}
