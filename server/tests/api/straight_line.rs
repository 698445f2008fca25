//! The whole way of a message: from one user's socket through the log to another's, and into history.

use domain::{ids::MessageId, wire::ServerFrame};

use crate::server::Server;

#[test]
fn message_reaches_sockets_and_history() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (mut of_ann, welcome) = ann.connect();
    let (mut of_bob, _) = bob.connect();
    let hall = &welcome.channels[0];
    let id = MessageId::generate();

    of_ann.say(&hall.id, id, "大家早");

    let heard = of_bob.wait_for(|frame| match frame {
        ServerFrame::Event(event) => event.message().is_some().then_some(event),
        _ => None,
    });
    let acked = of_ann.wait_for(|frame| match frame {
        ServerFrame::Ack { id: acked, pos } => (acked == id).then_some(pos),
        _ => None,
    });
    let message = heard.message().expect("a message");
    assert_eq!((message.id, message.body.as_str(), message.n), (id, "大家早", 1));
    assert_eq!(message.author, ann.session.account);
    assert_eq!(acked, heard.pos, "the ack has the position that all users see");
    assert_eq!(bob.read(&hall.id, "").events.last(), Some(&heard));
}
