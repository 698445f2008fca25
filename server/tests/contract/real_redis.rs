//! A real Redis for the suites: one that all tests share, each with keys of its own, and one for a test alone, which it
//! may empty and kill.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use jimmy_server::adapters::redis::Redis;

use crate::ports;

/// The machine may be busy; what is tested is not how fast it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The address of the Redis that all tests share.
pub fn shared() -> String {
    std::env::var("JIMMY_TEST_REDIS").expect(
        "JIMMY_TEST_REDIS names no Redis, such as redis://127.0.0.1:6379/0: `make test-rust` starts the services and names them",
    )
}

/// What keys of the test with this folder begin with.
pub fn prefix(folder: &Path) -> String {
    let name = folder.file_name().expect("a folder").to_string_lossy();
    format!("test-{}", name.trim_start_matches('.'))
}

/// The shared Redis, as the test with this folder sees it.
pub fn of(folder: &Path) -> Redis {
    at(&format!("{}?prefix={}", shared(), prefix(folder)))
}

/// A Redis at an address.
pub fn at(address: &str) -> Redis {
    Redis::with_wait(address, PATIENCE).expect("a valid address")
}

/// The shared Redis, without any adapter.
pub async fn raw() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(shared()).expect("a valid address");
    client.get_multiplexed_async_connection().await.expect("Redis answers")
}

/// A Redis for a test alone.
pub struct Own {
    folder: tempfile::TempDir,
    port: u16,
}

impl Own {
    pub fn start() -> Self {
        // Another process may bind the port before Redis does; the test then fails with that reason.
        let own = Self { folder: tempfile::tempdir().expect("a folder"), port: ports::free() };
        own.script("up");
        own
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Suspends or resumes the process: `STOP` or `CONT`.
    pub fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.path().join("redis.pid")).expect("it runs");
        let done = Command::new("kill").arg(format!("-{signal}")).arg(pid.trim()).status().expect("kill runs");
        assert!(done.success());
    }

    /// `up` or `kill`.
    pub fn script(&self, command: &str) {
        let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../scripts/stack/redis.sh"].iter().collect();
        let done = Command::new(script).arg(command).arg(self.folder.path()).arg(self.port.to_string()).output();
        let done = done.expect("the script runs");
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.script("kill");
    }
}
