//! E: the socket, and the connection below it, with clients that keep to no rule. The process stays up, the one who
//! breaks a rule is told which, and no other user notices.

mod connection_limits;
mod floods;
mod frames;
mod handshake;
mod ids;
mod text;

use domain::ids::{ChannelId, MessageId};

use crate::server::{Socket, User};

/// Somebody who only wants to talk.
struct Bystander {
    socket: Socket,
    hall: ChannelId,
}

impl Bystander {
    fn new(person: &User<'_>) -> Self {
        Self { socket: person.connect().0, hall: person.hall().id }
    }

    /// What they say is taken, as ever.
    fn is_served(&mut self) {
        let id = MessageId::generate();
        self.socket.say(&self.hall, id, "do not mind me");
        assert_eq!(self.socket.ack().0, id);
    }
}
