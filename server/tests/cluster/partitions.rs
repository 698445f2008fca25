//! The topic gets more partitions while servers run: each server follows them, and connected clients miss nothing.

use domain::{ids::MessageId, wire::ServerFrame};

use crate::{Cluster, eventually, topic::Topic};

#[test]
fn partitions_can_be_added_under_load() {
    let cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), b.sign_up("bob"));
    let old = ann.create("old").id;
    eventually("bob joins", || bob.join(&old).status == 200);
    let before = cluster.place.numbers("SELECT partition::bigint FROM channels WHERE name = 'old'");
    Topic::of(&cluster.place).add_partitions(12);
    let (mut to_bob, _) = bob.connect();
    let mut number = 0;
    eventually("new channels stand in new partitions", || {
        number += 1;
        let channel = ann.create(&format!("new{number}")).id;
        eventually("bob joins", || bob.join(&channel).status == 200);
        // Until the channel is live on his socket, the server sends its newest position, not each message.
        to_bob.wait_for(|frame| {
            matches!(frame, ServerFrame::Joined { channel: joined } if joined.id == channel).then_some(())
        });
        // One message, however often it has to be sent.
        let (id, text) = (MessageId::generate(), format!("in new{number}"));
        eventually("it accepts the message", || matches!(ann.say(&channel, id, &text).status, 200 | 201));
        assert_eq!(to_bob.hear(), text);
        cluster.place.numbers("SELECT count(*) FROM channels WHERE partition >= 3") >= vec![3]
    });
    assert_eq!(ann.say(&old, MessageId::generate(), "still").status, 201);
    assert_eq!(to_bob.hear(), "still");
    assert_eq!(cluster.place.numbers("SELECT partition::bigint FROM channels WHERE name = 'old'"), before);
}

/// Bob's socket was open on b before the partition existed; events from before b followed it are in the archive only.
#[test]
fn late_added_partition_is_delivered() {
    let mut cluster = Cluster::start(&["a", "b"]);
    let (a, b) = (cluster.server("a"), cluster.server("b"));
    let (ann, bob) = (a.sign_up("ann"), a.sign_up("bob"));
    let (mut to_bob, _) = b.log_in("bob").connect();
    cluster.process("b").signal("STOP");
    Topic::of(&cluster.place).add_partitions(12);
    let mut number = 0;
    let mut channel = None;
    eventually("a channel is in a new partition", || {
        number += 1;
        channel = Some(ann.create(&format!("new{number}")).id);
        cluster.place.numbers(&format!("SELECT partition::bigint FROM channels WHERE name = 'new{number}'")) >= vec![3]
    });
    let channel = channel.expect("made");
    let id = MessageId::generate();
    eventually("it accepts the message", || matches!(ann.say(&channel, id, "early").status, 200 | 201));
    eventually("bob joins", || bob.join(&channel).status == 200);
    let joins = format!("SELECT count(*) FROM events WHERE channel = '{channel}' AND event LIKE '%\"joined\"%'");
    eventually("the archive has it", || cluster.place.numbers(&joins) >= vec![2]);
    cluster.process("b").signal("CONT");
    let head_n = to_bob.wait_for(|frame| match frame {
        ServerFrame::Joined { channel: joined } if joined.id == channel => Some(joined.head_n),
        _ => None,
    });
    assert_eq!(head_n, 1, "the earlier message is delivered");
    assert_eq!(ann.say(&channel, MessageId::generate(), "late").status, 201);
    while to_bob.hear() != "late" {}
}
