//! What the operating system reports about this process, under the names that every Prometheus client library uses.

use std::fs;

use rustix::process::{Resource, getrlimit};

/// Index of user time in `/proc/self/stat`, counted from the field after the program's name, which may contain anything; as
/// are those of system time, start time and resident pages (proc(5)).
const UTIME: usize = 11;
const STIME: usize = 12;
const START: usize = 19;
const RESIDENT: usize = 21;

/// State of this process.
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    /// Seconds since 1970.
    pub(super) started: f64,
    pub(super) resident_bytes: u64,
    pub(super) open_files: u64,
}

impl Process {
    /// Reads the state; `None` without a readable `/proc`.
    pub(super) fn read() -> Option<Self> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let field = |at: usize| fields.get(at)?.trim().parse::<u64>().ok();
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let boot = fs::read_to_string("/proc/stat").ok()?;
        let boot: f64 = boot.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        Some(Self {
            cpu_seconds: (field(UTIME)? + field(STIME)?) as f64 / ticks,
            started: boot + field(START)? as f64 / ticks,
            resident_bytes: field(RESIDENT)? * rustix::param::page_size() as u64,
            // Minus the one that reads the folder.
            open_files: fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as u64,
        })
    }
}

/// Files and sockets that this process may have open; `None` without a limit.
pub fn open_files_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_since_lately_in_some_memory_with_some_files() {
        let process = Process::read().expect("Linux has /proc");
        let now = crate::clock::now().millis() as f64 / 1_000.0;
        assert!((0.0..600.0).contains(&(now - process.started + 2.0)), "started at {}", process.started);
        assert!((1 << 20..1 << 34).contains(&process.resident_bytes), "{} bytes", process.resident_bytes);
        let before = process.open_files;
        let _file = fs::File::open("/proc/self/stat").expect("a file");
        assert!(before > 2 && Process::read().is_some_and(|now| now.open_files > before));
        let spent = Process::read().expect("the same").cpu_seconds;
        while Process::read().is_some_and(|now| now.cpu_seconds <= spent) {}
    }
}
