//! How far somebody has read: a marker that never goes back and never beyond the head. Sending reads up to the sent
//! message, which `author_markers` writes down; whoever says so here has seen it on a screen.

use domain::{
    error::ErrorCode,
    ids::{AccountId, ChannelId, Pos},
};

use crate::{
    http::AppState,
    ports::{directory::ReadMark, ephemeral::Signal},
};

/// Moves a person's marker, and tells their other devices.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::NotMember`], [`ErrorCode::InvalidRequest`] for a number that is no place, [`ErrorCode::TryAgain`].
pub async fn mark_read(state: &AppState, account: &AccountId, channel: &str, pos: u64) -> Result<(), ErrorCode> {
    let channel: ChannelId = channel.parse()?;
    let pos = Pos::from_number(pos).ok_or(ErrorCode::InvalidRequest)?;
    let seen = state.channels.view(account, &channel).await?;
    if !seen.joined {
        return Err(ErrorCode::NotMember);
    }
    let pos = pos.min(seen.head);
    if pos <= seen.read {
        return Ok(());
    }
    let n = count_to(state, &channel, pos).await?;
    let mark = ReadMark { account: account.clone(), channel: channel.clone(), pos, n };
    state.directory.mark_read(&[mark]).await.map_err(state.metrics.directory_failed())?;
    state.cluster.ephemeral.publish(Signal::Read { account: account.clone(), channel, pos, n }).await;
    Ok(())
}

/// How many messages a channel has up to a place that is not beyond its head.
async fn count_to(state: &AppState, channel: &ChannelId, pos: Pos) -> Result<u64, ErrorCode> {
    let ring = state.hub.ring(channel);
    if pos < ring.archived_to() {
        return state.delivery.archive.count_to(channel, pos).await.map_err(state.metrics.archive_failed());
    }
    let after = ring.events.iter().filter(|event| event.event.pos > pos && event.event.message().is_some()).count();
    Ok(ring.n.saturating_sub(after as u64))
}
