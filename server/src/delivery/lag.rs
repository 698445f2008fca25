//! How far the log goes beyond what was read of it, and whether it answers at all. Beside `delivery/follower`, which never asks:
//! to it a log that cannot be reached is one in which nothing happens.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::{Delivery, Lane};
use crate::trouble::Trouble;

/// A log that does not answer is asked again after so long: when it is back, all servers know at about the same time.
const ASK_AGAIN: Duration = Duration::from_millis(300);
/// The log is asked so often.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// The log does not answer.
pub fn silence() -> Trouble {
    Trouble::new("the log does not answer: nothing new is heard or taken until it does", "the log answers again")
}

/// What the log held ten seconds ago is not read yet.
pub fn behind() -> Trouble {
    Trouble::new(
        "this server is more than ten seconds behind the log: what is said elsewhere is heard late",
        "this server has read what the log holds again",
    )
}

/// Asks where each partition ends, for as long as the server runs. One that does not answer keeps the end that it had. The log is
/// silent if any does not: who is in its channels hears nothing. One that no server reaches is silent for all, and all stay.
pub async fn poll_high_watermarks(delivery: Arc<Delivery>) -> ! {
    // What the two questions before were answered.
    let (mut older, mut last) = (Vec::new(), Vec::new());
    loop {
        let lanes = delivery.lanes.all();
        let ask = lanes.iter().map(|lane| async {
            let range = delivery.log.range(lane.partition).await;
            range.map(|range| lane.set_end(range.next)).is_ok()
        });
        let answers = join_all(ask).await;
        let answers = !answers.contains(&false);
        delivery.silence.note(answers);
        if !answers {
            tokio::time::sleep(ASK_AGAIN).await;
            continue;
        }
        delivery.behind.note(have_read(&lanes, &older));
        older = std::mem::replace(&mut last, lanes.iter().map(|lane| lane.end()).collect());
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Whether each partition was read up to where it ended then; one that is new since has time.
fn have_read(lanes: &[Arc<Lane>], ends: &[u64]) -> bool {
    lanes.iter().zip(ends).all(|(lane, end)| lane.sequencer().next() >= *end)
}

#[cfg(test)]
mod tests {
    use domain::sequencer::Sequencer;

    use super::*;

    #[test]
    fn a_server_is_behind_while_a_partition_was_not_read_to_where_it_ended() {
        let lane = |next| Arc::new(Lane::new(0, Sequencer::restore(1, next, Default::default(), Default::default())));
        let lanes = [lane(5), lane(9)];
        assert!(have_read(&lanes, &[]), "nobody has asked yet");
        assert!(have_read(&lanes, &[5, 8]));
        assert!(have_read(&lanes, &[5]), "the second is new");
        assert!(!have_read(&lanes, &[5, 10]));
    }
}
