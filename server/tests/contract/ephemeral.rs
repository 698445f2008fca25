//! The contract of [`Ephemeral`].

use std::path::Path;

use domain::ids::SessionId;
use jimmy_server::{
    adapters::ephemeral_local::LocalEphemeral,
    ports::{Ephemeral, ephemeral::Signal},
};

async fn local(_folder: &Path) -> Box<dyn Ephemeral> {
    Box::new(LocalEphemeral::default())
}

async fn everybody_who_listens_hears_what_is_published_from_then_on(open: impl AsyncFn() -> Box<dyn Ephemeral>) {
    let ephemeral = open().await;
    let signal = Signal::SessionEnded(SessionId::generate());
    ephemeral.publish(Signal::SessionEnded(SessionId::generate())).await;
    let (mut one, mut two) = (ephemeral.subscribe(), ephemeral.subscribe());
    ephemeral.publish(signal.clone()).await;
    assert_eq!(one.recv().await.expect("heard"), signal);
    assert_eq!(two.recv().await.expect("heard"), signal);
}

adapters! {
    local => [
        everybody_who_listens_hears_what_is_published_from_then_on,
    ],
}
