//! ⑪ From the text of a frame to what the page does with it. Before it on a message's way back: `connection/socket`. After
//! it: `connection/frames`.
//!
//! The page reads fewer fields than [`domain::wire::ServerFrame`] has. A test holds the two together.

use domain::{
    api::Channel,
    event::{Account, Event},
    ids::{AccountId, ChannelId, Pos},
    presence::Presence,
    rejection::Code,
};

use crate::api_client::json::{self, Read, field, pairs};

/// What the page hears; the names are those of the protocol.
#[derive(Debug)]
pub enum Heard {
    /// The answer to `resume`: whose socket it is, the channels of this person, and whether these are not all.
    Welcome(Account, Vec<Channel>, bool),
    /// Something happened.
    Event(Event),
    /// It is durable.
    Ack(String, Pos),
    /// It was refused: why, whether for good, and after how many seconds to try again.
    Nack(String, Code, bool, Option<u32>),
    /// Too much was missed.
    Reset(ChannelId, Pos),
    /// Read on another device: the place, and messages up to there.
    Read(ChannelId, Pos, u64),
    /// Somebody else writes.
    Typing(ChannelId, Account),
    /// Who is there, or what has changed of that.
    Presence(ChannelId, Vec<(AccountId, Presence)>),
    /// This person is in a channel now.
    Joined(Channel),
    /// No more.
    Left(ChannelId),
    /// Where channels end.
    Beat(Vec<(ChannelId, Pos)>),
    /// The server is going; seconds after which to come back.
    Bye(u32),
}

/// `None` for what this page does not know or show.
pub fn decode(text: &str) -> Option<Heard> {
    let frame = &json::parse(text)?;
    Some(match frame.get("type")?.as_str()? {
        "welcome" => Heard::Welcome(field(frame, "account")?, field(frame, "channels")?, field(frame, "more")?),
        "event" => Heard::Event(Event::read(frame)?),
        "ack" => Heard::Ack(field(frame, "id")?, field(frame, "pos")?),
        "nack" => Heard::Nack(
            field(frame, "id")?,
            field(frame, "code")?,
            field(frame, "final")?,
            field(frame, "retry_after")?,
        ),
        "reset" => Heard::Reset(field(frame, "channel")?, field(frame, "head")?),
        "read" => Heard::Read(field(frame, "channel")?, field(frame, "pos")?, field(frame, "n")?),
        "typing" => Heard::Typing(field(frame, "channel")?, field(frame, "who")?),
        "presence" => Heard::Presence(field(frame, "channel")?, pairs(frame, "who")?),
        "joined" => Heard::Joined(field(frame, "channel")?),
        "left" => Heard::Left(field(frame, "channel")?),
        "beat" => Heard::Beat(pairs(frame, "heads")?),
        "bye" => Heard::Bye(field(frame, "retry_after")?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::wire::ServerFrame;

    /// The file that every frame of the protocol is held to.
    const SHAPES: &str = include_str!("../../domain/tests/golden/shapes.json");

    #[test]
    fn every_frame_of_the_protocol_is_read_as_the_protocol_reads_it() {
        let shapes: serde_json::Value = serde_json::from_str(SHAPES).unwrap();
        let frames = shapes["server frames"].as_object().unwrap();
        assert!(frames.len() >= 13, "each kind is there");
        for frame in frames.values().map(ToString::to_string) {
            match (serde_json::from_str(&frame).unwrap(), decode(&frame)) {
                (ServerFrame::Welcome(one), Some(Heard::Welcome(account, channels, more))) => {
                    assert_eq!((one.account, one.channels, one.more), (account, channels, more));
                }
                (ServerFrame::Event(one), Some(Heard::Event(other))) => assert_eq!(one, other),
                (ServerFrame::Ack { id, pos }, Some(Heard::Ack(heard, at))) => {
                    assert_eq!((id.to_string(), pos), (heard, at));
                }
                (ServerFrame::Nack { id, code, is_final, retry_after }, Some(Heard::Nack(i, c, f, r))) => {
                    assert_eq!((id, code, is_final, retry_after), (i, c, f, r));
                }
                (ServerFrame::Reset { channel, head }, Some(Heard::Reset(c, h))) => assert_eq!((channel, head), (c, h)),
                (ServerFrame::Read { channel, pos, n }, Some(Heard::Read(c, p, m))) => {
                    assert_eq!((channel, pos, n), (c, p, m));
                }
                (ServerFrame::Joined { channel }, Some(Heard::Joined(other))) => assert_eq!(*channel, other),
                (ServerFrame::Left { channel }, Some(Heard::Left(other))) => assert_eq!(channel, other),
                (ServerFrame::Beat { heads }, Some(Heard::Beat(other))) => {
                    assert_eq!(heads, other.into_iter().collect())
                }
                (ServerFrame::Bye { retry_after }, Some(Heard::Bye(other))) => assert_eq!(retry_after, other),
                (ServerFrame::Typing { channel, who }, Some(Heard::Typing(c, w))) => assert_eq!((channel, who), (c, w)),
                (ServerFrame::Presence { channel, who }, Some(Heard::Presence(c, w))) => {
                    assert_eq!((channel, who), (c, w.into_iter().collect()));
                }
                (ServerFrame::Unknown, None) => {}
                (frame, heard) => panic!("{frame:?} is read as {heard:?}"),
            }
        }
    }
}
