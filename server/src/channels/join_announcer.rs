//! Notifies a user's own sockets of a new membership, and subscribes them to the channel. It reads joins in the order of the
//! channel's log, beside `delivery/hub`, and asks the directory for the channel's name.

use std::{sync::Arc, time::Duration};

use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId},
    wire::ServerFrame,
};
use tokio::sync::mpsc;

use super::Channels;
use crate::{
    delivery::{Hub, Joined, encode},
    error::OperatorError,
};

/// Attempts for a membership that changes while it is read. Each of its joins arrives here anyway.
const TRIES: usize = 5;
/// Pause before a directory that does not answer is asked again.
const RETRY: Duration = Duration::from_millis(500);

/// Announces joins of users with open sockets, for as long as the server runs.
///
/// # Errors
/// When the hub is gone.
pub async fn announce_joins(
    channels: Arc<Channels>,
    hub: Arc<Hub>,
    mut joins: mpsc::Receiver<Joined>,
) -> Result<(), OperatorError> {
    while let Some(Joined { account, channel }) = joins.recv().await {
        announce(&channels, &hub, &account, &channel).await;
    }
    Err("the hub is gone".into())
}

async fn announce(channels: &Channels, hub: &Hub, account: &AccountId, channel: &ChannelId) {
    for _ in 0..TRIES {
        let (version, seen) = loop {
            let version = hub.user_version(account);
            match channels.view(account, channel).await {
                Ok(seen) => break (version, seen),
                // The directory does not answer. A user who stays connected must be notified when it does.
                Err(ErrorCode::TryAgain) if version > 0 => tokio::time::sleep(RETRY).await,
                // No longer a member, or disconnected.
                Err(_) => return,
            }
        };
        let frame = |head, head_n| {
            let channel = domain::api::Channel { head, head_n, ..seen.clone() };
            encode(&ServerFrame::Joined { channel: Box::new(channel) })
        };
        if !seen.joined || hub.subscribe_user(account, channel, version, frame).is_ok() {
            return;
        }
    }
}
