//! A server that is killed, in a burst or at each step of its work: another one continues, and no acknowledged message is lost,
//! moved or doubled.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::{
    api::{Channel, History, Session},
    ids::{MessageId, Pos},
};

use crate::{
    Cluster, eventually,
    process::{Process, ack, send},
    whole,
};

/// How often each step of the projector is tried in a whole run.
const ROUNDS: usize = 50;
/// Messages sent at a time.
const BURST: usize = 20;
/// A server that is to die does so before, once the lease of the one before it has ended; a busy machine lets it work slowly.
const DEATH_WAIT: Duration = Duration::from_secs(60);

/// Counts the archived messages, and their positions.
const MESSAGES: &str =
    "SELECT count(*), count(DISTINCT (channel, pos)) FROM events WHERE event LIKE '%\"kind\":\"message\"%'";

/// Sends bursts until the server exits, and returns the acknowledged messages and the others.
fn say_until_it_dies(
    mut process: Process,
    token: &str,
    hall: &Channel,
    kill_after: Option<usize>,
) -> (BTreeMap<MessageId, Pos>, Vec<MessageId>) {
    let mut acked = BTreeMap::new();
    let mut socket = process.socket(token).expect("it opens");
    let log = process.log();
    let mut process = Some(process);
    let began = Instant::now();
    for burst in 0.. {
        if began.elapsed() > DEATH_WAIT {
            process.take().into_iter().for_each(Process::kill);
            panic!("it did not die: {}", log.join().expect("its log"));
        }
        let mut open: Vec<MessageId> = (0..BURST).map(|_| MessageId::generate()).collect();
        for id in &open {
            if socket.send(send(hall, *id, false)).is_err() {
                return (acked, open);
            }
        }
        if kill_after == Some(burst) {
            process.take().expect("once").kill();
        }
        for _ in 0..BURST {
            let Some((id, pos)) = ack(&mut socket) else { return (acked, open) };
            acked.insert(id, pos);
            open.retain(|other| *other != id);
        }
    }
    unreachable!("bursts have no end")
}

/// What a server has of the hall, message by message.
fn all(process: &Process, session: &Session, hall: &Channel) -> Vec<(MessageId, Pos)> {
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let page: History = process.get(session, &format!("/channels/{}/messages?after={after}&limit=100", hall.id));
        all.extend(page.events.iter().filter_map(|event| Some((event.message()?.id, event.pos))));
        if !page.has_newer {
            return all;
        }
        after = page.to.number();
    }
}

/// Sends the unacknowledged messages again on another server, and checks that each message exists once.
fn goes_on(cluster: &mut Cluster, session: &Session, hall: &Channel, said: (BTreeMap<MessageId, Pos>, Vec<MessageId>)) {
    let (mut acked, open) = said;
    let process = cluster.process("b");
    let mut socket = process.socket(&session.access_token).expect("it opens");
    for id in open {
        eventually("it is taken", || {
            socket.send(send(hall, id, true)).expect("sent");
            match ack(&mut socket) {
                Some((id, pos)) => acked.insert(id, pos).is_none(),
                None => false,
            }
        });
    }
    let all = all(process, session, hall);
    let there: BTreeMap<MessageId, Pos> = all.iter().copied().collect();
    assert_eq!(there.len(), all.len(), "each once");
    assert_eq!(there, acked, "all acknowledged messages, at their positions");
}

#[test]
fn killed_server_loses_no_acknowledged_message() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let (session, hall) = cluster.process("a").sign_up("ann");
    for (round, name) in ["a", "c", "d"].into_iter().enumerate() {
        if round > 0 {
            cluster.add(name);
        }
        let mut before = all(cluster.process("b"), &session, &hall);
        let (acked, open) = say_until_it_dies(cluster.take(name), &session.access_token, &hall, Some(round * 2));
        before.extend(acked);
        goes_on(&mut cluster, &session, &hall, (before.into_iter().collect(), open));
    }
}

macro_rules! dies {
    ($($name:ident: $step:literal;)*) => {
        $(
            #[test]
            fn $name() {
                a_projector_that_dies($step);
            }
        )*
    };
}

// Each step of writing a batch, in order: the next server continues without a gap or a duplicate.
dies! {
    a_projector_that_dies_before_the_read_marks: "projector.before-read-marks";
    a_projector_that_dies_before_it_writes: "projector.before-apply";
    a_projector_that_dies_after_the_insert: "archive.after-insert";
    a_projector_that_dies_before_the_commit: "archive.before-commit";
    a_projector_that_dies_after_the_commit: "archive.after-commit";
    a_projector_that_dies_after_it_wrote: "projector.after-apply";
    a_projector_that_dies_before_the_cache: "projector.before-cache";
    a_projector_that_dies_after_the_cache: "projector.after-cache";
}

fn a_projector_that_dies(step: &str) {
    let Some(binary) = std::env::var_os("JIMMY_FAULTS_BINARY").map(PathBuf::from) else {
        println!("skipped: JIMMY_FAULTS_BINARY does not name a build with failpoints (make test-rust does)");
        return;
    };
    let mut cluster = Cluster::start(&["b"]);
    cluster.process("b").sign_up("ann");
    let mut said = 0;
    for round in 0..whole(ROUNDS, 1) {
        // All rounds together take longer than a token is good for, and one channel would be read again and again.
        let session = cluster.process("b").log_in("ann");
        let channel = cluster.process("b").create(&session, &format!("round {round}"));
        let path = format!("/channels/{}", channel.id);
        eventually("it begins", || cluster.process("b").get::<Channel>(&session, &path).head > Pos::ZERO);
        // Otherwise the next server has enough to write to die before it is ready.
        let created = format!("SELECT count(*) FROM events WHERE channel = '{}'", channel.id);
        eventually("everything is archived", || {
            cluster.place.numbers(&created) == [2] && cluster.place.numbers(MESSAGES)[0] == said as i64
        });
        // Who is alone projects.
        cluster.take("b").kill();
        let dies = ("FAILPOINTS", &*format!("{step}=2*off->panic"));
        let process = cluster.try_add_of(&binary, "a", &[dies]).expect("it starts");
        let (acked, open) = say_until_it_dies(process, &session.access_token, &channel, None);
        said += acked.len() + open.len();
        cluster.add("b");
        goes_on(&mut cluster, &session, &channel, (acked, open));
    }
    eventually("the database has each once", || {
        let numbers = cluster.place.numbers(MESSAGES);
        assert_eq!(numbers[0], numbers[1]);
        numbers[0] == said as i64
    });
}
