//! Several servers on real services: people on different ones, and what happens when a part of it goes. `make test-rust` starts
//! the services; a test that ends one has its own.

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

/// Everything here takes a second or two; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A number that is small in `make test`, and whole where `JIMMY_FAULTS_WHOLE` is set, as `make faults` does.
pub fn whole<T>(whole: T, short: T) -> T {
    if std::env::var_os("JIMMY_FAULTS_WHOLE").is_some() { whole } else { short }
}

/// Servers that share everything.
pub struct Cluster {
    /// Where they keep it.
    pub place: Place,
    folder: tempfile::TempDir,
    processes: BTreeMap<String, Process>,
}

impl Cluster {
    /// Servers of these names, on services that all tests share.
    pub fn start(names: &[&str]) -> Self {
        Self::start_at(Place::new(), names)
    }

    /// Servers of these names.
    pub fn start_at(place: Place, names: &[&str]) -> Self {
        let mut cluster = Self { place, folder: tempfile::tempdir().expect("a folder"), processes: BTreeMap::new() };
        names.iter().for_each(|name| cluster.add(name));
        cluster
    }

    /// One more.
    pub fn add(&mut self, name: &str) {
        self.add_with(name, &[]);
    }

    /// One more, with settings of its own.
    pub fn add_with(&mut self, name: &str, extra: &[(&str, &str)]) {
        let process = self.try_add(name, extra).unwrap_or_else(|why| panic!("{name} does not start: {why}"));
        self.processes.insert(name.into(), process);
    }

    /// One more, or the sentence that it ends with.
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

    /// A server, for people to use.
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

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
