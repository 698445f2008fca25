//! What the sequencer makes of a change that it accepts.

use serde::Serialize;

use crate::{
    event::Event,
    ids::{AccountId, MessageId},
    record::Digest,
};

/// How the frame of an event begins; the fields of the event follow.
const FRAME_START: &str = r#"{"type":"event","#;

#[derive(Serialize)]
struct EventFrame<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    event: &'a Event,
}

/// An event in the order of its channel, with everything that is stored and sent of it. It is encoded once, when it is made:
/// sockets, archive and cache use the same bytes. Shared as an `Arc`, and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencedEvent {
    /// The event.
    pub event: Event,
    /// Number of messages in the channel, up to this event.
    pub n: u64,
    /// Id of the change that the event was made of, unique within the channel.
    pub id: MessageId,
    /// Author of the change.
    pub author: AccountId,
    /// Digest of the change's content.
    pub digest: Digest,
    frame: String,
}

impl SequencedEvent {
    /// Encodes an event.
    pub fn new(event: Event, n: u64, id: MessageId, author: AccountId, digest: Digest) -> Self {
        // Serialisation into memory fails only for values that JSON cannot hold, such as maps whose keys are no strings. An
        // event has strings and numbers only.
        let frame = serde_json::to_string(&EventFrame { r#type: "event", event: &event });
        let frame = frame.expect("an event holds strings and numbers only");
        Self { event, n, id, author, digest, frame }
    }

    /// Returns the event as a frame for sockets: the JSON of [`ServerFrame::Event`](crate::wire::ServerFrame::Event).
    pub fn frame(&self) -> &str {
        &self.frame
    }

    /// Returns the JSON of the event alone, as archive and cache store it. It is cut out of the frame, not encoded again.
    pub fn json(&self) -> String {
        let fields = &self.frame[FRAME_START.len()..];
        let mut json = String::with_capacity(1 + fields.len());
        json.push('{');
        json.push_str(fields);
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        drafts::MessageBody,
        event::{Account, EventKind, Message},
        ids::Pos,
        names::{AccountName, ChannelName, DisplayName, Topic},
        wire::ServerFrame,
    };

    #[test]
    fn frame_and_json_are_what_serde_makes_of_the_event() {
        let ann = Account {
            id: "a".parse().unwrap(),
            name: AccountName::parse("ann").unwrap(),
            display_name: DisplayName::parse("Ann \"大\"").unwrap(),
        };
        let (id, author) = (MessageId::generate(), ann.id.clone());
        let body = MessageBody::parse("a \"quote\",\n\\ and 😀").unwrap();
        let (name, topic) = (ChannelName::parse("zoo").unwrap(), Topic::parse("").unwrap());
        for kind in [
            EventKind::Message(Message { id, author: ann.clone(), body, n: 3 }),
            EventKind::Created { by: ann.clone(), name, topic },
            EventKind::Joined { who: ann.clone() },
            EventKind::Left { who: ann.clone() },
            EventKind::Unknown,
        ] {
            let (pos, prev) = (Pos::new(1, 5), Pos::new(1, 3));
            let event = Event { channel: "c".parse().unwrap(), pos, prev, at: Timestamp::default(), kind };
            let sequenced = SequencedEvent::new(event.clone(), 3, id, author.clone(), Digest([0; 16]));
            assert_eq!(sequenced.json(), serde_json::to_string(&event).unwrap());
            assert_eq!(sequenced.frame(), serde_json::to_string(&ServerFrame::Event(event)).unwrap());
        }
    }
}
