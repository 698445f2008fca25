//! Tells a person's own sockets that they are in a channel now, and makes it live on them. Beside `delivery/hub`: it
//! hears of joins in the channel's order, and asks the directory what the channel is called.

use domain::wire::ServerFrame;
use tokio::sync::mpsc;

use super::view;
use crate::{
    delivery::{Joined, encode},
    state::AppState,
};

/// Works through the joins of people who have sockets.
///
/// # Errors
/// The sentence that the process ends with.
pub async fn announce_joins(state: AppState, mut joins: mpsc::Receiver<Joined>) -> Result<(), String> {
    while let Some(Joined { account, channel }) = joins.recv().await {
        // Not a member any more, or the directory is down: the next resume tells.
        let Ok(seen) = view(&state, &account, &channel).await else { continue };
        if !seen.joined {
            continue;
        }
        state.hub.admit(&account, &channel, |head, head_n| {
            let channel = domain::api::Channel { head, head_n, ..seen.clone() };
            encode(&ServerFrame::Joined { channel: Box::new(channel) })
        });
    }
    Err("the hub has gone".into())
}
