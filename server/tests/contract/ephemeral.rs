//! The contract of [`Ephemeral`].

use std::path::Path;

use domain::ids::SessionId;
use jimmy_server::{
    adapters::ephemeral_local::LocalEphemeral,
    ports::{
        Ephemeral,
        ephemeral::{ServerStatus, Signal},
    },
};

async fn local(_folder: &Path) -> Box<dyn Ephemeral> {
    Box::new(LocalEphemeral::default())
}

async fn everybody_who_listens_hears_what_is_published_from_then_on(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    let signal = Signal::SessionEnded { session: SessionId::generate() };
    ephemeral.publish(Signal::SessionEnded { session: SessionId::generate() }).await;
    let (mut one, mut two) = (ephemeral.subscribe(), ephemeral.subscribe());
    ephemeral.publish(signal.clone()).await;
    assert_eq!(one.recv().await.expect("heard"), signal);
    assert_eq!(two.recv().await.expect("heard"), signal);
}

async fn the_servers_that_spoke_of_themselves_are_known_by_their_last_word(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    assert_eq!(ephemeral.servers().await, []);
    let status = |name: &str, sockets, is_draining| ServerStatus { name: name.into(), sockets, is_draining };
    ephemeral.announce(status("b", 1, false)).await;
    ephemeral.announce(status("a", 7, false)).await;
    ephemeral.announce(status("b", 2, true)).await;
    assert_eq!(ephemeral.servers().await, [status("a", 7, false), status("b", 2, true)]);
}

adapters! {
    local => [
        everybody_who_listens_hears_what_is_published_from_then_on,
        the_servers_that_spoke_of_themselves_are_known_by_their_last_word,
    ],
}
