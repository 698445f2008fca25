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

struct Client {
    socket: Arc<Socket>,
    frames: mpsc::Receiver<Text>,
}

impl Client {
    fn of(name: &str) -> Self {
        let account = Account {
            id: id(name),
            name: AccountName::parse(name).expect("a name"),
            display_name: DisplayName::parse(name).expect("a name"),
        };
        let (socket, frames, _) = Socket::new(account, SessionId::generate(), std::net::Ipv4Addr::LOCALHOST.into());
        Self { socket: Arc::new(socket), frames }
    }

    /// Returns what it was sent, as `name activity` in the order of names.
    fn received(&mut self) -> Vec<String> {
        let Ok(frame) = self.frames.try_recv() else { return Vec::new() };
        assert!(self.frames.try_recv().is_err(), "one frame");
        let ServerFrame::Presence { who, .. } = serde_json::from_str(&frame).expect("a frame") else {
            panic!("{frame}")
        };
        who.into_iter().map(|(account, activity)| format!("{account} {activity:?}")).collect()
    }
}

struct Scene {
    table: PresenceTable,
    watchers: Watchers,
    now: Instant,
}

impl Scene {
    fn with(present: &[&str]) -> Self {
        let mut scene = Self { table: PresenceTable::default(), watchers: Watchers::default(), now: Instant::now() };
        (1..).zip(present).for_each(|(socket, name)| scene.table.connected(&id(name), socket));
        scene
    }

    fn members(&mut self, members: &[&str]) {
        let members = members.iter().map(|name| id(name)).collect();
        self.watchers.set_members(&channel(), 0, members, &self.table);
    }

    fn tick(&mut self, after_ms: u64) {
        self.now += Duration::from_millis(after_ms);
        let changed = self.table.take_changed();
        self.watchers.on_change(&changed, &self.table);
        self.watchers.send(self.now, |_, _| true);
    }
}

#[test]
fn sends_present_members_first_and_then_changes() {
    let mut scene = Scene::with(&["ann", "bob", "eve"]);
    let mut client = Client::of("ann");
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.tick(0);
    assert!(client.received().is_empty(), "the members are not read yet");
    scene.members(&["ann", "bob", "zoe"]);
    scene.tick(0);
    assert_eq!(client.received(), ["ann Online", "bob Online"], "eve is no member, zoe is offline");
    scene.table.set_activity(&id("bob"), 2, Activity::Away);
    scene.table.set_activity(&id("eve"), 3, Activity::Away);
    scene.tick(1_000);
    assert_eq!(client.received(), ["bob Away"]);
    scene.tick(1_000);
    assert!(client.received().is_empty(), "nothing has changed");
}

#[test]
fn sends_at_most_once_per_second_and_then_the_newest() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let mut client = Client::of("ann");
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.members(&["ann", "bob", "zoe"]);
    scene.tick(0);
    client.received();
    for activity in [Activity::Away, Activity::Online, Activity::Away] {
        scene.table.set_activity(&id("bob"), 2, activity);
        scene.tick(200);
        assert!(client.received().is_empty());
    }
    scene.table.connected(&id("zoe"), 9);
    scene.tick(400);
    assert_eq!(client.received(), ["bob Away", "zoe Online"]);
    // Watching again is no way round.
    scene.watchers.watch(&client.socket, None);
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.members(&["ann", "bob", "zoe"]);
    scene.tick(500);
    assert!(client.received().is_empty());
    scene.tick(500);
    assert_eq!(client.received(), ["ann Online", "bob Away", "zoe Online"]);
}

#[test]
fn reports_who_leaves_as_offline_and_sends_nothing_unwatched() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let (mut client, mut other) = (Client::of("ann"), Client::of("bob"));
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.watchers.watch(&other.socket, Some(channel()));
    scene.members(&["ann", "bob"]);
    scene.tick(0);
    assert_eq!((client.received().len(), other.received().len()), (2, 2));
    scene.watchers.watch(&other.socket, None);
    scene.members(&["ann"]);
    scene.tick(1_000);
    assert_eq!((client.received(), other.received()), (vec!["bob Offline".to_owned()], vec![]));
}

#[test]
fn ends_the_watch_of_a_socket_that_is_not_subscribed() {
    let mut scene = Scene::with(&["ann"]);
    let mut client = Client::of("eve");
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.members(&["ann"]);
    scene.watchers.send(scene.now, |_, _| false);
    scene.tick(1_000);
    assert!(client.received().is_empty() && scene.watchers.channels.is_empty());
}

#[test]
fn reports_five_hundred_of_a_large_channel() {
    let names: Vec<String> = (0..PRESENT_MAX + 10).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut scene = Scene::with(&names);
    let mut client = Client::of("ann");
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.members(&names);
    scene.tick(0);
    let received = client.received();
    assert_eq!(received.len(), PRESENT_MAX);
    scene.table.connected(&id("late"), 9_999);
    let more: Vec<&str> = names.iter().copied().chain(["late"]).collect();
    scene.members(&more);
    scene.tick(1_000);
    assert!(client.received().is_empty(), "there is no room");
}

#[test]
fn slow_client_receives_missed_changes_later() {
    let mut scene = Scene::with(&["ann", "bob"]);
    let mut client = Client::of("ann");
    scene.watchers.watch(&client.socket, Some(channel()));
    scene.members(&["ann", "bob"]);
    scene.tick(0);
    client.received();
    let full: Text = "x".into();
    while client.socket.try_send_lossy(&full) {}
    scene.table.set_activity(&id("bob"), 2, Activity::Away);
    scene.tick(1_000);
    while client.frames.try_recv().is_ok() {}
    scene.tick(1_000);
    assert_eq!(client.received(), ["bob Away"]);
}
