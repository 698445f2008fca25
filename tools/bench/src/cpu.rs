//! Processor time of processes.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Clock ticks per second in `/proc`, on every machine (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the processor time of this process.
pub fn ours() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), u32::try_from(spent.tv_nsec).unwrap_or(0))
}

/// Returns the processor time of a local service: a process and its children, including those that have exited. Accurate to 10 ms.
///
/// # Errors
/// A sentence, if there is no such process on this machine.
pub fn of_service(pid: u32) -> Result<Duration, String> {
    let parent = Times::of(pid).ok_or_else(|| {
        format!("no process {pid} on this machine: run the services here, so that their CPU can be measured")
    })?;
    let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let children = processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(Times::of)
        .filter(|times| times.parent == pid);
    let ticks = parent.own + parent.ended + children.map(|child| child.own).sum::<u64>();
    Ok(Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND))
}

/// Returns the parent of a process.
pub fn parent_of(pid: u32) -> Option<u32> {
    Times::of(pid).map(|times| times.parent)
}

/// Processor times in ticks.
#[derive(Debug, PartialEq, Eq)]
struct Times {
    parent: u32,
    own: u64,
    ended: u64,
}

impl Times {
    fn of(pid: u32) -> Option<Self> {
        Self::read(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// See proc_pid_stat(5). The second field is the program's name in brackets, which may contain anything.
    fn read(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            parent: u32::try_from(number(4)?).ok()?,
            own: number(14)? + number(15)?,
            ended: number(16)? + number(17)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_stat_for_any_program_name() {
        let line = "71 (a) b (c) S 7 1 1 0 -1 64 9 9 9 9 30 12 5 4 20 0 1 0 99 0 0";
        assert_eq!(Times::read(line), Some(Times { parent: 7, own: 42, ended: 9 }));
        assert_eq!(Times::read("71 (cut off) S 7"), None);
    }

    #[test]
    fn measures_own_processor_time() {
        let before = ours();
        let work: u64 = (0..2_000_000_u64).map(|number| std::hint::black_box(number) % 7).sum();
        assert!(ours() > before, "{work}");
    }
}
