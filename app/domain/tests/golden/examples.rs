//! One of each kind. The compiler asks for the name of a new one; it then belongs into the list above the name, too.

use std::collections::BTreeMap;

use domain::{
    api::{Channel, ChannelKind},
    clock::Timestamp,
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, Event, EventKind, Message},
    ids::{AccountId, ChannelId, MessageId, Pos},
    limits::{HEARTBEAT_S, Limits},
    names::{AccountName, ChannelName, DisplayName, Topic},
    presence::Presence,
    record::{Action, Change, Digest, Record},
    wire::{ClientFrame, ServerFrame, Welcome},
};

pub fn ann() -> Account {
    Account {
        id: "ann-1".parse().expect("an id"),
        name: AccountName::parse("ann").expect("a name"),
        display_name: DisplayName::parse("安 Ann").expect("a name"),
    }
}

pub fn channel_id() -> ChannelId {
    "c-1".parse().expect("an id")
}

pub fn id() -> MessageId {
    "019ab3de-7b1a-7c00-8000-000000000001".parse().expect("an id")
}

pub fn at() -> Timestamp {
    Timestamp::from_millis(1_795_512_345_678)
}

pub fn body() -> MessageBody {
    MessageBody::parse("早安\n\"hi\"").expect("a body")
}

pub fn name() -> ChannelName {
    ChannelName::parse("讀書會").expect("a name")
}

pub fn topic() -> Topic {
    Topic::parse("設計的心理學").expect("a topic")
}

pub fn channel(kind: ChannelKind) -> Channel {
    Channel {
        id: channel_id(),
        name: name(),
        topic: topic(),
        kind,
        member_count: 2,
        joined: true,
        head: Pos::new(1, 9),
        head_n: 4,
        read: Pos::new(1, 7),
        read_n: 3,
        last_activity_at: Some(at()),
    }
}

pub fn event(kind: EventKind) -> Event {
    Event { channel: channel_id(), pos: Pos::new(1, 9), prev: Pos::new(1, 7), at: at(), kind }
}

pub fn kinds() -> Vec<EventKind> {
    vec![
        EventKind::Message(Message { id: id(), author: ann(), body: body(), n: 4 }),
        EventKind::Created { by: ann(), name: name(), topic: topic() },
        EventKind::Joined { who: ann() },
        EventKind::Left { who: ann() },
    ]
}

/// What a kind is called here; a new one belongs into [`kinds`], too.
pub fn kind_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Message(_) => "message",
        EventKind::Created { .. } => "created",
        EventKind::Joined { .. } => "joined",
        EventKind::Left { .. } => "left",
        EventKind::Unknown => "unknown",
    }
}

pub fn client_frames() -> Vec<ClientFrame> {
    let send = |retry| ClientFrame::Send { channel: "c-1".into(), id: id().to_string(), body: "hi".into(), retry };
    let read = ClientFrame::Read { channel: "c-1".into(), pos: Pos::new(1, 9).number() };
    let typing = ClientFrame::Typing { channel: "c-1".into() };
    let since = BTreeMap::from([("c-1".to_owned(), Pos::new(1, 9).number())]);
    let active = ClientFrame::Active { state: Presence::Away };
    let watch = |channel| ClientFrame::Watch { channel };
    let watches = [watch(Some("c-1".into())), watch(None)];
    let frames = [ClientFrame::Resume { since }, send(false), send(true), read, typing, active, ClientFrame::Heartbeat];
    frames.into_iter().chain(watches).collect()
}

/// What a frame is called here; a new one belongs into [`client_frames`], too.
pub fn client_name(frame: &ClientFrame) -> &'static str {
    match frame {
        ClientFrame::Resume { .. } => "resume",
        ClientFrame::Send { retry: false, .. } => "send",
        ClientFrame::Send { retry: true, .. } => "send retry",
        ClientFrame::Read { .. } => "read",
        ClientFrame::Typing { .. } => "typing",
        ClientFrame::Active { .. } => "active",
        ClientFrame::Watch { channel: Some(_) } => "watch",
        ClientFrame::Watch { channel: None } => "watch nothing",
        ClientFrame::Heartbeat => "heartbeat",
        ClientFrame::Unknown => "unknown",
    }
}

fn here() -> BTreeMap<AccountId, Presence> {
    let states = [("ann-1", Presence::Online), ("bob-1", Presence::Away), ("eve-1", Presence::Offline)];
    states.into_iter().map(|(id, state)| (id.parse().expect("an id"), state)).collect()
}

