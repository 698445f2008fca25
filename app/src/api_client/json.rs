//! Reads JSON into the types of the page. The text is parsed once into a [`Value`], and each type reads its fields from there:
//! deserializers that serde derives, one for each type and each input, would be a fifteenth of the page's size budget
//! (docs/decisions/0004-what-the-page-weighs.md). Tests compare both on the same texts.

use domain::{
    api::{Channel, ChannelKind, Gateway, History, Page},
    clock::Timestamp,
    drafts::MessageBody,
    error::ErrorCode,
    event::{Account, Event, EventKind, Message},
    ids::{AccountId, ChannelId, MessageId, Pos},
    names::{AccountName, ChannelName, DisplayName, Topic},
    presence::Presence,
    workspace::Language,
};
use serde_json::Value;

use crate::boot::{Boot, ChannelsBoot, ClockStyle, ConversationBoot, Member, NewChannelBoot, PageBoot, Theme};

/// A type that can be read from JSON.
pub trait Read: Sized {
    /// Reads a value; returns `None` if it has another shape. Unknown fields are ignored.
    fn read(value: &Value) -> Option<Self>;
}

/// Parses a text.
pub fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Reads a field; an optional field is an `Option`.
pub fn field<T: Read>(value: &Value, name: &str) -> Option<T> {
    T::read(value.get(name).unwrap_or(&Value::Null))
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Read for u64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Read for u32 {
    fn read(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Read for Pos {
    fn read(value: &Value) -> Option<Self> {
        Pos::from_number(value.as_u64()?)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Box::new)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        let mut all = Vec::new();
        for item in value.as_array()? {
            all.push(T::read(item)?);
        }
        Some(all)
    }
}

/// Reads a field that is an object whose keys are ids.
pub fn pairs<K: std::str::FromStr, T: Read>(value: &Value, name: &str) -> Option<Vec<(K, T)>> {
    let mut all = Vec::new();
    for (key, item) in value.get(name)?.as_object()? {
        all.push((key.parse().ok()?, T::read(item)?));
    }
    Some(all)
}

/// Types that are parsed from a text.
macro_rules! texts {
    ($($type:ty: $parse:expr;)*) => { $(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(value.as_str()?)
            }
        }
    )* };
}

texts! {
    AccountId: |text| text.parse().ok();
    ChannelId: |text| text.parse().ok();
    MessageId: |text| text.parse().ok();
    Timestamp: |text| text.parse().ok();
    AccountName: |text| AccountName::parse(text).ok();
    DisplayName: |text| DisplayName::parse(text).ok();
    ChannelName: |text| ChannelName::parse(text).ok();
    Topic: |text| Topic::parse(text).ok();
    MessageBody: |text| MessageBody::parse(text).ok();
    ErrorCode: |text| Some(ErrorCode::from_word(text));
    Language: |text| Some(if text == "chinese" { Language::Chinese } else { Language::English });
    Theme: |text| Some(Theme::from_word(text));
    ClockStyle: |text| Some(if text == "hours12" { ClockStyle::Hours12 } else { ClockStyle::Hours24 });
    Presence: |text| Some(match text {
        "online" => Presence::Online,
        "away" => Presence::Away,
        _ => Presence::Offline,
    });
    ChannelKind: |text| Some(match text {
        "hall" => ChannelKind::Hall,
        "public" => ChannelKind::Public,
        _ => ChannelKind::Unknown,
    });
}

/// Types whose fields have the same names as in JSON.
macro_rules! fields {
    ($($type:ident $(<$of:ident>)?: $($field:ident)*;)*) => { $(
        impl $(<$of: Read>)? Read for $type $(<$of>)? {
            fn read(value: &Value) -> Option<Self> {
                Some(Self { $($field: field(value, stringify!($field))?,)* })
            }
        }
    )* };
}

fields! {
    Account: id name display_name;
    Channel: id name topic kind member_count joined head head_n read read_n last_activity_at;
    Message: id author body n;
    History: channel from to events has_older has_newer;
    Page<T>: items next;
    Gateway: url;
    Member: account channels is_new;
    ConversationBoot: channel history compose_id draft members;
    ChannelsBoot: found search only_new;
    NewChannelBoot: channels name topic;
}

impl Read for Event {
    fn read(value: &Value) -> Option<Self> {
        let kind = match value.get("kind")?.as_str()? {
            "message" => EventKind::Message(Message::read(value)?),
            "created" => EventKind::Created {
                by: field(value, "by")?,
                name: field(value, "name")?,
                topic: field(value, "topic")?,
            },
            "joined" => EventKind::Joined { who: field(value, "who")? },
            "left" => EventKind::Left { who: field(value, "who")? },
            _ => EventKind::Unknown,
        };
        let (channel, at) = (field(value, "channel")?, field(value, "at")?);
        Some(Event { channel, pos: field(value, "pos")?, prev: field(value, "prev")?, at, kind })
    }
}

