//! Who has spent how much processor time.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// What the kernel counts processor time in: so many a second, whatever the machine (USER_HZ).
const TICKS_PER_SECOND: f64 = 100.0;

/// This process, all its threads.
pub fn ours() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), u32::try_from(spent.tv_nsec).unwrap_or(0))
}

/// A service on this machine: a process with its children, those that have ended among them. To a hundredth of a second.
///
/// # Errors
/// A sentence: there is no such process here.
pub fn of_service(pid: u32) -> Result<Duration, String> {
    let parent = Times::of(pid).ok_or_else(|| {
        format!("there is no process {pid} here: the services have to run on this machine, or their CPU is not known")
    })?;
    let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let children = processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(Times::of)
        .filter(|times| times.parent == pid);
    let ticks = parent.own + parent.ended + children.map(|child| child.own).sum::<u64>();
    Ok(Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND))
}

/// The process that started this one.
pub fn parent_of(pid: u32) -> Option<u32> {
    Times::of(pid).map(|times| times.parent)
}

/// Processor time in ticks.
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

    /// See proc_pid_stat(5). The second field is the program's name in brackets, which may hold anything.
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
    fn a_line_of_the_kernel_is_read_whatever_the_program_is_called() {
        let line = "71 (a) b (c) S 7 1 1 0 -1 64 9 9 9 9 30 12 5 4 20 0 1 0 99 0 0";
        assert_eq!(Times::read(line), Some(Times { parent: 7, own: 42, ended: 9 }));
        assert_eq!(Times::read("71 (cut off) S 7"), None);
    }

    #[test]
    fn work_is_seen_in_our_time() {
        let before = ours();
        let work: u64 = (0..2_000_000_u64).map(|number| std::hint::black_box(number) % 7).sum();
        assert!(ours() > before, "{work}");
    }
}
