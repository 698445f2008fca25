//! The one file, alone in an empty folder: it contains everything that users need, and acknowledged messages survive
//! its being killed. `make test` gives it the development build with the site inside, `make release-test` the release.

use std::{collections::BTreeMap, path::PathBuf};

use domain::{
    api::History,
    ids::{MessageId, Pos},
};

use crate::process::{Process, ack, send};

/// Messages sent in one go, more than are acknowledged before the kill. As many as one user may send at once.
const SENT: usize = 55;
/// Number of messages acknowledged before the kill.
const ACKED: usize = 20;

#[test]
fn binary_alone_keeps_acknowledged_messages() {
    let Some(binary) = std::env::var_os("JIMMY_TEST_BINARY").map(PathBuf::from) else {
        println!("skipped: JIMMY_TEST_BINARY does not name a binary with the site inside (make test-rust does)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("jimmy-chat");
    std::fs::copy(binary, &alone).expect("copied");
    let process = Process::start(&alone, folder.path(), &[]);

    let page = ureq::get(format!("{}/sign-up", process.origin)).call().expect("a page");
    let page = page.into_body().read_to_string().expect("text");
    let css = page.split('"').find(|part| part.ends_with("/jimmy.css")).expect("a style sheet");
    for file in ["jimmy.css", "jimmy.js", "jimmy.wasm", "icons.svg", "start.js"] {
        let url = format!("{}{}", process.origin, css.replace("jimmy.css", file));
        let size = ureq::get(url).call().expect("it is inside").into_body().read_to_vec().expect("bytes").len();
        assert!(size > 100, "{file}");
    }

    let (session, hall) = process.sign_up("ann");

    let ids: Vec<MessageId> = (0..SENT).map(|_| MessageId::generate()).collect();
    let mut socket = process.socket(&session.access_token).expect("it opens");
    ids.iter().for_each(|id| socket.send(send(&hall, *id, false)).expect("sent"));
    let mut acked: BTreeMap<MessageId, Pos> = (0..ACKED).map(|_| ack(&mut socket).expect("an ack")).collect();
    process.kill();

    let process = Process::start(&alone, folder.path(), &[]);
    let mut socket = process.socket(&session.access_token).expect("it opens");
    let unknown: Vec<MessageId> = ids.iter().filter(|id| !acked.contains_key(id)).copied().collect();
    unknown.iter().for_each(|id| socket.send(send(&hall, *id, true)).expect("sent"));
    acked.extend(unknown.iter().map(|_| ack(&mut socket).expect("an ack")));

    let history: History = process.get(&session, &format!("/channels/{}/messages?limit=100", hall.id));
    let read: Vec<(MessageId, Pos)> =
        history.events.iter().filter_map(|event| Some((event.message()?.id, event.pos))).collect();
    let sent: Vec<(MessageId, Pos)> = ids.iter().map(|id| (*id, acked[id])).collect();
    assert_eq!(read, sent, "each once, at its position, in the order of sending");
    process.kill();
}
