//! The walk-through of ARCHITECTURE.md, from a key press to the shown message: its order is the order of the calls.

use std::{collections::BTreeSet, fs};

use crate::reader::{Crate, root};

/// The files of the walk-through: each with its step, and the neighbours that its first comment names.
const FILES: [(&str, char, &[&str]); 18] = [
    ("app/src/composer/input.rs", '①', &["outbox/queue"]),
    ("app/src/outbox/queue.rs", '②', &["composer/input", "outbox/sender"]),
    ("app/src/outbox/sender.rs", '③', &["outbox/queue", "connection/socket"]),
    ("app/src/connection/socket.rs", '③', &["outbox/sender", "gateway/upgrade"]),
    ("server/src/gateway/upgrade.rs", '④', &["connection/socket", "gateway/inbound"]),
    ("server/src/gateway/inbound.rs", '⑤', &["gateway/upgrade", "messages/post"]),
    ("server/src/messages/post.rs", '⑥', &["gateway/inbound", "ports/event_log"]),
    ("server/src/ports/event_log.rs", '⑦', &["messages/post", "delivery/follower"]),
    ("server/src/adapters/sqlite/event_log/mod.rs", '⑦', &["messages/post", "delivery/follower"]),
    ("server/src/adapters/kafka/event_log.rs", '⑦', &["messages/post", "delivery/follower"]),
    ("server/src/delivery/follower.rs", '⑧', &["adapter", "hub", "projector"]),
    ("app/domain/src/sequencer/mod.rs", '⑧', &["delivery/follower", "delivery/hub", "delivery/projector"]),
    ("server/src/delivery/hub/mod.rs", '⑨', &["delivery/follower", "gateway/outbound"]),
    ("server/src/gateway/outbound.rs", '⑩', &["delivery/hub", "connection"]),
    ("app/src/connection/link.rs", '⑪', &["gateway/outbound", "connection/frames"]),
    ("app/src/connection/frames.rs", '⑪', &["connection/link", "timeline"]),
    ("app/domain/src/timeline/mod.rs", '⑪', &["connection", "conversation/message_list"]),
    ("app/src/conversation/message_list.rs", '⑪', &["timeline"]),
];

