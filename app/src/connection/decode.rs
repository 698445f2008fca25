//! ⑪ Decodes the frames of the server. Before it on a message's way back: `connection/socket`. After it: `connection/link`.
//!
//! The page reads fewer fields than [`domain::wire::ServerFrame`] has. A test holds the two together.

use domain::{
    api::Channel,
    error::ErrorCode,
    event::{Account, Event},
    ids::{AccountId, ChannelId, Pos},
    presence::Presence,
};

use crate::api_client::json::{self, Read, field, pairs};

/// What the server sends; the names are those of the protocol.
#[derive(Debug)]
pub enum ServerEvent {
    /// The answer to `resume`: the account of the session, the channels of the user, and whether these are only a part.
    Welcome(Account, Vec<Channel>, bool),
    /// A live event of a channel.
    Event(Event),
    /// A message is durable.
    Ack(String, Pos),
    /// A message was refused: the reason, whether for good, and the seconds after which to send it again.
    Nack(String, ErrorCode, bool, Option<u32>),
    /// Too much was missed: the channel has to be loaded again.
    Reset(ChannelId, Pos),
    /// The user has read a channel on another device, up to this position and number of messages.
    Read(ChannelId, Pos, u64),
    /// Another member is typing.
    Typing(ChannelId, Account),
    /// The presence of the members of a channel, or changes of it.
    Presence(ChannelId, Vec<(AccountId, Presence)>),
    /// The user is now a member of a channel.
    Joined(Channel),
    /// The user is no longer a member of a channel.
    Left(ChannelId),
    /// The newest positions of channels.
    Heartbeat(Vec<(ChannelId, Pos)>),
    /// The server is shutting down; the seconds after which to reconnect.
    Bye(u32),
}

/// Decodes a frame; returns `None` for a kind that this page does not know.
pub fn decode(text: &str) -> Option<ServerEvent> {
    let frame = &json::parse(text)?;
    Some(match frame.get("type")?.as_str()? {
        "welcome" => ServerEvent::Welcome(field(frame, "account")?, field(frame, "channels")?, field(frame, "more")?),
        "event" => ServerEvent::Event(Event::read(frame)?),
        "ack" => ServerEvent::Ack(field(frame, "id")?, field(frame, "pos")?),
        "nack" => ServerEvent::Nack(
            field(frame, "id")?,
            field(frame, "code")?,
            field(frame, "final")?,
            field(frame, "retry_after")?,
        ),
        "reset" => ServerEvent::Reset(field(frame, "channel")?, field(frame, "head")?),
        "read" => ServerEvent::Read(field(frame, "channel")?, field(frame, "pos")?, field(frame, "n")?),
        "typing" => ServerEvent::Typing(field(frame, "channel")?, field(frame, "who")?),
        "presence" => ServerEvent::Presence(field(frame, "channel")?, pairs(frame, "who")?),
        "joined" => ServerEvent::Joined(field(frame, "channel")?),
        "left" => ServerEvent::Left(field(frame, "channel")?),
        "heartbeat" => ServerEvent::Heartbeat(pairs(frame, "heads")?),
        "bye" => ServerEvent::Bye(field(frame, "retry_after")?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::wire::ServerFrame;

    /// The file that defines every frame of the protocol.
    const SHAPES: &str = include_str!("../../domain/tests/golden/shapes.json");

    #[test]
    fn decodes_every_frame_as_the_protocol_does() {
        let shapes: serde_json::Value = serde_json::from_str(SHAPES).unwrap();
        let frames = shapes["server frames"].as_object().unwrap();
        assert!(frames.len() >= 13, "each kind is included");
        for frame in frames.values().map(ToString::to_string) {
            match (serde_json::from_str(&frame).unwrap(), decode(&frame)) {
                (ServerFrame::Welcome(one), Some(ServerEvent::Welcome(account, channels, more))) => {
                    assert_eq!((one.account, one.channels, one.more), (account, channels, more));
                }
                (ServerFrame::Event(one), Some(ServerEvent::Event(other))) => assert_eq!(one, other),
                (ServerFrame::Ack { id, pos }, Some(ServerEvent::Ack(decoded, at))) => {
                    assert_eq!((id.to_string(), pos), (decoded, at));
                }
                (ServerFrame::Nack { id, code, is_final, retry_after }, Some(ServerEvent::Nack(i, c, f, r))) => {
                    assert_eq!((id, code, is_final, retry_after), (i, c, f, r));
                }
                (ServerFrame::Reset { channel, head }, Some(ServerEvent::Reset(c, h))) => {
                    assert_eq!((channel, head), (c, h))
                }
                (ServerFrame::Read { channel, pos, n }, Some(ServerEvent::Read(c, p, m))) => {
                    assert_eq!((channel, pos, n), (c, p, m));
                }
                (ServerFrame::Joined { channel }, Some(ServerEvent::Joined(other))) => assert_eq!(*channel, other),
                (ServerFrame::Left { channel }, Some(ServerEvent::Left(other))) => assert_eq!(channel, other),
                (ServerFrame::Heartbeat { heads }, Some(ServerEvent::Heartbeat(other))) => {
                    assert_eq!(heads, other.into_iter().collect())
                }
                (ServerFrame::Bye { retry_after }, Some(ServerEvent::Bye(other))) => assert_eq!(retry_after, other),
                (ServerFrame::Typing { channel, who }, Some(ServerEvent::Typing(c, w))) => {
                    assert_eq!((channel, who), (c, w))
                }
                (ServerFrame::Presence { channel, who }, Some(ServerEvent::Presence(c, w))) => {
                    assert_eq!((channel, who), (c, w.into_iter().collect()));
                }
                (ServerFrame::Unknown, None) => {}
                (frame, decoded) => panic!("{frame:?} is decoded as {decoded:?}"),
            }
        }
    }
}
