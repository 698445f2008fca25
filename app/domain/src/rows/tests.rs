//! Which lines a page shows.

use super::*;
use crate::{
    api::History,
    drafts::MessageBody,
    event::Message,
    names::{AccountName, DisplayName},
    timeline::Input,
};

fn account(name: &str) -> Account {
    Account {
        id: name.parse().unwrap(),
        name: AccountName::parse(name).unwrap(),
        display_name: DisplayName::parse(name).unwrap(),
    }
}

fn said_by(who: &str) -> EventKind {
    let body = MessageBody::parse("hi").unwrap();
    EventKind::Message(Message { id: MessageId::generate(), author: account(who), body, n: 1 })
}

fn joined(who: &str) -> EventKind {
    EventKind::Joined { who: account(who) }
}

/// Rows of events at these minutes, as `day`, `name` for a header, `.` for a line under it, `joined 2` for joins.
fn shown(events: Vec<(i64, EventKind)>, offset: i32) -> Vec<String> {
    shown_to("zoe", None, events, offset)
}

fn shown_to(reader: &str, read: Option<u64>, events: Vec<(i64, EventKind)>, offset: i32) -> Vec<String> {
    let channel: crate::ids::ChannelId = "c".parse().unwrap();
    let events: Vec<Event> = (1..)
        .zip(events)
        .map(|(place, (minute, kind))| Event {
            channel: channel.clone(),
            pos: Pos::new(1, place),
            prev: Pos::new(1, place - 1),
            at: Timestamp::from_millis(minute * 60_000),
            kind,
        })
        .collect();
    let (from, to) = (events[0].prev, events[events.len() - 1].pos);
    let mut timeline = Timeline::default();
    let _ = timeline.apply(Input::Opened(History { channel, from, to, events, has_older: false, has_newer: false }));
    let show = |row: &Row| match row {
        Row::Day { .. } => "day".into(),
        Row::New => "new".into(),
        Row::Message(row) if row.first => row.author.name.as_str().into(),
        Row::Message(_) => ".".into(),
        Row::Happened { who, .. } => format!("joined {}", who.len()),
    };
    let divider = read.map(|place| Pos::new(1, place));
    rows(&timeline, &reader.parse().unwrap(), divider, &|_| offset).iter().map(show).collect()
}

#[test]
fn lines_of_one_author_within_five_minutes_share_a_header() {
    let events =
        vec![(0, said_by("ann")), (4, said_by("ann")), (5, said_by("ann")), (6, said_by("bob")), (7, said_by("ann"))];
    assert_eq!(shown(events, 0), ["day", "ann", ".", "ann", "bob", "ann"]);
}

#[test]
fn a_header_carries_twenty_lines_at_most() {
    let events = (0..21).map(|_| (0, said_by("ann"))).collect();
    assert_eq!(shown(events, 0).iter().filter(|row| *row == "ann").count(), 2);
}

#[test]
fn three_joins_in_a_row_or_more_are_one_line() {
    let two = || vec![(0, joined("ann")), (0, joined("bob"))];
    assert_eq!(shown(two(), 0), ["day", "joined 1", "joined 1"]);
    let many = || [two(), vec![(0, joined("cid"))]].concat();
    assert_eq!(shown(many(), 0), ["day", "joined 3"]);
    let more = [many(), two(), vec![(1, said_by("ann"))], two()].concat();
    assert_eq!(shown(more, 0), ["day", "joined 5", "ann", "joined 1", "joined 1"]);
    let left = vec![(0, EventKind::Left { who: account("dan") }), (0, joined("eve"))];
    assert_eq!(shown([many(), left].concat(), 0), ["day", "joined 3", "joined 1", "joined 1"], "like things only");
}

#[test]
fn a_day_begins_at_the_readers_midnight() {
    let late = 15 * 60 + 58;
    let events = || vec![(late, said_by("ann")), (late + 3, said_by("ann"))];
    assert_eq!(shown(events(), 0), ["day", "ann", "."]);
    assert_eq!(shown(events(), 8 * 60), ["day", "ann", "day", "ann"]);
}

#[test]
fn what_is_new_stands_below_a_line_and_begins_with_a_header() {
    let said = || vec![(0, said_by("ann")), (1, said_by("ann")), (2, said_by("bob"))];
    assert_eq!(shown_to("bob", Some(1), said(), 0), ["day", "ann", "new", "ann", "bob"]);
    assert_eq!(shown_to("ann", Some(1), said(), 0), ["day", "ann", ".", "new", "bob"], "never before one's own");
    assert_eq!(shown_to("bob", Some(2), said(), 0), ["day", "ann", ".", "bob"], "nothing of others after it");
    assert_eq!(shown_to("ann", Some(3), said(), 0), ["day", "ann", ".", "bob"], "nothing after it");
    let joined = vec![(0, said_by("ann")), (1, joined("bob")), (2, said_by("bob"))];
    assert_eq!(shown_to("zoe", Some(1), joined, 0), ["day", "ann", "joined 1", "new", "bob"], "joins are never new");
}

#[test]
fn a_pending_line_carries_a_header_if_it_will_carry_one() {
    let channel: crate::ids::ChannelId = "c".parse().unwrap();
    let header_after = |minutes: i64| {
        let id = MessageId::generate();
        let at = Timestamp::from_millis(id.made_at().millis() - minutes * 60_000);
        let events =
            vec![Event { channel: channel.clone(), pos: Pos::new(1, 1), prev: Pos::ZERO, at, kind: said_by("ann") }];
        let page = History {
            channel: channel.clone(),
            from: Pos::ZERO,
            to: Pos::new(1, 1),
            events,
            has_older: false,
            has_newer: false,
        };
        let mut timeline = Timeline::default();
        let _ = timeline.apply(Input::Opened(page));
        let body = MessageBody::parse("hi").unwrap();
        let _ = timeline.apply(Input::Sent(Pending { id, author: account("ann"), body, state: PendingState::Kept }));
        matches!(rows(&timeline, &"ann".parse().unwrap(), None, &|_| 0).last(), Some(Row::Message(row)) if row.first)
    };
    assert!(!header_after(4));
    assert!(header_after(6));
}