/// How a message gets from one file to the next.
enum By {
    /// The first calls this function of the second.
    Call(&'static str),
    /// The second reads from the first, with this function of the first.
    Read(&'static str),
    /// The second receives what the first puts into a queue: what the first calls, and what the second calls.
    Queue(&'static str, &'static str),
    /// Over the network: a text that both contain.
    Network(&'static str),
}
use By::{Call, Network, Queue, Read};

/// The way of a message, in order. It shows step 5 once; [`WAY_OF_THE_ACK`] shows how it is entered again.
const WAY: [(&str, By, &str); 17] = [
    ("app/src/composer/input.rs", Call("submit"), "app/src/outbox/queue.rs"),
    ("app/src/outbox/queue.rs", Call("flush"), "app/src/outbox/sender.rs"),
    // The link hands the socket's function to the sender, which knows no link.
    ("app/src/outbox/sender.rs", Queue("transport", "send"), "app/src/connection/socket.rs"),
    ("app/src/connection/socket.rs", Network("/ws\""), "server/src/gateway/upgrade.rs"),
    ("server/src/gateway/upgrade.rs", Call("read"), "server/src/gateway/inbound.rs"),
    ("server/src/gateway/inbound.rs", Call("post"), "server/src/messages/mod.rs"),
    ("server/src/messages/mod.rs", Call("post"), "server/src/messages/post.rs"),
    ("server/src/messages/post.rs", Call("submit"), "server/src/delivery/submit.rs"),
    ("server/src/delivery/submit.rs", Call("append"), "server/src/ports/event_log.rs"),
    ("server/src/ports/event_log.rs", Read("follow"), "server/src/delivery/follower.rs"),
    ("server/src/delivery/follower.rs", Call("read"), "app/domain/src/sequencer/mod.rs"),
    ("server/src/delivery/follower.rs", Call("deliver"), "server/src/delivery/hub/mod.rs"),
    ("server/src/delivery/hub/mod.rs", Queue("send", "recv"), "server/src/gateway/outbound.rs"),
    ("server/src/gateway/outbound.rs", Network("ServerFrame"), "app/domain/src/wire.rs"),
    ("app/src/connection/link.rs", Call("apply"), "app/src/connection/frames.rs"),
    ("app/src/store/state.rs", Call("apply"), "app/domain/src/timeline/mod.rs"),
    ("app/domain/src/timeline/mod.rs", Network("Timeline"), "app/src/conversation/message_list.rs"),
];

/// The way of the verdict on a message, from the record that is read back to the `ack`.
const WAY_OF_THE_ACK: [(&str, By, &str); 6] = [
    // Not a `Call`, because `submit` resolves, too: a change that is known already.
    ("server/src/delivery/follower.rs", Queue("resolve", "resolve"), "server/src/delivery/verdicts.rs"),
    ("server/src/delivery/verdicts.rs", Read("join"), "server/src/delivery/submit.rs"),
    ("server/src/delivery/submit.rs", Read("outcome"), "server/src/messages/post.rs"),
    ("server/src/messages/post.rs", Read("post"), "server/src/messages/mod.rs"),
    ("server/src/messages/mod.rs", Read("post"), "server/src/gateway/inbound.rs"),
    ("server/src/gateway/inbound.rs", Queue("send", "recv"), "server/src/gateway/outbound.rs"),
];

#[test]
fn each_file_of_the_walk_names_its_neighbours() {
    for (file, step, neighbours) in FILES {
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("{file} is gone"));
        let comment: String = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join(" ");
        assert!(comment.starts_with(&format!("//! {step}")), "{file} does not begin with {step}");
        for neighbour in neighbours {
            assert!(comment.contains(neighbour), "{file} does not name {neighbour}");
        }
    }
}

/// What is wrong with a way: calls that are missing, and calls of earlier steps.
fn problems(way: &[(&str, By, &str)], crates: &[Crate]) -> Vec<String> {
    let file = |path: &str| crates.iter().flat_map(Crate::files).find(|file| file.path == path);
    let graphs: Vec<_> = crates.iter().map(Crate::uses).collect();
    let uses = |from: &str, to: &str| {
        graphs.iter().any(|graph| graph.get(from).is_some_and(|used: &BTreeSet<&str>| used.contains(to)))
    };
    let mut problems = Vec::new();
    for (from, by, to) in way {
        let (Some(first), Some(second)) = (file(from), file(to)) else {
            problems.push(format!("{from} or {to} is gone"));
            continue;
        };
        let text = |path: &str| fs::read_to_string(root().join(path)).expect("a file");
        let holds = match by {
            Call(name) => first.calls.contains(*name) && second.defines.contains(*name),
            Read(name) => second.calls.contains(*name) && first.defines.contains(*name),
            Queue(puts, takes) => {
                first.calls.contains(*puts) && (second.calls.contains(*takes) || second.defines.contains(*takes))
            }
            Network(word) => text(from).contains(word) && text(to).contains(word),
        };
        if !holds {
            problems.push(format!("the way from {from} to {to} is not in the code"));
        }
    }
    // A later file does not call the function by which an earlier step is entered.
    for (at, (_, by, entered)) in way.iter().enumerate() {
        let Call(name) = by else { continue };
        for later in way[at + 1..].iter().map(|(_, _, to)| *to).filter(|later| later != entered) {
            if file(later).is_some_and(|later| later.calls.contains(*name)) && uses(later, entered) {
                problems.push(format!("{later} calls {name} of {entered}, an earlier step"));
            }
        }
    }
    problems
}

#[test]
fn the_walk_is_the_order_of_the_calls() {
    let crates = ["app/src", "app/domain/src", "server/src"].map(Crate::read);
    assert_eq!(problems(&WAY, &crates), Vec::<String>::new());
    assert_eq!(problems(&WAY_OF_THE_ACK, &crates), Vec::<String>::new());
}

#[test]
fn finds_a_step_out_of_order() {
    let crates = [Crate::read("app/src")];
    let (input, queue) = ("app/src/composer/input.rs", "app/src/outbox/queue.rs");
    assert_eq!(problems(&[(input, Call("submit"), queue)], &crates).len(), 0);
    assert_eq!(problems(&[(queue, Call("submit"), input)], &crates).len(), 1, "not called");
    // As if the outbox were entered from the sender, after the sender.
    let sender = "app/src/outbox/sender.rs";
    assert_eq!(problems(&[(queue, Call("flush"), sender), (input, Call("submit"), queue)], &crates).len(), 1);
}
