//! What comes from outside is answered or refused, never a panic; and what is written is read back.

use domain::{
    api::{Channel, History},
    clock::Timestamp,
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, Event, EventKind},
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{AccountName, ChannelName, DisplayName, Topic},
    record::{Action, Change, Digest, Record},
    wire::{ClientFrame, ServerFrame},
};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::Value;
use uuid::Uuid;

/// Words of the protocol, so that random objects come near to frames.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "type", "kind", "resume", "send", "heartbeat", "event", "ack", "nack", "reset", "welcome", "joined", "left",
    "bye", "message", "created", "since", "channel", "id", "pos", "prev", "at", "n", "body", "author", "who",
    "heads", "head", "code", "final", "retry_after", "record", "marker", "change", "generation", "action",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Any JSON, written: numbers of every size are among it.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| format!("{n}{n}")),
        any::<f64>().prop_filter("JSON", |n| n.is_finite()).prop_map(|n| n.to_string()),
        Just("1e400".to_owned()),
        word().prop_map(|text| Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let object = vec((word(), inner.clone()), 0..6).prop_map(|pairs| {
            let pairs = pairs.into_iter().map(|(key, value)| format!("{}:{value}", Value::from(key)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        });
        prop_oneof![3 => object, 1 => vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")))]
    })
}

fn read_everything(text: &str) {
    let _ = serde_json::from_str::<ClientFrame>(text);
    let _ = serde_json::from_str::<ServerFrame>(text);
    let _ = serde_json::from_str::<Event>(text);
    let _ = serde_json::from_str::<History>(text);
    let _ = serde_json::from_str::<Channel>(text);
    let _ = Record::decode(text.as_bytes());
}

fn account() -> impl Strategy<Value = Account> {
    ("[a-z0-9_-]{1,32}", "[a-z王明]{2,32}", "[A-Za-z 王明]{0,20}[a-z]").prop_map(|(id, name, display_name)| Account {
        id: id.parse().expect("an id"),
        name: AccountName::parse(&name).expect("a name"),
        display_name: DisplayName::parse(&display_name).expect("a name"),
    })
}

fn message_id() -> impl Strategy<Value = MessageId> {
    any::<u128>().prop_map(|bits| {
        let bits = bits & !(0xF << 76) & !(0xC << 60) | 0x7 << 76 | 0x8 << 60;
        Uuid::from_u128(bits).to_string().parse().expect("an id")
    })
}

fn action() -> impl Strategy<Value = Action> {
    let body = any::<String>().prop_filter_map("nothing to say", |text| MessageBody::parse(&text).ok());
    let topic = any::<String>().prop_filter_map("not a topic", |text| Topic::parse(&text).ok());
    let name = "[a-z頻道]{1,40}".prop_map(|text| ChannelName::parse(&text).expect("a name"));
    prop_oneof![
        (account(), body, any::<[u8; 16]>()).prop_map(|(author, body, digest)| Action::Message {
            author,
            body,
            digest: Digest(digest)
        }),
        (account(), name, topic).prop_map(|(by, name, topic)| Action::Create { by, name, topic }),
        account().prop_map(|who| Action::Join { who }),
        account().prop_map(|who| Action::Leave { who }),
    ]
}

/// Near to the one form of times.
fn odd_time() -> &'static str {
    r"[+0-2][0-9]{3}[-/][+01][0-9][-/][+0-2][0-9][T ][+01][0-9]:[+0-5][0-9]:[+0-5][0-9]\.[+0-9][0-9]{2}Z"
}

