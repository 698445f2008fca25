//! What the suites write and read.

use domain::{
    clock::Timestamp,
    drafts::MessageBody,
    event::{Account, Event, EventKind, Message},
    ids::{AccountId, ChannelId, MessageId, Pos, SessionId},
    names::{AccountName, ChannelName, DisplayName, Topic},
};
use jimmy_server::ports::directory::{AccountDraft, ChannelDraft, MembershipDraft, SessionDraft};

pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub fn account(name: &str) -> Account {
    Account {
        id: AccountId::generate(),
        name: AccountName::parse(name).expect("a name"),
        display_name: DisplayName::parse(name).expect("a name"),
    }
}

pub fn account_draft(name: &str) -> AccountDraft {
    AccountDraft {
        name: AccountName::parse(name).expect("a name"),
        name_key: name.to_lowercase(),
        name_skeleton: format!("skeleton of {name}"),
        display_name: DisplayName::parse(name).expect("a name"),
        password_hash: format!("hash of {name}"),
        join_id: MessageId::generate(),
        read: (Pos::ZERO, 0),
        at: at(1_000),
    }
}

pub fn session_draft(account: &AccountId, expires: i64) -> SessionDraft {
    SessionDraft {
        id: SessionId::generate(),
        account: account.clone(),
        device: "a browser".into(),
        address: "127.0.0.1".into(),
        at: at(1_000),
        expires_at: at(expires),
    }
}

pub fn channel_draft(by: &Account, name: &str) -> ChannelDraft {
    ChannelDraft {
        id: ChannelId::generate(),
        name: ChannelName::parse(name).expect("a name"),
        name_key: name.to_lowercase(),
        topic: Topic::parse("what it is for").expect("a topic"),
        partition: 0,
        by: by.clone(),
        create_id: MessageId::generate(),
        join_id: MessageId::generate(),
        at: at(2_000),
    }
}

pub fn membership(who: &Account, channel: &ChannelId) -> MembershipDraft {
    let read = (Pos::new(1, 7), 3);
    MembershipDraft { who: who.clone(), channel: channel.clone(), id: MessageId::generate(), read, at: at(3_000) }
}

/// A message at an offset, chained to the one at `prev` (0: none).
pub fn message(channel: &ChannelId, prev: u64, offset: u64) -> Event {
    let body = MessageBody::parse(&format!("第 {offset} 則")).expect("a body");
    let author = account("ann");
    Event {
        channel: channel.clone(),
        pos: Pos::new(1, offset),
        prev: if prev == 0 { Pos::ZERO } else { Pos::new(1, prev) },
        at: at(offset as i64),
        kind: EventKind::Message(Message { id: MessageId::generate(), author, body, n: offset }),
    }
}
