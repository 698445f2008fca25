//! Presence: sent only to clients that watch a channel. When a user counts as offline is tested in
//! `server/src/presence/table.rs`, where time is a parameter.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use domain::{
    ids::{AccountId, ChannelId},
    presence::Presence,
    wire::{ClientFrame, ServerFrame},
};

use crate::server::{Server, Socket, User};

fn watches(socket: &mut Socket, channel: Option<&ChannelId>) {
    socket.send(&ClientFrame::Watch { channel: channel.map(ToString::to_string) });
}

fn uses(socket: &mut Socket, state: Presence) {
    socket.send(&ClientFrame::Active { state });
}

/// Returns the next presence frame.
fn next_presence(socket: &mut Socket) -> (ChannelId, BTreeMap<AccountId, Presence>) {
    socket.wait_for(|frame| match frame {
        ServerFrame::Presence { channel, who } => Some((channel, who)),
        _ => None,
    })
}

fn states<const N: usize>(of: [(&User<'_>, Presence); N]) -> BTreeMap<AccountId, Presence> {
    of.into_iter().map(|(person, state)| (person.session.account.id.clone(), state)).collect()
}

#[test]
fn watch_sends_a_snapshot_then_changes() {
    let server = Server::start();
    let (ann, bob, eve) = (server.sign_up("ann"), server.sign_up("bob"), server.sign_up("eve"));
    let zoo = ann.create("zoo").id;
    assert_eq!(bob.join(&zoo).status, 200);
    let ((mut watcher, _), (mut one, _), (_stranger, _)) = (ann.connect(), bob.connect(), eve.connect());
    watches(&mut watcher, Some(&zoo));
    let all = states([(&ann, Presence::Online), (&bob, Presence::Online)]);
    assert_eq!(next_presence(&mut watcher), (zoo.clone(), all), "eve is not in it");

    uses(&mut one, Presence::Away);
    assert_eq!(next_presence(&mut watcher).1, states([(&bob, Presence::Away)]));
    let (mut other, _) = bob.connect();
    assert_eq!(next_presence(&mut watcher).1, states([(&bob, Presence::Online)]), "a second device, in use");
    uses(&mut other, Presence::Away);
    assert_eq!(next_presence(&mut watcher).1, states([(&bob, Presence::Away)]), "neither is in use");

    assert_eq!(eve.join(&zoo).status, 200);
    assert_eq!(next_presence(&mut watcher).1, states([(&eve, Presence::Online)]), "a new member is online at once");
    assert_eq!(eve.call("DELETE", &format!("/channels/{zoo}/membership"), None).status, 204);
    assert_eq!(next_presence(&mut watcher).1, states([(&eve, Presence::Offline)]), "a former member is offline");
}

#[test]
fn page_reload_is_not_reported_as_offline() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let hall = ann.hall().id;
    let ((mut watcher, _), (mut one, _)) = (ann.connect(), bob.connect());
    watches(&mut watcher, Some(&hall));
    next_presence(&mut watcher);
    one.say_goodbye(1000);
    one.closed();
    let (mut two, _) = bob.connect();
    // The next frame is the next change.
    std::thread::sleep(Duration::from_millis(1_500));
    uses(&mut two, Presence::Away);
    assert_eq!(next_presence(&mut watcher).1, states([(&bob, Presence::Away)]));
}

#[test]
fn presence_is_sent_at_most_once_per_second() {
    let server = Server::start();
    let (ann, bob) = (server.sign_up("ann"), server.sign_up("bob"));
    let (hall, zoo) = (ann.hall().id, ann.create("zoo").id);
    let ((mut watcher, _), (mut one, _)) = (ann.connect(), bob.connect());
    let since = Instant::now();
    watches(&mut watcher, Some(&hall));
    next_presence(&mut watcher);
    // Bob is in the hall alone.
    watches(&mut watcher, Some(&zoo));
    uses(&mut one, Presence::Away);
    assert_eq!(next_presence(&mut watcher), (zoo.clone(), states([(&ann, Presence::Online)])));
    // Its clock began when the first answer left, a moment after this one did.
    assert!(since.elapsed() > Duration::from_millis(800), "{:?}", since.elapsed());
    watches(&mut watcher, None);
    uses(&mut watcher, Presence::Away);
    std::thread::sleep(Duration::from_millis(1_500));
    watcher.send(&ClientFrame::Heartbeat);
    let next = watcher.wait_for(|frame| match frame {
        ServerFrame::Presence { .. } => Some("a presence"),
        ServerFrame::Heartbeat { .. } => Some("a heartbeat"),
        _ => None,
    });
    assert_eq!(next, "a heartbeat");
}
