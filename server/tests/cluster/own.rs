//! Services of a test's own, which it may end.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{eventually, line::Line, ports};

/// A service of a test's own, started and ended by its script.
pub struct Service {
    script: PathBuf,
    folder: tempfile::TempDir,
    /// Where it listens.
    pub port: u16,
    /// Where the other end of a line to Kafka is.
    line: Option<u16>,
}

impl Service {
    /// Starts one: `kafka`, `postgres` or `redis`.
    pub fn start(name: &str) -> Self {
        let service = Self::new(name);
        service.run("up");
        service
    }

    /// Starts a Kafka that can be reached through a line, too.
    pub fn start_kafka_with_line() -> (Self, Line) {
        let mut service = Self::new("kafka");
        let line = Line::to(service.port + 2);
        service.line = Some(line.port);
        service.run("up");
        (service, line)
    }

    fn new(name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scripts/stack/{name}.sh"));
        // PostgreSQL's own user has to reach it.
        let folder =
            tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir();
        Self { script, folder: folder.expect("a folder"), port: ports::free(), line: None }
    }

    /// Runs a command of the script: `up`, `stop`, `kill` or, for PostgreSQL alone, `restart`, which is a crash and a start.
    pub fn run(&self, order: &str) {
        let (folder, port) = (self.folder.path().join("service"), self.port.to_string());
        let is_kafka = self.script.ends_with("kafka.sh");
        let mut command = Command::new(&self.script);
        command.arg(order).arg(folder);
        // Of Kafka the first broker is the only one.
        command.args(if is_kafka { vec!["1".to_owned(), port] } else { vec![port] });
        command.envs(self.line.map(|port| ("KAFKA_LINE_PORT", port.to_string())));
        let done = command.output().expect("bash");
        assert!(done.status.success(), "{order}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Sends its process a signal, by name.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill").success());
        // On a busy machine the threads run for a moment longer.
        if name == "STOP" {
            eventually("it is stopped", || stands_still(&pid));
        }
    }

    fn pid(&self) -> u32 {
        let file = if self.script.ends_with("kafka.sh") { "1/pid" } else { "redis.pid" };
        let pid = std::fs::read_to_string(self.folder.path().join("service").join(file)).expect("it runs");
        pid.trim().parse().expect("a number")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.run("stop");
    }
}

/// Whether each thread of a process is stopped: state `T`, behind the name in brackets.
fn stands_still(pid: &str) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    threads.filter_map(Result::ok).all(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T'))
    })
}