fn record() -> impl Strategy<Value = Record> {
    let parts = (any::<u32>(), "[a-z0-9]{1,32}", message_id(), any::<i64>(), any::<u64>(), action());
    let change = parts.prop_map(|(generation, channel, id, millis, after, action)| {
        let (channel, at) = (channel.parse().expect("an id"), Timestamp::from_millis(millis));
        Record::Change(Change { generation, channel, id, at, after, action })
    });
    prop_oneof![1 => any::<u32>().prop_map(|generation| Record::Marker { generation }), 9 => change]
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_json_is_read_or_refused(text in json()) {
        read_everything(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Record::decode(&bytes);
        read_everything(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_is_not_known_is_passed(word in "[a-z_]{1,12}x", rest in vec((word(), json()), 0..4)) {
        let rest: String = rest.iter().map(|(key, value)| format!(",{}:{value}", Value::from(format!("x{key}")))).collect();
        prop_assume!(!rest.contains("1e400"));
        let frame = format!(r#"{{"type":"{word}"{rest}}}"#);
        prop_assert_eq!(serde_json::from_str::<ClientFrame>(&frame).unwrap(), ClientFrame::Unknown);
        prop_assert_eq!(serde_json::from_str::<ServerFrame>(&frame).unwrap(), ServerFrame::Unknown);
        let heartbeat = format!(r#"{{"type":"heartbeat"{rest}}}"#);
        prop_assert_eq!(serde_json::from_str::<ClientFrame>(&heartbeat).unwrap(), ClientFrame::Heartbeat);
        let place = r#""channel":"c","pos":6,"prev":5,"at":"2026-11-24T09:25:45.678Z""#;
        let event = format!(r#"{{{place},"kind":"{word}"{rest}}}"#);
        let event: Event = serde_json::from_str(&event).unwrap();
        prop_assert_eq!((event.pos.number(), event.kind), (6, EventKind::Unknown));
    }

    #[test]
    fn a_record_is_read_as_it_was_written(record in record()) {
        prop_assert_eq!(Record::decode(&record.encode()), Ok(record));
    }

    #[test]
    fn a_damaged_record_is_refused_and_not_quoted(record in record(), cut in any::<prop::sample::Index>()) {
        let bytes = record.encode();
        let reason = Record::decode(&bytes[..cut.index(bytes.len())]).unwrap_err();
        prop_assert!(reason.starts_with("at column ") && reason.len() < 40, "{reason}");
    }

    #[test]
    fn places_are_numbers_below_two_to_the_53(generation in 0..8_192_u32, offset in 0..1_u64 << 40, other in any::<u64>()) {
        let pos = Pos::new(generation, offset);
        prop_assert_eq!((pos.offset(), Pos::from_number(pos.number())), (offset, Some(pos)));
        prop_assert_eq!(serde_json::from_str::<Pos>(&serde_json::to_string(&pos).unwrap()).unwrap(), pos);
        prop_assert!(pos <= Pos::END && (pos.number() as f64) as u64 == pos.number());
        prop_assert_eq!(Pos::from_number(other).is_some(), other < 1 << 53);
    }

    #[test]
    fn an_id_is_what_it_was_written_as(id in message_id(), text in any::<String>(), opaque in "[a-zA-Z0-9_-]{1,32}") {
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert!(text.parse::<MessageId>().is_err() || text.len() == 36);
        let channel: ChannelId = opaque.parse().unwrap();
        prop_assert_eq!(channel.as_str(), opaque);
        if let Ok(account) = text.parse::<AccountId>() {
            prop_assert_eq!(account.as_str(), text);
        }
    }

    #[test]
    fn a_time_is_what_it_was_written_as(millis in any::<i64>(), text in odd_time()) {
        let at = Timestamp::from_millis(millis);
        prop_assert_eq!(at.to_string().parse(), Ok(at));
        if let Ok(at) = text.parse::<Timestamp>() {
            prop_assert_eq!(at.to_string(), text);
        }
    }

    #[test]
    fn a_text_that_went_through_its_door_goes_through_it_again(text in any::<String>()) {
        if let Ok(body) = MessageBody::parse(&text) {
            prop_assert_eq!(MessageBody::parse(body.as_str()), Ok(body));
        }
        if let Ok(name) = DisplayName::parse(&text) {
            prop_assert_eq!(DisplayName::parse(name.as_str()), Ok(name));
        }
        let _ = (AccountName::parse(&text), ChannelName::parse(&text), Topic::parse(&text), ErrorCode::from_word(&text));
    }
}

#[test]
fn what_is_nested_deep_is_refused() {
    for (open, close) in [("[", "]"), (r#"{"type":"#, "}"), (r#"{"type":"send","x":"#, "}")] {
        let text = open.repeat(10_000) + "1" + &close.repeat(10_000);
        assert!(serde_json::from_str::<ClientFrame>(&text).is_err());
        assert!(serde_json::from_str::<ServerFrame>(&text).is_err());
        assert!(Record::decode(text.as_bytes()).is_err());
    }
}