pub fn server_frames() -> Vec<ServerFrame> {
    let welcome = Welcome {
        account: ann(),
        server: "a".into(),
        heartbeat_s: HEARTBEAT_S,
        limits: Limits::default(),
        channels: vec![channel(ChannelKind::Hall)],
        more: true,
    };
    let nack = |code: ErrorCode, retry_after| ServerFrame::Nack {
        id: id().to_string(),
        code,
        is_final: code.is_final(),
        retry_after,
    };
    vec![
        ServerFrame::Welcome(Box::new(welcome)),
        ServerFrame::Event(event(EventKind::Joined { who: ann() })),
        ServerFrame::Ack { id: id(), pos: Pos::new(1, 9) },
        nack(ErrorCode::NotMember, None),
        nack(ErrorCode::TryAgain, Some(2)),
        ServerFrame::Reset { channel: channel_id(), head: Pos::new(1, 9) },
        ServerFrame::Read { channel: channel_id(), pos: Pos::new(1, 9), n: 4 },
        ServerFrame::Typing { channel: channel_id(), who: ann() },
        ServerFrame::Presence { channel: channel_id(), who: here() },
        ServerFrame::Joined { channel: Box::new(channel(ChannelKind::Public)) },
        ServerFrame::Left { channel: channel_id() },
        ServerFrame::Heartbeat { heads: BTreeMap::from([(channel_id(), Pos::new(1, 9))]) },
        ServerFrame::Bye { retry_after: 3 },
    ]
}

/// What a frame is called here; a new one belongs into [`server_frames`], too.
pub fn server_name(frame: &ServerFrame) -> &'static str {
    match frame {
        ServerFrame::Welcome(_) => "welcome",
        ServerFrame::Event(_) => "event",
        ServerFrame::Ack { .. } => "ack",
        ServerFrame::Nack { is_final: true, .. } => "nack",
        ServerFrame::Nack { is_final: false, .. } => "nack later",
        ServerFrame::Reset { .. } => "reset",
        ServerFrame::Read { .. } => "read",
        ServerFrame::Typing { .. } => "typing",
        ServerFrame::Presence { .. } => "presence",
        ServerFrame::Joined { .. } => "joined",
        ServerFrame::Left { .. } => "left",
        ServerFrame::Heartbeat { .. } => "heartbeat",
        ServerFrame::Bye { .. } => "bye",
        ServerFrame::Unknown => "unknown",
    }
}

pub fn records() -> Vec<Record> {
    let actions = vec![
        Action::Message { author: ann(), body: body(), digest: Digest([7; 16]) },
        Action::Create { by: ann(), name: name(), topic: topic() },
        Action::Join { who: ann() },
        Action::Leave { who: ann() },
    ];
    let change =
        |action| Record::Change(Change { generation: 1, channel: channel_id(), id: id(), at: at(), after: 8, action });
    std::iter::once(Record::Marker { generation: 1 }).chain(actions.into_iter().map(change)).collect()
}

/// What a record is called here; a new one belongs into [`records`], too.
pub fn record_name(record: &Record) -> &'static str {
    match record {
        Record::Marker { .. } => "marker",
        Record::Change(change) => match change.action {
            Action::Message { .. } => "message",
            Action::Create { .. } => "create",
            Action::Join { .. } => "join",
            Action::Leave { .. } => "leave",
        },
    }
}

pub const CODES: [ErrorCode; 23] = [
    ErrorCode::InvalidBody,
    ErrorCode::TooLong,
    ErrorCode::InvalidId,
    ErrorCode::NotFound,
    ErrorCode::NotMember,
    ErrorCode::IdConflict,
    ErrorCode::RateLimited,
    ErrorCode::TryAgain,
    ErrorCode::StorageFull,
    ErrorCode::NameTaken,
    ErrorCode::InvalidName,
    ErrorCode::WeakPassword,
    ErrorCode::WrongCredentials,
    ErrorCode::Unauthorized,
    ErrorCode::ForbiddenOrigin,
    ErrorCode::TooLarge,
    ErrorCode::InvalidRequest,
    ErrorCode::SignUpClosed,
    ErrorCode::HallStays,
    ErrorCode::TooManyChannels,
    ErrorCode::MethodNotAllowed,
    ErrorCode::Internal,
    ErrorCode::Unknown,
];
