//! The shape of every frame, event, answer and record, against a file: fields are added, never changed. When a shape is
//! added, the file is written again with `JIMMY_WRITE_GOLDEN=1`; its difference is what programs will see.

mod examples;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use domain::{
    api::{ChannelKind, Gateway, History, Page, Posted, Problem, Session},
    error::ErrorCode,
    event::{Account, Event, EventKind},
    ids::Pos,
    record::Record,
    wire::{ClientFrame, ServerFrame},
};
use examples::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const FILE: &str = include_str!("shapes.json");

/// Writes a value, and sees that it is read back as it was.
fn written<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> Value {
    let written = serde_json::to_value(value).expect("it can be written");
    assert_eq!(serde_json::from_value::<T>(written.clone()).expect("it can be read"), *value);
    written
}

fn answers() -> Value {
    let history = History {
        channel: channel_id(),
        from: Pos::ZERO,
        to: Pos::new(1, 9),
        events: vec![event(EventKind::Left { who: ann() })],
        has_older: false,
        has_newer: true,
    };
    let problem = Problem {
        kind: "about:blank".into(),
        title: "Forbidden".into(),
        status: 403,
        detail: "Only members may write.".into(),
        code: ErrorCode::NotMember,
    };
    let session = Session {
        account: ann(),
        access_token: "a".into(),
        token_type: "Bearer".into(),
        expires_in: 900,
        refresh_token: "r".into(),
    };
    serde_json::json!({
        "channel": written(&channel(ChannelKind::Public)),
        "gateway": written(&Gateway { url: "ws://127.0.0.1:3000/ws".into() }),
        "history": written(&history),
        "page": written(&Page { items: vec![ann()], next: Some("x".into()) }),
        "last page": written(&Page::<Account> { items: vec![], next: None }),
        "posted": written(&Posted { id: id(), pos: Pos::new(1, 9) }),
        "problem": written(&problem),
        "session": written(&session),
    })
}

fn shapes() -> Value {
    let named = |pairs: Vec<(&str, Value)>| -> Value {
        let count = pairs.len();
        let named: BTreeMap<&str, Value> = pairs.into_iter().collect();
        assert_eq!(named.len(), count, "two under one name");
        serde_json::json!(named)
    };
    let events = kinds().into_iter().map(|kind| (kind_name(&kind), written(&event(kind.clone())))).collect();
    serde_json::json!({
        "answers": answers(),
        "codes": CODES.map(|code| (code.word(), code.is_final())).into_iter().collect::<BTreeMap<_, _>>(),
        "client frames": named(client_frames().iter().map(|frame| (client_name(frame), written(frame))).collect()),
        "events": named(events),
        "records": named(records().iter().map(|record| (record_name(record), written(record))).collect()),
        "server frames": named(server_frames().iter().map(|frame| (server_name(frame), written(frame))).collect()),
    })
}

#[test]
fn shapes_are_as_they_were() {
    let now = shapes();
    if env::var_os("JIMMY_WRITE_GOLDEN").is_some() {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/shapes.json");
        fs::write(file, serde_json::to_string_pretty(&now).expect("text") + "\n").expect("a file");
        return;
    }
    let then: Value = serde_json::from_str(FILE).expect("JSON");
    let groups = |all: &Value| all.as_object().expect("groups").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(groups(&now), groups(&then));
    for group in groups(&now) {
        for name in groups(&now[&group]).union(&groups(&then[&group])) {
            assert_eq!(now[&group][name], then[&group][name], "{group}, {name}: programs rely on what was");
        }
    }
}

#[test]
fn codes_are_written_as_their_words() {
    for code in CODES {
        assert_eq!(written(&code), code.word());
    }
}

#[test]
fn what_is_in_the_file_is_read() {
    let file: Value = serde_json::from_str(FILE).expect("JSON");
    let each = |name: &str| file[name].as_object().expect("an object").values().cloned().collect::<Vec<_>>();
    let events: Result<Vec<Event>, _> = each("events").into_iter().map(serde_json::from_value).collect();
    assert!(events.expect("events").iter().all(|event| event.kind != EventKind::Unknown));
    let frames: Result<Vec<ServerFrame>, _> = each("server frames").into_iter().map(serde_json::from_value).collect();
    assert!(frames.expect("frames").iter().all(|frame| *frame != ServerFrame::Unknown));
    let frames: Result<Vec<ClientFrame>, _> = each("client frames").into_iter().map(serde_json::from_value).collect();
    assert!(frames.expect("frames").iter().all(|frame| *frame != ClientFrame::Unknown));
    for record in each("records") {
        assert!(Record::decode(record.to_string().as_bytes()).is_ok(), "a log that was written must stay readable");
    }
}
