//! Tells a person's own sockets that they are in a channel now, and makes it live on them. Beside `delivery/hub`: it
//! hears of joins in the channel's order, and asks the directory what the channel is called.

use std::time::Duration;

use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId},
    wire::ServerFrame,
};
use tokio::sync::mpsc;

use super::view;
use crate::{
    delivery::{Joined, encode},
    state::AppState,
};

/// Memberships that change again and again while one is read; each of their joins comes here anyway.
const TRIES: usize = 5;
/// How long to wait for a directory that does not answer before it is asked again.
const RETRY: Duration = Duration::from_millis(500);

/// Works through the joins of people who have sockets.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn announce_joins(state: AppState, mut joins: mpsc::Receiver<Joined>) -> Result<(), String> {
    while let Some(Joined { account, channel }) = joins.recv().await {
        announce(&state, &account, &channel).await;
    }
    Err("the hub has gone".into())
}

async fn announce(state: &AppState, account: &AccountId, channel: &ChannelId) {
    for _ in 0..TRIES {
        let (version, seen) = loop {
            let version = state.hub.version(account);
            match view(state, account, channel).await {
                Ok(seen) => break (version, seen),
                // The directory is away: whoever stays connected meanwhile must hear of the channel after that.
                Err(ErrorCode::TryAgain) if version > 0 => tokio::time::sleep(RETRY).await,
                // Not a member any more, or gone.
                Err(_) => return,
            }
        };
        let tell = |head, head_n| {
            let channel = domain::api::Channel { head, head_n, ..seen.clone() };
            encode(&ServerFrame::Joined { channel: Box::new(channel) })
        };
        if !seen.joined || state.hub.admit(account, channel, version, tell).is_ok() {
            return;
        }
    }
}
