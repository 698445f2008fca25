//! The rows that a page shows of a timeline: days, messages with headers, folded joins. Pure, so that the server-rendered page
//! and the browser produce the same rows.

use crate::{
    clock::{Local, Timestamp},
    event::{Account, Event, EventKind},
    ids::{AccountId, MessageId, Pos},
    timeline::{Pending, PendingState, Timeline},
};

/// Period in which messages of one author share a header, in milliseconds.
pub const GROUP_WINDOW_MS: i64 = 5 * 60 * 1_000;
/// Minimum number of consecutive equal happenings that are folded into one row.
pub const FOLDED_MIN: usize = 3;
/// Maximum number of messages that share a header.
pub const GROUP_LINES_MAX: usize = 20;

/// One row of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The start of a day in the reader's time zone.
    Day {
        /// The time of the first event of the day.
        at: Timestamp,
        /// That time in the reader's time zone.
        local: Local,
    },
    /// The border above the first unread message.
    New,
    /// A message.
    Message(Box<MessageRow>),
    /// A creation, joins or leaves. [`FOLDED_MIN`] or more equal ones in a row share a row.
    Happened {
        /// The position of the first event.
        pos: Pos,
        /// The kind of event.
        what: Happening,
        /// The users, in the order of the events.
        who: Vec<Account>,
    },
}

/// The kind of an event that is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The channel was created.
    Created,
    /// A user became a member.
    Joined,
    /// A user is no longer a member.
    Left,
}

/// The row of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// The id of the message, the same while it is pending and afterwards.
    pub id: MessageId,
    /// The position of its event; `None` while pending.
    pub pos: Option<Pos>,
    /// Whether it shows the header with name and time.
    pub first: bool,
    /// The account that sent the message.
    pub author: Account,
    /// The text as it was typed.
    pub body: String,
    /// The server's time, also in the reader's time zone; `None` while pending.
    pub at: Option<(Timestamp, Local)>,
    /// Its state of delivery; `None` once it has an event.
    pub pending: Option<PendingState>,
}

impl Row {
    /// Returns a key that is unique in a list of rows and changes when the row has to be rendered again.
    pub fn key(&self) -> String {
        match self {
            Row::Day { local, .. } => format!("d{:?}", local.date()),
            Row::New => "n".to_owned(),
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

/// Returns the rows of a timeline. [`Row::New`] precedes the first message of another user than `reader` after the position
/// `divider`. `offset_minutes` returns the reader's offset from UTC at a moment (0 until the browser has reported it).
pub fn rows(
    timeline: &Timeline,
    reader: &AccountId,
    divider: Option<Pos>,
    offset_minutes: &dyn Fn(Timestamp) -> i32,
) -> Vec<Row> {
    let divider = divider.and_then(|read| first_unread(timeline, reader, read));
    let mut rows = Rows { rows: Vec::new(), day: None, group: None, divider };
    for event in timeline.events() {
        rows.event(event, event.at.local(offset_minutes(event.at)));
    }
    timeline.pending().iter().for_each(|pending| rows.pending(pending));
    rows.rows
}

/// Returns the position of the first message of another user after the position `read`, or `None` if it is not held.
pub fn first_unread(timeline: &Timeline, reader: &AccountId, read: Pos) -> Option<Pos> {
    let is_unread =
        |event: &&Event| event.pos > read && event.message().is_some_and(|message| message.author.id != *reader);
    // If the events held begin after `read`, the first unread message is unknown.
    timeline.events().iter().find(is_unread).map(|event| event.pos).filter(|_| timeline.from() <= read)
}

struct Rows {
    rows: Vec<Row>,
    day: Option<(i32, u8, u8)>,
    group: Option<Group>,
    divider: Option<Pos>,
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
                if self.divider == Some(event.pos) {
                    self.group = None;
                    self.rows.push(Row::New);
                }
                let first = self.starts_group(&message.author, event.at);
                self.rows.push(Row::Message(Box::new(MessageRow {
                    id: message.id,
                    pos: Some(event.pos),
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
        // By the device's clock, not the server's: good enough to predict whether the row will have a header, so that its
        // height stays the same when the event arrives.
        let first = self.starts_group(&pending.author, pending.id.made_at());
        self.rows.push(Row::Message(Box::new(MessageRow {
            id: pending.id,
            pos: None,
            first,
            author: pending.author.clone(),
            body: pending.body.as_str().to_owned(),
            at: None,
            pending: Some(pending.state),
        })));
    }

    fn happened(&mut self, pos: Pos, what: Happening, who: &Account) {
        self.group = None;
        self.rows.push(Row::Happened { pos, what, who: vec![who.clone()] });
        // The folded row and this one, or enough single rows to fold.
        let like = |row: &&Row| matches!(row, Row::Happened { what: last, .. } if *last == what);
        let run = self.rows.iter().rev().take(FOLDED_MIN).take_while(like).count();
        let people = |row: &Row| if let Row::Happened { who, .. } = row { who.len() } else { 0 };
        let first = self.rows.len() - run;
        if self.rows[first..].iter().map(people).sum::<usize>() < FOLDED_MIN {
            return;
        }
        let mut all = Vec::new();
        for row in self.rows.drain(first + 1..) {
            if let Row::Happened { who, .. } = row {
                all.extend(who);
            }
        }
        if let Some(Row::Happened { who, .. }) = self.rows.last_mut() {
            who.extend(all);
        }
    }

    /// Returns whether a message starts a new group, and adds it to its group.
    fn starts_group(&mut self, author: &Account, at: Timestamp) -> bool {
        let goes_on = self.group.as_ref().is_some_and(|group| {
            let near = at.millis() - group.since.millis() < GROUP_WINDOW_MS;
            group.author.id == author.id && near && group.lines < GROUP_LINES_MAX
        });
        match self.group.as_mut().filter(|_| goes_on) {
            Some(group) => group.lines += 1,
            None => self.group = Some(Group { author: author.clone(), since: at, lines: 1 }),
        }
        !goes_on
    }
}

#[cfg(test)]
mod tests;
