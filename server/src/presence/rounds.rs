//! Tells watchers who has come and gone, and other servers who is here: some times a second, whatever has changed meanwhile.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use super::{board::Inner, watchers::MEMBERS_MAX};
use crate::{http::AppState, ports::ephemeral::Signal};

/// How long whoever begins to watch waits for the first answer, at the most.
const ROUND: Duration = Duration::from_millis(200);
/// Other servers hear of changes, and who has been gone for long is forgotten, in one of so many rounds: once a second.
const SAYS_EVERY: u64 = 5;
/// Other servers hear of everybody in one of so many rounds: every 20 seconds, three times before they would forget.
const SAYS_ALL_EVERY: u64 = 100;
/// People in one signal between servers.
const SAID_AT_ONCE: usize = 500;
/// Channels whose members are read in one round; others wait for the next.
const LOADS_PER_ROUND: usize = 20;

/// Tells for as long as the server runs.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn rounds(state: AppState) -> Result<(), String> {
    let mut ticks = interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for round in 0_u64.. {
        ticks.tick().await;
        learn(&state).await;
        tell(&state, round.is_multiple_of(SAYS_EVERY));
        if round.is_multiple_of(SAYS_EVERY) {
            say(&state, round.is_multiple_of(SAYS_ALL_EVERY)).await;
        }
    }
    Ok(())
}

/// Reads who is in the channels that are watched.
async fn learn(state: &AppState) {
    let unknown =
        state.presence.lock().watchers.unknown(Instant::now(), |channel| state.hub.membership_version(channel));
    for (channel, comings) in unknown.into_iter().take(LOADS_PER_ROUND) {
        let members = match state.directory.member_ids(&channel, MEMBERS_MAX).await {
            Ok(members) => members,
            // The next round asks again.
            Err(error) => return tracing::debug!(%error, "the members of a channel could not be read"),
        };
        let mut inner = state.presence.lock();
        let Inner { people, watchers } = &mut *inner;
        watchers.learn(&channel, comings, members, people);
    }
}

fn tell(state: &AppState, forgets: bool) {
    let now = Instant::now();
    let mut inner = state.presence.lock();
    let Inner { people, watchers } = &mut *inner;
    if forgets {
        people.forget(now);
    }
    let changed = people.take_changed();
    if !changed.is_empty() {
        watchers.changed(&changed, people);
    }
    watchers.tell(now, |socket, channel| state.hub.is_subscribed(socket, channel));
}

async fn say(state: &AppState, all: bool) {
    let who = state.presence.lock().people.take_unsaid(all);
    for who in who.chunks(SAID_AT_ONCE) {
        state
            .cluster
            .ephemeral
            .publish(Signal::Presence { server: state.cluster.name.clone(), who: who.to_vec() })
            .await;
    }
}
