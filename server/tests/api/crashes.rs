//! A crash at each step of the projection, a disk that fails, and a reader who comes in just then: nothing that was
//! acknowledged is lost, moved or doubled. Needs a build with the feature `failpoints`, which `make test-rust` makes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use domain::{
    api::{Channel, History, Session},
    ids::{MessageId, Pos},
    wire::ServerFrame,
};

use crate::process::{Process, Socket, ack, frame, send};

/// Each step of writing a batch, in order.
const STEPS: [&str; 8] = [
    "projector.before-read-marks",
    "projector.before-apply",
    "archive.after-insert",
    "archive.before-commit",
    "archive.after-commit",
    "projector.after-apply",
    "projector.before-cache",
    "projector.after-cache",
];
/// How often a step is passed before it crashes, one process after another. More with `JIMMY_CRASHES`.
const PASSED: [usize; 2] = [0, 3];
/// Messages sent at a time.
const BURST: usize = 20;

fn binary() -> Option<PathBuf> {
    let binary = std::env::var_os("JIMMY_FAULTS_BINARY").map(PathBuf::from);
    if binary.is_none() {
        println!("skipped: JIMMY_FAULTS_BINARY does not name a build with failpoints (make test-rust does)");
    }
    binary
}

struct Said {
    session: Session,
    hall: Channel,
    acked: BTreeMap<MessageId, Pos>,
}

impl Said {
    fn begin(binary: &Path, folder: &Path) -> Self {
        let process = Process::start(binary, folder, &[]);
        let (session, hall) = process.sign_up("ann");
        process.kill();
        Self { session, hall, acked: BTreeMap::new() }
    }

    /// Sends messages until the process has exited.
    fn say_on(&mut self, process: &Process) {
        let Some(mut socket) = process.socket(&self.session.access_token) else { return };
        loop {
            let ids: Vec<MessageId> = (0..BURST).map(|_| MessageId::generate()).collect();
            if !ids.iter().all(|id| socket.send(send(&self.hall, *id, false)).is_ok()) {
                return;
            }
            for _ in ids {
                let Some((id, pos)) = ack(&mut socket) else { return };
                assert_eq!(self.acked.insert(id, pos), None, "one ack for one send");
            }
        }
    }

    /// The whole channel, page by page, is one chain without a hole, and everything acknowledged is in it, once, in its place.
    fn is_all_there(&self, process: &Process) {
        let (mut to, mut n, mut places) = (Pos::ZERO, 0, BTreeMap::new());
        loop {
            let path = format!("/channels/{}/messages?limit=100&after={to}", self.hall.id);
            let page: History = process.get(&self.session, &path);
            assert_eq!(page.from, to, "pages join");
            for event in page.events {
                assert_eq!(event.prev, to, "no hole");
                to = event.pos;
                if let Some(message) = event.message() {
                    n += 1;
                    assert_eq!(message.n, n, "counted densely");
                    assert_eq!(places.insert(message.id, event.pos), None, "each once");
                }
            }
            if !page.has_newer {
                break;
            }
        }
        for (id, pos) in &self.acked {
            assert_eq!(places.get(id), Some(pos), "an acknowledged message is at its position");
        }
        let now: Channel = process.get(&self.session, &format!("/channels/{}", self.hall.id));
        assert_eq!((now.head, now.head_n, now.read_n), (to, n, n), "own messages are read");
    }
}

#[test]
fn crash_during_projection_leaves_no_hole() {
    let Some(binary) = binary() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut said = Said::begin(&binary, folder.path());
    let asked = std::env::var("JIMMY_CRASHES").ok().and_then(|crashes| crashes.parse().ok());
    let passed = asked.map_or(PASSED.to_vec(), |crashes: usize| (0..crashes).map(|crash| crash % 7).collect());
    for step in STEPS {
        for passed in &passed {
            let crash = format!("{step}={passed}*off->panic");
            let crash = [("FAILPOINTS", crash.as_str()), ("JIMMY_NO_RATE_LIMITS", "true")];
            // A start has something to project, and may crash before it serves.
            if let Some(process) = Process::try_start(&binary, folder.path(), &crash) {
                said.say_on(&process);
                let (status, wrote) = process.ended();
                assert!(!status.success() && wrote.contains(step), "it crashed there: {wrote}");
            }
        }
        let process = Process::start(&binary, folder.path(), &[]);
        said.is_all_there(&process);
        process.kill();
    }
    assert!(said.acked.len() > BURST, "enough messages were sent: {}", said.acked.len());
}

#[test]
fn failed_write_ends_the_process_without_an_ack() {
    let Some(binary) = binary() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut said = Said::begin(&binary, folder.path());
    let broken = [("FAILPOINTS", "log.fsync=4*off->return"), ("JIMMY_NO_RATE_LIMITS", "true")];
    let process = Process::start(&binary, folder.path(), &broken);
    said.say_on(&process);
    let (status, wrote) = process.ended();
    assert_eq!(status.code(), Some(1), "{wrote}");
    assert!(wrote.contains("the log cannot be followed: "), "it names the reason: {wrote}");
    let process = Process::start(&binary, folder.path(), &[]);
    said.is_all_there(&process);
    process.kill();
}

#[test]
fn history_is_complete_while_the_projector_lags() {
    let Some(binary) = binary() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    // The first batches pass, then nothing reaches the archive for long.
    let behind = [("FAILPOINTS", "projector.before-apply=8*off->sleep(2000)"), ("JIMMY_NO_RATE_LIMITS", "true")];
    let process = Process::start(&binary, folder.path(), &behind);
    let (session, hall) = process.sign_up("ann");
    let mut said = Said { session, hall, acked: BTreeMap::new() };
    let mut writer = process.socket(&said.session.access_token).expect("it opens");
    for _ in 0..20 {
        let ids: Vec<MessageId> = (0..BURST).map(|_| MessageId::generate()).collect();
        ids.iter().for_each(|id| writer.send(send(&said.hall, *id, false)).expect("sent"));
        said.acked.extend(ids.iter().map(|_| ack(&mut writer).expect("an ack")));
        said.is_all_there(&process);
    }
    process.kill();
}

/// Returns the events of the hall that a socket receives after its welcome, up to a position: contiguous from `since` on.
fn chain(socket: &mut Socket, since: Pos, up_to: Pos) {
    let mut last = since;
    while last < up_to {
        if let ServerFrame::Event(event) = frame(socket).expect("it is there") {
            assert_eq!(event.prev, last, "no hole, no repeat");
            last = event.pos;
        }
    }
}

#[test]
fn subscriber_during_writes_gets_each_event_once() {
    let Some(binary) = binary() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    // The time between the subscription and the missed events is extended.
    let slow = [("FAILPOINTS", "resume.after-subscribe=sleep(5)"), ("JIMMY_NO_RATE_LIMITS", "true")];
    let process = Process::start(&binary, folder.path(), &slow);
    let (session, hall) = process.sign_up("ann");
    let mut writer = process.socket(&session.access_token).expect("it opens");
    let mut since = hall.head;
    for _ in 0..60 {
        (0..BURST).for_each(|_| writer.send(send(&hall, MessageId::generate(), false)).expect("sent"));
        let held = BTreeMap::from([(hall.id.to_string(), since.number())]);
        let mut late = process.socket_from(&session.access_token, held).expect("it opens");
        let acked: Vec<Pos> = (0..BURST).map(|_| ack(&mut writer).expect("an ack").1).collect();
        let newest = acked[BURST - 1];
        chain(&mut late, since, newest);
        since = newest;
    }
    process.kill();
}
