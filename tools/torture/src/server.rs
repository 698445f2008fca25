//! A server under test: a process that is started, watched, killed, and started again at the same address.

use std::{
    ffi::OsString,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rand::{Rng, rngs::StdRng};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    endpoints::{Endpoint, Endpoints},
    history::What,
    plan::START_WAIT,
    recorder::Recorder,
};

/// Ports below the ephemeral range: otherwise a client that connects while no server listens could be assigned the port
/// that it connects to, and connect to itself.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
/// Maximum number of ports tried.
const PORTS_TRIED: usize = 50;
/// Timeout of an orderly exit. The checker allows less.
const STOP_WAIT: Duration = Duration::from_secs(20);
/// Timeout for reading the last output of a process.
const LOG_WAIT: Duration = Duration::from_millis(300);
/// Maximum number of error lines recorded per process: several times what a database outage of some seconds
/// causes.
const ERROR_LINES: usize = 10_000;

/// Finds a free port.
///
/// # Errors
/// A sentence, if none was found.
pub fn free_port(rng: &mut StdRng) -> Result<u16, String> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..PORTS_TRIED).map(|_| rng.random_range(PORTS)).find(is_free).ok_or("no port is free".into())
}

/// A server, running or not.
pub struct Server {
    binary: PathBuf,
    args: Vec<OsString>,
    endpoints: Endpoints,
    number: u32,
    recorder: Recorder,
    running: Option<Running>,
    /// The last error in its log.
    last_error: Arc<Mutex<String>>,
}

struct Running {
    child: Child,
    pid: u32,
    logs: JoinHandle<()>,
}

impl Server {
    /// Creates a server that is not started yet. `number` is its endpoint's; `args` are its further arguments.
    pub fn new(binary: &Path, args: Vec<OsString>, endpoints: Endpoints, number: u32, recorder: Recorder) -> Self {
        Self { binary: binary.into(), args, endpoints, number, recorder, running: None, last_error: Arc::default() }
    }

    /// Returns its endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoints.at(self.number)
    }

    /// Starts a process, without waiting for it.
    pub fn spawn(&mut self) -> Result<(), String> {
        let mut command = Command::new(&self.binary);
        command
            .args(["--listen", &self.endpoint().address, "--no-rate-limits", "--log-format", "json"])
            .args(&self.args)
            .env_clear()
            .envs(["JIMMY_FAULT", "FAILPOINTS"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", self.binary.display()))?;
        let logs = child
            .stderr
            .take()
            .map(|stderr| tokio::spawn(watch(stderr, self.number, self.recorder.clone(), self.last_error.clone())));
        let (pid, logs) = (child.id().ok_or("the server has no process")?, logs.ok_or("its log is closed")?);
        self.running = Some(Running { child, pid, logs });
        Ok(())
    }

    /// Waits until the server is ready.
    ///
    /// # Errors
    /// A sentence, if it exits or takes too long.
    pub async fn ready(&mut self) -> Result<(), String> {
        let began = Instant::now();
        while began.elapsed() < START_WAIT {
            if let Some(status) = self.ended() {
                // The log is read concurrently.
                sleep(LOG_WAIT).await;
                let said = self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone();
                return Err(format!("server {} exited during its start with {status}: {said}", self.number));
            }
            if self.endpoint().calls.is_ready().await {
                self.endpoint().set_up(true);
                self.recorder.note(What::Ready);
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err(format!("the server is not ready after {START_WAIT:?}"))
    }

    /// Returns its exit status, if it exited by itself.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.running.as_mut()?.child.try_wait().ok()??;
        self.running = None;
        self.endpoint().set_up(false);
        self.recorder.note(What::Exited { asked: false, status: described(status), after_ms: 0 });
        Some(described(status))
    }

    /// Kills the server (SIGKILL).
    ///
    /// # Errors
    /// A sentence, if it is not running.
    pub async fn kill(&mut self) -> Result<(), String> {
        self.measure();
        let Running { mut child, logs, .. } = self.running.take().ok_or("no server is running")?;
        self.endpoint().set_up(false);
        self.recorder.note(What::Killed);
        child.kill().await.map_err(|error| format!("SIGKILL: {error}"))?;
        // Ends with its pipe.
        let _ = logs.await;
        Ok(())
    }

    /// Stops the process for a while (SIGSTOP): it neither answers nor closes connections.
    ///
    /// # Errors
    /// A sentence, if it is not running.
    pub async fn pause(&self, length: Duration) -> Result<(), String> {
        let pid = self.running.as_ref().and_then(|running| Pid::from_raw(running.pid as i32));
        let pid = pid.ok_or("no server is running")?;
        self.recorder.note(What::Paused { for_ms: length.as_millis() as u64 });
        kill_process(pid, Signal::STOP).map_err(|error| format!("SIGSTOP: {error}"))?;
        sleep(length).await;
        kill_process(pid, Signal::CONT).map_err(|error| format!("SIGCONT: {error}"))
    }

    /// Ends the server (SIGTERM), and waits for its exit.
    ///
    /// # Errors
    /// A sentence, if it does not exit.
    pub async fn stop(&mut self) -> Result<(), String> {
        self.measure();
        let Running { mut child, pid, logs } = self.running.take().ok_or("no server is running")?;
        self.endpoint().set_up(false);
        let began = Instant::now();
        let pid = Pid::from_raw(pid as i32).ok_or("the server has no process")?;
        kill_process(pid, Signal::TERM).map_err(|error| format!("SIGTERM: {error}"))?;
        let status = timeout(STOP_WAIT, child.wait()).await.map_err(|_| "the server does not exit".to_owned())?;
        let status = described(status.map_err(|error| error.to_string())?);
        self.recorder.note(What::Exited { asked: true, status, after_ms: began.elapsed().as_millis() as u64 });
        let _ = logs.await;
        Ok(())
    }

    /// Records the peak memory of the process.
    pub fn measure(&self) {
        let Some(Running { pid, .. }) = &self.running else { return };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
        if let Some(kib) = kib {
            self.recorder.note(What::Memory { bytes: kib * 1024 });
        }
    }
}

fn described(status: std::process::ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| code.to_string())
}

/// Reads the log of a process to its end, and records errors and panics.
async fn watch(stderr: impl AsyncRead + Unpin, server: u32, recorder: Recorder, last_error: Arc<Mutex<String>>) {
    let mut lines = BufReader::new(stderr).lines();
    let mut room = ERROR_LINES;
    while let Ok(Some(line)) = lines.next_line().await {
        let log: Option<serde_json::Value> = serde_json::from_str(&line).ok();
        // A line that is not JSON is a panic, or the final error of the process.
        let is_error = log.is_none_or(|log| log["level"] == "ERROR");
        if is_error && room > 0 {
            room -= 1;
            last_error.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&line);
            recorder.note(What::Logged { server, line });
            if room == 0 {
                let line = format!("more than {ERROR_LINES} error lines; the others are not recorded");
                recorder.note(What::Logged { server, line });
            }
        }
    }
}
