use domain::{
    event::Account,
    ids::SessionId,
    names::{AccountName, DisplayName},
};
use tokio::sync::mpsc;

use super::*;

fn id(name: &str) -> AccountId {
    name.parse().expect("an id")
}

fn channel() -> ChannelId {
    "c".parse().expect("an id")
}

struct Seat {
    socket: Arc<Socket>,
    frames: mpsc::Receiver<Text>,
}

impl Seat {
    fn of(name: &str) -> Self {
        let account = Account {
            id: id(name),
            name: AccountName::parse(name).expect("a name"),
            display_name: DisplayName::parse(name).expect("a name"),
        };
        let (socket, frames, _) = Socket::new(account, SessionId::generate(), std::net::Ipv4Addr::LOCALHOST.into());
        Self { socket: Arc::new(socket), frames }
    }

    /// What it has been told, as `name state` in the order of names; empty if nothing.
    fn told(&mut self) -> Vec<String> {
        let Ok(frame) = self.frames.try_recv() else { return Vec::new() };
        assert!(self.frames.try_recv().is_err(), "one frame");
        let ServerFrame::Presence { who, .. } = serde_json::from_str(&frame).expect("a frame") else {
            panic!("{frame}")
        };
        who.into_iter().map(|(account, state)| format!("{account} {state:?}")).collect()
    }
}

struct Scene {
    people: PresenceTable,
    watchers: Watchers,
    now: Instant,
}

impl Scene {
    fn with(present: &[&str]) -> Self {
        let mut scene = Self { people: PresenceTable::default(), watchers: Watchers::default(), now: Instant::now() };
        (1..).zip(present).for_each(|(socket, name)| scene.people.connected(&id(name), socket));
        scene
    }

    fn members(&mut self, members: &[&str]) {
        let members = members.iter().map(|name| id(name)).collect();
        self.watchers.learn(&channel(), 0, members, &self.people);
    }

    fn round(&mut self, after_ms: u64) {
        self.now += Duration::from_millis(after_ms);
        let changed = self.people.take_changed();
        self.watchers.changed(&changed, &self.people);
        self.watchers.tell(self.now, |_, _| true);
    }
}

#[test]
fn first_everybody_who_is_there_and_then_what_has_changed() {
    let mut scene = Scene::with(&["ann", "bob", "eve"]);
    let mut seat = Seat::of("ann");
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.round(0);
    assert!(seat.told().is_empty(), "nobody knows yet who is in it");
    scene.members(&["ann", "bob", "zoe"]);
    scene.round(0);
    assert_eq!(seat.told(), ["ann Online", "bob Online"], "eve is not in it, zoe is not there");
    scene.people.set_activity(&id("bob"), 2, Presence::Away);
    scene.people.set_activity(&id("eve"), 3, Presence::Away);
    scene.round(1_000);
    assert_eq!(seat.told(), ["bob Away"]);
    scene.round(1_000);
    assert!(seat.told().is_empty(), "nothing has changed");
}

#[test]
fn a_socket_is_told_once_in_a_second_and_only_what_is_so_then() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let mut seat = Seat::of("ann");
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.members(&["ann", "bob", "zoe"]);
    scene.round(0);
    seat.told();
    for state in [Presence::Away, Presence::Online, Presence::Away] {
        scene.people.set_activity(&id("bob"), 2, state);
        scene.round(200);
        assert!(seat.told().is_empty());
    }
    scene.people.connected(&id("zoe"), 9);
    scene.round(400);
    assert_eq!(seat.told(), ["bob Away", "zoe Online"]);
    // Also who asks again and again.
    scene.watchers.watch(&seat.socket, None);
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.members(&["ann", "bob", "zoe"]);
    scene.round(500);
    assert!(seat.told().is_empty());
    scene.round(500);
    assert_eq!(seat.told(), ["ann Online", "bob Away", "zoe Online"]);
}

#[test]
fn who_leaves_the_channel_is_offline_there_and_who_does_not_watch_is_told_nothing() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let (mut seat, mut other) = (Seat::of("ann"), Seat::of("bob"));
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.watchers.watch(&other.socket, Some(channel()));
    scene.members(&["ann", "bob"]);
    scene.round(0);
    assert_eq!((seat.told().len(), other.told().len()), (2, 2));
    scene.watchers.watch(&other.socket, None);
    scene.members(&["ann"]);
    scene.round(1_000);
    assert_eq!((seat.told(), other.told()), (vec!["bob Offline".to_owned()], vec![]));
}

#[test]
fn a_socket_that_does_not_hear_the_channel_is_told_nothing_of_it() {
    let mut scene = Scene::with(&["ann"]);
    let mut seat = Seat::of("eve");
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.members(&["ann"]);
    scene.watchers.tell(scene.now, |_, _| false);
    scene.round(1_000);
    assert!(seat.told().is_empty() && scene.watchers.channels.is_empty());
}

#[test]
fn of_a_crowd_five_hundred_are_told_and_who_comes_in_for_one_of_them_later() {
    let names: Vec<String> = (0..PRESENT_MAX + 10).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut scene = Scene::with(&names);
    let mut seat = Seat::of("ann");
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.members(&names);
    scene.round(0);
    let told = seat.told();
    assert_eq!(told.len(), PRESENT_MAX);
    scene.people.connected(&id("late"), 9_999);
    let more: Vec<&str> = names.iter().copied().chain(["late"]).collect();
    scene.members(&more);
    scene.round(1_000);
    assert!(seat.told().is_empty(), "there is no room");
}

#[test]
fn a_slow_reader_is_told_later_what_it_missed() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let mut seat = Seat::of("ann");
    scene.watchers.watch(&seat.socket, Some(channel()));
    scene.members(&["ann", "bob"]);
    scene.round(0);
    seat.told();
    let full: Text = "x".into();
    while seat.socket.try_send_lossy(&full) {}
    scene.people.set_activity(&id("bob"), 2, Presence::Away);
    scene.round(1_000);
    while seat.frames.try_recv().is_ok() {}
    scene.round(1_000);
    assert_eq!(seat.told(), ["bob Away"]);
}
