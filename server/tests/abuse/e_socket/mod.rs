//! E: the socket, and the connection below it, with clients that keep to no rule. The process stays up, the one who
//! breaks a rule receives the reason, and no other user notices.

mod connection_limits;
mod floods;
mod frames;
mod handshake;
mod ids;
mod text;

use domain::ids::{ChannelId, MessageId};

use crate::server::{Socket, User};

/// A user who keeps to the rules, and must be served during every attack.
struct Bystander {
    socket: Socket,
    hall: ChannelId,
}

impl Bystander {
    fn new(person: &User<'_>) -> Self {
        Self { socket: person.connect().0, hall: person.hall().id }
    }

    /// Checks that a message of this user is accepted as usual.
    fn is_served(&mut self) {
        let id = MessageId::generate();
        self.socket.say(&self.hall, id, "do not mind me");
        assert_eq!(self.socket.ack().0, id);
    }
}
