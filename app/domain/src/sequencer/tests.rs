use super::*;
use crate::{
    drafts::MessageBody,
    event::Account,
    names::{AccountName, ChannelName, DisplayName, Topic},
};

fn account(name: &str) -> Account {
    Account {
        id: name.parse().unwrap(),
        name: AccountName::parse(name).unwrap(),
        display_name: DisplayName::parse(name).unwrap(),
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn change(id: MessageId, after: u64, millis: i64, action: Action) -> Vec<u8> {
    let channel = "c".parse().unwrap();
    Record::Change(Change { generation: 1, channel, id, at: at(millis), after, action }).encode()
}

fn say(id: MessageId, who: &str, text: &str, after: u64) -> Vec<u8> {
    let body = MessageBody::parse(text).unwrap();
    let digest = Digest([text.len() as u8; 16]);
    change(id, after, 1_000, Action::Message { author: account(who), body, digest })
}

fn created(capacity: usize) -> Sequencer {
    let mut sequencer = Sequencer::restore(1, 0, HashMap::new(), Window::new(capacity));
    let name = ChannelName::parse("大廳").unwrap();
    let create = Action::Create { by: account("ann"), name, topic: Topic::parse("").unwrap() };
    sequencer.read(0, &Record::Marker { generation: 1 }.encode()).unwrap();
    assert!(matches!(outcome(sequencer.read(1, &change(MessageId::generate(), 0, 5_000, create))), Outcome::Kept(_)));
    sequencer
}

fn outcome(reading: Result<Reading, Broken>) -> Outcome {
    match reading.unwrap() {
        Reading::Change(decision) => decision.outcome,
        other => panic!("no decision: {other:?}"),
    }
}

fn kept(reading: Result<Reading, Broken>) -> Event {
    match outcome(reading) {
        Outcome::Kept(sequenced) => sequenced.event.clone(),
        other => panic!("not kept: {other:?}"),
    }
}

#[test]
fn events_are_chained_counted_and_never_go_back_in_time() {
    let mut sequencer = created(8);
    let first = kept(sequencer.read(4, &say(MessageId::generate(), "ann", "hi", 2)));
    let second = kept(sequencer.read(9, &say(MessageId::generate(), "bob", "yo", 2)));
    assert_eq!((first.pos, first.prev), (Pos::new(1, 4), Pos::new(1, 1)));
    assert_eq!((second.pos, second.prev), (Pos::new(1, 9), Pos::new(1, 4)));
    assert_eq!((first.message().unwrap().n, second.message().unwrap().n), (1, 2));
    assert_eq!(first.at, at(5_000), "raised to the channel's newest");
    assert_eq!(sequencer.head(&"c".parse().unwrap()).unwrap().n, 2);
}

#[test]
fn same_id_repeats_or_conflicts() {
    let mut sequencer = created(8);
    let id = MessageId::generate();
    let first = kept(sequencer.read(2, &say(id, "ann", "hi", 2)));
    assert_eq!(outcome(sequencer.read(3, &say(id, "ann", "hi", 2))), Outcome::Repeat(first.pos));
    assert_eq!(outcome(sequencer.read(4, &say(id, "ann", "other", 2))), Outcome::Conflict);
    assert_eq!(outcome(sequencer.read(5, &say(id, "bob", "hi", 2))), Outcome::Conflict);
}

#[test]
fn a_copy_older_than_the_window_is_stale_never_a_second_message() {
    let mut sequencer = created(2);
    let late = MessageId::generate();
    let looked = sequencer.next();
    kept(sequencer.read(2, &say(late, "ann", "hi", looked)));
    for offset in 3..6 {
        kept(sequencer.read(offset, &say(MessageId::generate(), "bob", "yo", offset)));
    }
    assert_eq!(outcome(sequencer.read(6, &say(late, "ann", "hi", looked))), Outcome::Stale);
    kept(sequencer.read(7, &say(MessageId::generate(), "ann", "new", 6)));
}

#[test]
fn the_stored_state_gives_the_same_verdicts() {
    let mut old = created(WINDOW);
    let id = MessageId::generate();
    kept(old.read(2, &say(id, "ann", "hi", 2)));
    let window = Window::restore(old.window.floor(), old.window.entries().cloned());
    let mut young = Sequencer::restore(1, old.next(), old.heads.clone(), window);
    for record in [say(id, "ann", "hi", 2), say(id, "bob", "hi", 2), say(MessageId::generate(), "bob", "yo", 3)] {
        let next = old.next();
        assert_eq!(old.read(next, &record), young.read(next, &record));
    }
}

#[test]
fn rejected_records_do_not_stop_the_sequencer() {
    let mut sequencer = created(8);
    let orphan = Record::Change(Change {
        generation: 1,
        channel: "elsewhere".parse().unwrap(),
        id: MessageId::generate(),
        at: at(0),
        after: 0,
        action: Action::Join { who: account("ann") },
    });
    for poison in [b"\xff\x00".to_vec(), b"{}".to_vec(), orphan.encode()] {
        let next = sequencer.next();
        assert!(matches!(sequencer.read(next, &poison), Ok(Reading::Rejected { .. })));
    }
    let next = sequencer.next();
    kept(sequencer.read(next, &say(MessageId::generate(), "ann", "goes on", next)));
}

#[test]
fn a_log_that_goes_back_or_is_newer_ends_it() {
    let mut sequencer = created(8);
    assert_eq!(sequencer.read(1, b"{}"), Err(Broken::WentBack { got: 1, next: 2 }));
    let newer = Record::Marker { generation: 2 }.encode();
    assert_eq!(sequencer.read(2, &newer), Err(Broken::NewerGeneration { got: 2, ours: 1 }));
}