impl Read for PageBoot {
    fn read(value: &Value) -> Option<Self> {
        if let Some(word) = value.as_str() {
            return match word {
                "Settings" => Some(PageBoot::Settings),
                "NotFound" => Some(PageBoot::NotFound),
                _ => Some(PageBoot::Unavailable),
            };
        }
        let (kind, value) = value.as_object()?.iter().next()?;
        match kind.as_str() {
            "Conversation" => Read::read(value).map(PageBoot::Conversation),
            "Channels" => Read::read(value).map(PageBoot::Channels),
            "NewChannel" => Read::read(value).map(PageBoot::NewChannel),
            _ => None,
        }
    }
}

impl Read for Boot {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            language: field(value, "language")?,
            theme: field(value, "theme")?,
            clock: field(value, "clock")?,
            enter_breaks: field(value, "enter_breaks")?,
            zone: value.get("zone")?.as_i64()?.try_into().ok()?,
            now: field(value, "now")?,
            workspace: field(value, "workspace")?,
            assets: field(value, "assets")?,
            here: field(value, "here")?,
            member: field(value, "member")?,
            page: field(value, "page")?,
            refused: field(value, "refused")?,
            #[cfg(feature = "ssr")]
            settings: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    /// The file that defines the shapes of the protocol.
    const SHAPES: &str = include_str!("../../domain/tests/golden/shapes.json");

    fn assert_reads_whole<T: Read + Serialize>(value: &Value) {
        let read = T::read(value).unwrap_or_else(|| panic!("{value} is not read"));
        assert_eq!(serde_json::to_value(read).unwrap(), *value);
    }

    #[test]
    fn reads_every_answer_of_the_server_whole() {
        let shapes = parse(SHAPES).unwrap();
        let answers = &shapes["answers"];
        let events = shapes["events"].as_object().unwrap();
        assert!(events.len() >= 4);
        events.values().for_each(assert_reads_whole::<Event>);
        assert_reads_whole::<Account>(&answers["session"]["account"]);
        assert_reads_whole::<Channel>(&answers["channel"]);
        assert_reads_whole::<History>(&answers["history"]);
        assert_reads_whole::<Gateway>(&answers["gateway"]);
        assert_reads_whole::<Page<Channel>>(&serde_json::json!({ "items": [answers["channel"]], "next": "n" }));
    }

    #[test]
    fn reads_the_data_of_every_page_whole() {
        let shapes = parse(SHAPES).unwrap();
        let answers = &shapes["answers"];
        let found = serde_json::json!({
            "found": { "items": [answers["channel"]], "next": null }, "search": "s", "only_new": true,
        });
        let conversation = serde_json::json!({
            "channel": answers["channel"], "history": answers["history"],
            "compose_id": MessageId::generate(), "draft": "d", "members": { "items": [answers["session"]["account"]], "next": null },
        });
        for page in [
            serde_json::json!("Settings"),
            serde_json::json!("NotFound"),
            serde_json::json!("Unavailable"),
            serde_json::json!({ "Channels": found }),
            serde_json::json!({ "NewChannel": { "channels": found, "name": "n", "topic": "p" } }),
            serde_json::json!({ "Conversation": conversation }),
        ] {
            for (language, theme, clock) in [("english", "dark", "hours24"), ("chinese", "system", "hours12")] {
                assert_reads_whole::<Boot>(&serde_json::json!({
                    "language": language, "theme": theme, "clock": clock, "enter_breaks": true, "zone": -90, "now": "2026-11-24T09:25:45.678Z", "workspace": "w", "assets": "/pkg", "here": "/",
                    "member": { "is_new": true, "account": answers["session"]["account"], "channels": [answers["channel"]] },
                    "page": page, "refused": "too_long",
                }));
            }
        }
    }

    #[test]
    fn refuses_other_shapes() {
        let account = |text: &str| Account::read(&parse(text).unwrap());
        assert!(account(r#"{"id":"a","name":"ann"}"#).is_none(), "a field is missing");
        assert!(account(r#"{"id":"a","name":"ann","display_name":7}"#).is_none());
        assert!(account(r#"{"id":"a","name":"ann","display_name":"Ann","later":1}"#).is_some());
        assert_eq!(Option::<Timestamp>::read(&Value::Null), Some(None));
        assert_eq!(Option::<Timestamp>::read(&Value::Bool(true)), None);
    }
}
