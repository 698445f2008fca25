//! The services of a cluster, private to the run: Kafka, PostgreSQL and Redis, started and killed by the same scripts that
//! operators use.

use std::{
    ffi::OsString,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{Rng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
    time::timeout,
};

use crate::{archive::Archive, args::Plan, history::Part, server::free_port};

/// Timeout of a script, which may download what it starts.
const SCRIPT_WAIT: Duration = Duration::from_secs(300);
/// Timeout of clearing Redis.
const FLUSH_WAIT: Duration = Duration::from_secs(5);
/// Range of Kafka's first port, below the ephemeral range.
const KAFKA_PORTS: std::ops::Range<u16> = 20_000..29_000;
/// Maximum number of first ports tried for Kafka.
const PORTS_TRIED: usize = 50;
/// Distance between the ports of two brokers, as in the script.
const PORTS_APART: u16 = 10;
/// Bytes of the key that signs sessions.
const KEY_BYTES: usize = 32;

/// The services. Dropping this ends them.
pub struct Stack {
    scripts: PathBuf,
    folder: PathBuf,
    brokers: u32,
    kafka_port: u16,
    postgres_port: u16,
    redis_port: u16,
    keep: bool,
    /// Held by one run at a time.
    _lock: File,
}

impl Stack {
    /// Starts the services, empty. Remains of an earlier run in the folder are ended and removed.
    ///
    /// # Errors
    /// A sentence, if another run uses the folder or a service does not start.
    pub async fn start(plan: &Plan, rng: &mut StdRng) -> Result<Self, String> {
        let lock = alone(&plan.folder)?;
        let (kafka_port, postgres_port, redis_port) =
            (kafka_port(plan.brokers, rng)?, free_port(rng)?, free_port(rng)?);
        let stack = Self {
            scripts: plan.scripts.clone(),
            folder: plan.folder.clone(),
            brokers: plan.brokers,
            kafka_port,
            postgres_port,
            redis_port,
            keep: plan.keep,
            _lock: lock,
        };
        stack.end();
        for name in ["kafka", "postgres", "redis", "servers"] {
            remove(&stack.folder.join(name))?;
        }
        std::fs::create_dir_all(stack.folder.join("servers")).map_err(|error| stack.failed(error))?;
        std::fs::write(stack.key_file(), rng.random::<[u8; KEY_BYTES]>()).map_err(|error| stack.failed(error))?;
        for part in [Part::Postgres, Part::Redis, Part::Broker] {
            stack.up(part).await?;
        }
        Ok(stack)
    }

    /// Returns the arguments of a server with this name.
    pub fn server_args(&self, name: &str) -> Vec<OsString> {
        let (database, redis) = (self.database(), format!("redis://127.0.0.1:{}/0", self.redis_port));
        let brokers: Vec<String> = self.broker_ports().map(|port| format!("127.0.0.1:{port}")).collect();
        let log = format!("kafka://{}/jimmy", brokers.join(","));
        let mut args: Vec<OsString> = ["--name", name, "--directory", &database, "--archive", &database]
            .into_iter()
            .chain(["--event-log", &log, "--recent", &redis, "--ephemeral", &redis])
            .map(OsString::from)
            .collect();
        args.extend(["--signing-key-file".into(), self.key_file().into()]);
        args.extend(["--data".into(), self.folder.join("servers").join(name).into()]);
        args
    }

    /// Returns the database.
    pub fn archive(&self) -> Archive {
        Archive::Postgres(self.database())
    }

    /// Starts the stopped services of a part, and waits until they are ready.
    ///
    /// # Errors
    /// The output of the script.
    pub async fn up(&self, part: Part) -> Result<(), String> {
        match part {
            Part::Broker => self.kafka("up", &[self.brokers.to_string(), self.kafka_port.to_string()]).await,
            Part::Postgres => self.script("postgres", "up", &[self.postgres_port.to_string()]).await,
            Part::Redis => self.script("redis", "up", &[self.redis_port.to_string()]).await,
            Part::Server => Err("servers are no service".into()),
        }
    }

    /// Kills a service (SIGKILL); of Kafka, the broker with this number, counted from 1.
    ///
    /// # Errors
    /// The output of the script.
    pub async fn kill(&self, part: Part, number: u32) -> Result<(), String> {
        match part {
            Part::Broker => self.kafka("kill", &[number.to_string()]).await,
            Part::Postgres => self.script("postgres", "kill", &[]).await,
            Part::Redis => self.script("redis", "kill", &[self.redis_port.to_string()]).await,
            Part::Server => Err("servers are no service".into()),
        }
    }

    /// Clears Redis.
    ///
    /// # Errors
    /// A sentence, if Redis does not confirm it.
    pub async fn flush(&self) -> Result<(), String> {
        let flushed = async {
            let mut redis = TcpStream::connect(("127.0.0.1", self.redis_port)).await?;
            redis.write_all(b"FLUSHALL\r\n").await?;
            let mut answer = [0; 5];
            redis.read_exact(&mut answer).await.map(|_| answer)
        };
        match timeout(FLUSH_WAIT, flushed).await {
            Ok(Ok(answer)) if &answer == b"+OK\r\n" => Ok(()),
            other => Err(format!("Redis did not confirm FLUSHALL: {other:?}")),
        }
    }

    /// Returns the number of brokers.
    pub fn brokers(&self) -> u32 {
        self.brokers
    }

    fn database(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.postgres_port)
    }

    fn broker_ports(&self) -> impl Iterator<Item = u16> {
        ports(self.brokers, self.kafka_port)
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("servers/signing.key")
    }

    async fn kafka(&self, order: &str, rest: &[String]) -> Result<(), String> {
        self.script("kafka", order, rest).await
    }

    async fn script(&self, service: &str, order: &str, rest: &[String]) -> Result<(), String> {
        let mut command = Command::new(self.scripts.join(format!("{service}.sh")));
        command.arg(order).arg(self.folder.join(service)).args(rest).kill_on_drop(true);
        let done = timeout(SCRIPT_WAIT, command.output()).await.map_err(|_| format!("{service}: {order} timed out"))?;
        let done = done.map_err(|error| format!("{}: {error}", self.scripts.display()))?;
        if done.status.success() {
            return Ok(());
        }
        Err(format!("{service}: {order}: {}", String::from_utf8_lossy(&done.stderr).trim()))
    }

    /// Ends all services, in whatever state they are.
    fn end(&self) {
        for service in ["redis", "postgres", "kafka"] {
            let mut command = std::process::Command::new(self.scripts.join(format!("{service}.sh")));
            // Errors are in the services' logs; the run is over.
            let _ = command.arg("stop").arg(self.folder.join(service)).output();
        }
    }

    fn failed(&self, error: std::io::Error) -> String {
        format!("{}: {error}", self.folder.display())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.end();
        for name in ["kafka", "postgres", "redis", "servers"] {
            if !self.keep {
                // The next run removes it again, and reports an error if it cannot.
                let _ = remove(&self.folder.join(name));
            }
        }
    }
}

/// Locks the folder against a second run.
fn alone(folder: &Path) -> Result<File, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(folder.join("lock")).map_err(failed)?;
    let taken = |_| format!("another run uses {}: wait for its end, or name another --folder", folder.display());
    lock.try_lock().map_err(taken)?;
    Ok(lock)
}

fn remove(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", folder.display())),
        _ => Ok(()),
    }
}

fn ports(brokers: u32, first: u16) -> impl Iterator<Item = u16> {
    (0..brokers as u16).map(move |broker| first + PORTS_APART * broker)
}

/// Finds a port for the first broker, such that the ports of all brokers, and the one after each, are free.
fn kafka_port(brokers: u32, rng: &mut StdRng) -> Result<u16, String> {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let all_free = |first: &u16| ports(brokers, *first).all(|port| is_free(port) && is_free(port + 1));
    let mut tried = (0..PORTS_TRIED).map(|_| rng.random_range(KAFKA_PORTS));
    tried.find(all_free).ok_or("no ports are free for Kafka".into())
}
