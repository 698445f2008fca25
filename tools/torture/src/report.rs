//! What a run was like, in numbers.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use crate::{
    checker::{Violation, recoveries_of},
    history::{Entry, What},
};

/// Violations of one invariant that are printed.
const PRINTED: usize = 10;

/// The numbers of a history.
pub struct Report(Vec<(&'static str, String)>);

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
        let mut took: Vec<u64> = recoveries_of(history).into_iter().flatten().map(|micros| micros / 1_000).collect();
        took.sort_unstable();
        let recovery = match (took.get(took.len() / 2), took.last()) {
            (Some(median), Some(longest)) => {
                format!("{median} ms median, {longest} ms at most, {} measured", took.len())
            }
            _ => "none measured".into(),
        };
        let lines = vec![
            ("messages", sent.len().to_string()),
            ("sends", count(|what| matches!(what, What::Send { .. })).to_string()),
            ("acks", count(|what| matches!(what, What::Ack { .. })).to_string()),
            ("try again", count(|what| matches!(what, What::Nack { is_final: false, .. })).to_string()),
            ("unknown", unknown.to_string()),
            ("misused ids", count(|what| matches!(what, What::Conflict { .. })).to_string()),
            ("events told", count(|what| matches!(what, What::Seen { .. })).to_string()),
            ("connections", streams.len().to_string()),
            ("resets", count(|what| matches!(what, What::Reset { .. })).to_string()),
            ("pages", count(|what| matches!(what, What::Page { .. })).to_string()),
            ("copies told", copies(history).to_string()),
            ("kills", count(|what| matches!(what, What::Killed)).to_string()),
            ("pauses", count(|what| matches!(what, What::Paused { .. })).to_string()),
            ("orderly ends", format!("{}, {} ms at most", ends.len(), ends.iter().max().copied().unwrap_or_default())),
            ("longest time without an ack", format!("{} ms", gap / 1_000)),
            ("from a start to a new message heard", recovery),
            ("memory", format!("{} MiB at most", memory / 1024 / 1024)),
        ];
        Self(lines)
    }
}

/// Events that a client was told more than once, over all its connections: what it had to drop.
fn copies(history: &[Entry]) -> usize {
    let mut known = HashMap::new();
    let mut copies = 0;
    for entry in history {
        if let What::Seen { client, channel, row, .. } = &entry.what {
            let told: &mut u32 = known.entry((client, channel, row.pos)).or_default();
            copies += usize::from(*told > 0);
            *told += 1;
        }
    }
    copies
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| writeln!(f, "  {name}: {value}"))
    }
}

/// Violations, some of each invariant, and how many there are.
pub fn print_violations(found: &[Violation]) {
    let mut of: BTreeMap<_, Vec<&Violation>> = BTreeMap::new();
    found.iter().for_each(|violation| of.entry(violation.invariant).or_default().push(violation));
    for (invariant, violations) in of {
        violations.iter().take(PRINTED).for_each(|violation| println!("{violation}"));
        println!("{invariant}: {} in all", violations.len());
    }
}
