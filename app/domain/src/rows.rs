//! From what a page holds to the lines it shows: days, headers, joins that fold. Pure, so that it is the same in the page
//! that the server sends and in the one that the browser keeps.

use crate::{
    clock::{Local, Timestamp},
    event::{Account, Event, EventKind},
    ids::{MessageId, Pos},
    timeline::{Pending, PendingState, Timeline},
};

/// Lines of one author within so many milliseconds share a header.
pub const GROUP_WINDOW_MS: i64 = 5 * 60 * 1_000;
/// Most lines under one header.
pub const GROUP_LINES_MAX: usize = 20;

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A new day of the reader's begins.
    Day {
        /// A moment of that day.
        at: Timestamp,
        /// The day.
        local: Local,
    },
    /// Somebody said something.
    Message(Box<MessageRow>),
    /// Something happened that nobody said; like things in a row are one line.
    Happened {
        /// Place of the first.
        pos: Pos,
        /// What.
        what: Happening,
        /// Who, in order.
        who: Vec<Account>,
    },
}

/// What happened, when it is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The channel began.
    Created,
    /// Became a member.
    Joined,
    /// Is no member any more.
    Left,
}

/// One message's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// The message's id: the same from the key stroke on.
    pub id: MessageId,
    /// Whether it carries the header with name and time.
    pub first: bool,
    /// Who.
    pub author: Account,
    /// The text.
    pub body: String,
    /// The server's time, and the reader's clock then; a pending one has none.
    pub at: Option<(Timestamp, Local)>,
    /// `None` when it stands in the order.
    pub pending: Option<PendingState>,
}

impl Row {
    /// Tells rows apart; changes when the row has to be drawn anew.
    pub fn key(&self) -> String {
        match self {
            Row::Day { local, .. } => format!("d{:?}", local.date()),
            Row::Happened { pos, who, .. } => format!("h{pos}x{}", who.len()),
            Row::Message(row) => {
                let state = match row.pending {
                    None => 's',
                    Some(PendingState::Kept) => 'k',
                    Some(PendingState::Failed(_)) => 'f',
                    Some(_) => 'p',
                };
                let clock = row.at.map_or(0, |(_, local)| u32::from(local.hour) * 60 + u32::from(local.minute));
                format!("{}{}{state}{clock}", row.id, u8::from(row.first))
            }
        }
    }
}

/// The lines of a timeline; `offset_minutes` is the reader's time zone at a moment (0 until the browser has said it).
pub fn rows(timeline: &Timeline, offset_minutes: impl Fn(Timestamp) -> i32) -> Vec<Row> {
    let mut rows = Rows { rows: Vec::new(), day: None, group: None };
    for event in timeline.events() {
        rows.event(event, event.at.local(offset_minutes(event.at)));
    }
    timeline.pending().iter().for_each(|pending| rows.pending(pending));
    rows.rows
}

struct Rows {
    rows: Vec<Row>,
    day: Option<(i32, u8, u8)>,
    group: Option<Group>,
}

struct Group {
    author: Account,
    since: Timestamp,
    lines: usize,
}

impl Rows {
    fn event(&mut self, event: &Event, local: Local) {
        let happening = match &event.kind {
            EventKind::Message(_) => None,
            EventKind::Created { by, .. } => Some((Happening::Created, by)),
            EventKind::Joined { who } => Some((Happening::Joined, who)),
            EventKind::Left { who } => Some((Happening::Left, who)),
            EventKind::Unknown => return,
        };
        if self.day != Some(local.date()) {
            self.day = Some(local.date());
            self.group = None;
            self.rows.push(Row::Day { at: event.at, local });
        }
        match (happening, event.message()) {
            (Some((what, who)), _) => self.happened(event.pos, what, who),
            (None, Some(message)) => {
                let first = self.starts_group(&message.author, Some(event.at));
                self.rows.push(Row::Message(Box::new(MessageRow {
                    id: message.id,
                    first,
                    author: message.author.clone(),
                    body: message.body.as_str().to_owned(),
                    at: Some((event.at, local)),
                    pending: None,
                })));
            }
            (None, None) => {}
        }
    }

