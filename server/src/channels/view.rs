//! A channel, as one person sees it: what the directory holds of it, and what the log says.

use domain::{
    api::{Channel, Page},
    error::ErrorCode,
    event::Account,
    ids::{AccountId, ChannelId, Pos},
};

use crate::{
    auth::names,
    ports::directory::{ChannelQuery, ChannelRow},
    state::AppState,
};

/// A channel that this person may see.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
pub async fn view(state: &AppState, viewer: &AccountId, channel: &ChannelId) -> Result<Channel, ErrorCode> {
    let row = state.directory.channel(channel, viewer).await.map_err(state.metrics.directory_failed())?;
    row.map(|row| view_of(state, viewer, row)).ok_or(ErrorCode::NotFound)
}

/// Channels that this person may see, by name; the hall first.
///
/// # Errors
/// [`ErrorCode::TryAgain`].
pub async fn list(state: &AppState, viewer: &AccountId, mut query: ChannelQuery) -> Result<Page<Channel>, ErrorCode> {
    query.search = query.search.map(|text| names::fold(text.trim()));
    let (rows, next) = state.directory.channels(viewer, &query).await.map_err(state.metrics.directory_failed())?;
    Ok(Page { items: rows.into_iter().map(|row| view_of(state, viewer, row)).collect(), next })
}

/// The people in a channel, by name. Public channels show them to everybody.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
pub async fn members(
    state: &AppState,
    viewer: &AccountId,
    channel: &ChannelId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Account>, ErrorCode> {
    view(state, viewer, channel).await?;
    let (items, next) =
        state.directory.members(channel, cursor, limit).await.map_err(state.metrics.directory_failed())?;
    Ok(Page { items, next })
}

/// The directory's row with what the log says of it.
pub fn view_of(state: &AppState, viewer: &AccountId, row: ChannelRow) -> Channel {
    let (head, head_n) = state.hub.head(&row.id);
    let lane = state.delivery.lane(row.partition);
    let (read, read_n) = if row.joined { own_read(state, viewer, &row) } else { (row.read, row.read_n) };
    Channel {
        last_activity_at: lane.ok().and_then(|lane| lane.head(&row.id)).map(|head| head.at),
        id: row.id,
        name: row.name,
        topic: row.topic,
        kind: row.kind,
        member_count: row.member_count,
        joined: row.joined,
        head,
        head_n,
        read,
        read_n,
    }
}

/// The marker of the directory, or the newest own message that has not reached it yet.
fn own_read(state: &AppState, viewer: &AccountId, row: &ChannelRow) -> (Pos, u64) {
    let said = state.hub.read_by_saying(&row.id, viewer);
    said.filter(|(pos, _)| *pos > row.read).unwrap_or((row.read, row.read_n))
}
