//! From what a page holds to the lines it shows: days, headers, joins that fold. Pure, so that it is the same in the page
//! that the server sends and in the one that the browser keeps.

use crate::{
    clock::{Local, Timestamp},
    event::{Account, Event, EventKind},
    ids::{AccountId, MessageId, Pos},
    timeline::{Pending, PendingState, Timeline},
};

/// Lines of one author within so many milliseconds share a header.
pub const GROUP_WINDOW_MS: i64 = 5 * 60 * 1_000;
/// So many like things in a row are one line; fewer have a line each.
pub const FOLDED_MIN: usize = 3;
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
    /// What others said from here on is new to the reader.
    New,
    /// Somebody said something.
    Message(Box<MessageRow>),
    /// Something happened that nobody said; [`FOLDED_MIN`] like things in a row, or more, are one line.
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
    /// Its place in the order; a pending one has none.
    pub pos: Option<Pos>,
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

/// The lines of a timeline. What others than `reader` said after `divider` stands below a line that says so.
/// `offset_minutes` is the reader's time zone at a moment (0 until the browser has said it).
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

/// The first message of somebody else after a place, if it is held here.
pub fn first_unread(timeline: &Timeline, reader: &AccountId, read: Pos) -> Option<Pos> {
    let is_unread =
        |event: &&Event| event.pos > read && event.message().is_some_and(|message| message.author.id != *reader);
    // Where what is held begins later, the first unread one is not known.
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
        // The device's clock, and not the server's: good enough to tell whether the line will carry a header, so that it
        // keeps its height when the server has placed it.
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
        // The folded line and this one, or as many single ones as make a folded one.
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

    /// Whether a line begins a group.
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
