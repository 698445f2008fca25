//! Logs as they may be: from few channels, authors, ids and texts, so that they meet often.

use std::ops::Range;

use proptest::{collection::vec, prelude::*};

use crate::{
    clock::Timestamp,
    drafts::MessageBody,
    event::Account,
    ids::{ChannelId, MessageId},
    names::{AccountName, ChannelName, DisplayName, Topic},
    record::{Action, Change, Digest, Record},
};

/// The log's generation; there is one before it.
pub const GENERATION: u32 = 2;
/// Records of one log.
pub const RECORDS_MAX: usize = 64;
/// Ids that a window holds.
pub const CAPACITIES: Range<usize> = 1..7;

/// One record of a log.
#[derive(Clone, Debug)]
pub struct Line {
    /// Offsets that hold nothing, before it.
    hole: u64,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Change { generation: u32, channel: u8, id: u8, millis: i64, after: After, action: Action },
    Marker { generation: u32 },
    Bytes(Vec<u8>),
}

/// Up to where its writer says that it had looked.
#[derive(Clone, Copy, Debug)]
enum After {
    /// This number of records before its own place: an honest, late one.
    Back(u64),
    /// Any number: a writer that errs.
    At(u64),
}

/// A log, not yet written.
pub fn script() -> impl Strategy<Value = Vec<Line>> {
    let change = (generation(), 0..3_u8, 0..20_u8, 0..5_000_i64, after(), action()).prop_map(
        |(generation, channel, id, millis, after, action)| What::Change {
            generation,
            channel,
            id,
            millis,
            after,
            action,
        },
    );
    let what = prop_oneof![
        20 => change,
        1 => generation().prop_map(|generation| What::Marker { generation }),
        1 => vec(any::<u8>(), 0..40).prop_map(What::Bytes),
    ];
    let hole = prop_oneof![3 => Just(0), 1 => 1..9_u64];
    vec((hole, what).prop_map(|(hole, what)| Line { hole, what }), 1..RECORDS_MAX)
}

fn generation() -> impl Strategy<Value = u32> {
    prop_oneof![9 => Just(GENERATION), 1 => 1..GENERATION]
}

fn after() -> impl Strategy<Value = After> {
    prop_oneof![
        6 => (0..4_u64).prop_map(After::Back),
        3 => (4..60_u64).prop_map(After::Back),
        1 => any::<u64>().prop_map(After::At),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let who = || (0..3_u8).prop_map(|who| account(&format!("who{who}")));
    prop_oneof![
        8 => (who(), 0..2_u8).prop_map(|(author, text)| say(author, &format!("text {text}"))),
        3 => (who(), 0..2_u8).prop_map(|(by, name)| create(by, &format!("name {name}"))),
        1 => who().prop_map(|who| Action::Join { who }),
        1 => who().prop_map(|who| Action::Leave { who }),
    ]
}

/// The records, each with its offset.
pub fn log(script: &[Line]) -> Vec<(u64, Vec<u8>)> {
    let mut next = 0;
    let write = |line: &Line| {
        let offset = next + line.hole;
        next = offset + 1;
        let bytes = match &line.what {
            What::Bytes(bytes) => bytes.clone(),
            What::Marker { generation } => Record::Marker { generation: *generation }.encode(),
            What::Change { generation, channel, id, millis, after, action } => Record::Change(Change {
                generation: *generation,
                channel: self::channel(*channel),
                id: self::id(*id),
                at: Timestamp::from_millis(*millis),
                after: match after {
                    After::Back(records) => offset.saturating_sub(*records),
                    After::At(offset) => *offset,
                },
                action: action.clone(),
            })
            .encode(),
        };
        (offset, bytes)
    };
    script.iter().map(write).collect()
}

pub fn account(name: &str) -> Account {
    Account {
        id: name.parse().unwrap(),
        name: AccountName::parse(name).unwrap(),
        display_name: DisplayName::parse(name).unwrap(),
    }
}

pub fn channel(number: u8) -> ChannelId {
    format!("channel{number}").parse().unwrap()
}

pub fn id(number: u8) -> MessageId {
    format!("019ab3de-7b1a-7c00-8000-0000000000{number:02x}").parse().unwrap()
}

pub fn say(author: Account, text: &str) -> Action {
    let mut digest = [0; 16];
    digest.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    Action::Message { author, body: MessageBody::parse(text).unwrap(), digest: Digest(digest) }
}

pub fn create(by: Account, name: &str) -> Action {
    Action::Create { by, name: ChannelName::parse(name).unwrap(), topic: Topic::parse("").unwrap() }
}
