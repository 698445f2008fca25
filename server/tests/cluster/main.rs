//! Several servers on real services: users on different servers, and outages of each part. `make test-rust` starts the services; a
//! test that stops a service has its own.

mod behind;
mod doctor;
mod embedded;
mod faults;
mod joint;
mod kafka_away;
mod line;
mod log_faults;
mod logging;
mod migrate;
mod own;
mod partitions;
#[path = "../common/ports.rs"]
mod ports;
#[path = "../common/process.rs"]
mod process;
mod replace_log;
#[path = "../common/server.rs"]
mod server;
mod services;
#[path = "../common/stack.rs"]
mod stack;
mod topic;

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use process::Process;
use server::Server;
use stack::Place;

/// Time limit of a wait. Everything here takes a second or two.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns `whole` where `JIMMY_FAULTS_WHOLE` is set, as `make faults` does, else `short`.
pub fn whole<T>(whole: T, short: T) -> T {
    if std::env::var_os("JIMMY_FAULTS_WHOLE").is_some() { whole } else { short }
}

/// Servers that share their stores.
pub struct Cluster {
    /// The database, topic and Redis prefix that the servers share.
    pub place: Place,
    folder: tempfile::TempDir,
    processes: BTreeMap<String, Process>,
}

impl Cluster {
    /// Starts servers of these names, on services that all tests share.
    pub fn start(names: &[&str]) -> Self {
        Self::start_at(Place::new(), names)
    }

    /// Starts servers of these names on the given services.
    pub fn start_at(place: Place, names: &[&str]) -> Self {
        let mut cluster = Self { place, folder: tempfile::tempdir().expect("a folder"), processes: BTreeMap::new() };
        names.iter().for_each(|name| cluster.add(name));
        cluster
    }

    /// Starts one more server.
    pub fn add(&mut self, name: &str) {
        self.add_with(name, &[]);
    }

    /// Starts one more server, with settings of its own.
    pub fn add_with(&mut self, name: &str, extra: &[(&str, &str)]) {
        let process = self.try_add(name, extra).unwrap_or_else(|why| panic!("{name} does not start: {why}"));
        self.processes.insert(name.into(), process);
    }

    /// Starts one more server, or returns the error that it exits with.
    pub fn try_add(&self, name: &str, extra: &[(&str, &str)]) -> Result<Process, String> {
        self.try_add_of(Path::new(env!("CARGO_BIN_EXE_jimmy-chat")), name, extra)
    }

    /// The same, of another build.
    pub fn try_add_of(&self, binary: &Path, name: &str, extra: &[(&str, &str)]) -> Result<Process, String> {
        let environment = self.place.environment();
        let mut all: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        all.extend([("JIMMY_NAME", name), ("JIMMY_NO_RATE_LIMITS", "true"), ("RUST_LOG", "warn")]);
        all.extend(extra);
        Process::start_or_why(binary, self.folder.path(), &all)
    }

    /// A server for users.
    pub fn server(&self, name: &str) -> Server {
        Server::at(&self.processes[name].origin)
    }

    /// The process of a server.
    pub fn process(&mut self, name: &str) -> &mut Process {
        self.processes.get_mut(name).expect("it was started")
    }

    /// Takes a server out of the cluster.
    pub fn take(&mut self, name: &str) -> Process {
        self.processes.remove(name).expect("it was started")
    }
}

/// Waits until a condition holds.
pub fn eventually(what: &str, holds: impl FnMut() -> bool) {
    within(PATIENCE, what, holds);
}

/// Waits until a condition holds that takes longer than usual.
pub fn within(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < patience, "{what}: not after {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