    fn pending(&mut self, pending: &Pending) {
        let first = self.starts_group(&pending.author, None);
        self.rows.push(Row::Message(Box::new(MessageRow {
            id: pending.id,
            first,
            author: pending.author.clone(),
            body: pending.body.as_str().to_owned(),
            at: None,
            pending: Some(pending.state),
        })));
    }

    fn happened(&mut self, pos: Pos, what: Happening, who: &Account) {
        self.group = None;
        if let Some(Row::Happened { what: last, who: people, .. }) = self.rows.last_mut()
            && *last == what
        {
            people.push(who.clone());
            return;
        }
        self.rows.push(Row::Happened { pos, what, who: vec![who.clone()] });
    }

    /// Whether a line begins a group; a pending one (without a time) joins its author's.
    fn starts_group(&mut self, author: &Account, at: Option<Timestamp>) -> bool {
        let goes_on = self.group.as_ref().is_some_and(|group| {
            let near = at.is_none_or(|at| at.millis() - group.since.millis() < GROUP_WINDOW_MS);
            group.author.id == author.id && near && group.lines < GROUP_LINES_MAX
        });
        match self.group.as_mut().filter(|_| goes_on) {
            Some(group) => group.lines += 1,
            None => {
                let since = at.unwrap_or_default();
                self.group = Some(Group { author: author.clone(), since, lines: 1 });
            }
        }
        !goes_on
    }
}

#[cfg(test)]
mod tests {
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

    fn said(who: &str) -> EventKind {
        let body = MessageBody::parse("hi").unwrap();
        EventKind::Message(Message { id: MessageId::generate(), author: account(who), body, n: 1 })
    }

    fn joined(who: &str) -> EventKind {
        EventKind::Joined { who: account(who) }
    }

    /// Rows of events at these minutes, as `day`, `name` for a header, `.` for a line under it, `joined 2` for joins.
    fn shown(events: Vec<(i64, EventKind)>, offset: i32) -> Vec<String> {
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
        let _ =
            timeline.apply(Input::Opened(History { channel, from, to, events, has_older: false, has_newer: false }));
        let show = |row: &Row| match row {
            Row::Day { .. } => "day".into(),
            Row::Message(row) if row.first => row.author.name.as_str().into(),
            Row::Message(_) => ".".into(),
            Row::Happened { who, .. } => format!("joined {}", who.len()),
        };
        rows(&timeline, |_| offset).iter().map(show).collect()
    }

    #[test]
    fn lines_of_one_author_within_five_minutes_share_a_header() {
        let events = vec![(0, said("ann")), (4, said("ann")), (5, said("ann")), (6, said("bob")), (7, said("ann"))];
        assert_eq!(shown(events, 0), ["day", "ann", ".", "ann", "bob", "ann"]);
    }

    #[test]
    fn a_header_carries_twenty_lines_at_most() {
        let events = (0..21).map(|_| (0, said("ann"))).collect();
        assert_eq!(shown(events, 0).iter().filter(|row| *row == "ann").count(), 2);
    }

    #[test]
    fn joins_in_a_row_are_one_line() {
        let events = vec![(0, joined("ann")), (0, joined("bob")), (1, said("ann")), (1, joined("cid"))];
        assert_eq!(shown(events, 0), ["day", "joined 2", "ann", "joined 1"]);
    }

    #[test]
    fn a_day_begins_at_the_readers_midnight() {
        let late = 15 * 60 + 58;
        let events = || vec![(late, said("ann")), (late + 3, said("ann"))];
        assert_eq!(shown(events(), 0), ["day", "ann", "."]);
        assert_eq!(shown(events(), 8 * 60), ["day", "ann", "day", "ann"]);
    }
}
