//! Making, joining and leaving a channel. Each answers when its event is in the channel's order, or after two seconds.

use domain::{
    api::{Channel, ChannelKind, NewChannel},
    error::ErrorCode,
    event::Account,
    ids::{ChannelId, MessageId},
    names::{ChannelName, Topic},
};

use super::{announced, view};
use crate::{
    auth::names,
    clock::now,
    ports::directory::{Change, ChannelDraft, MembershipDraft},
    state::AppState,
};

/// What the hall is called on people's screens, in each language.
const HALL_NAMES: [&str; 2] = ["hall", "大廳"];

/// Makes a public channel with its maker in it.
///
/// # Errors
/// [`ErrorCode::InvalidName`], [`ErrorCode::TooLong`], [`ErrorCode::NameTaken`], [`ErrorCode::TooManyChannels`], [`ErrorCode::TryAgain`].
pub async fn create(state: &AppState, by: &Account, new: NewChannel) -> Result<Channel, ErrorCode> {
    let name = ChannelName::parse(&new.name)?;
    if HALL_NAMES.contains(&names::channel_key(&name).as_str()) {
        return Err(ErrorCode::NameTaken);
    }
    let draft = ChannelDraft {
        id: ChannelId::generate(),
        name_key: names::channel_key(&name),
        name,
        topic: Topic::parse(&new.topic)?,
        partition: rand::random_range(0..state.delivery.lanes.count().max(1)),
        by: by.clone(),
        create_id: MessageId::generate(),
        join_id: MessageId::generate(),
        at: now(),
    };
    state.directory.create_channel(&draft).await.map_err(|error| crate::refusal(&state.metrics, error))?;
    announced(state, draft.partition, &draft.id, draft.join_id).await;
    view(state, &by.id, &draft.id).await
}

/// Puts a person into a channel. Joining twice is joining once.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::TooManyChannels`], [`ErrorCode::TryAgain`].
pub async fn join(state: &AppState, who: &Account, channel: &ChannelId) -> Result<Channel, ErrorCode> {
    let draft = draft(state, who, channel);
    if state.directory.join(&draft).await.map_err(|error| crate::refusal(&state.metrics, error))? == Change::Made {
        told(state, &draft).await;
    }
    view(state, &who.id, channel).await
}

/// Takes a person out of a channel. Leaving twice is leaving once.
///
/// # Errors
/// [`ErrorCode::HallStays`], [`ErrorCode::NotFound`], [`ErrorCode::TryAgain`].
pub async fn leave(state: &AppState, who: &Account, channel: &ChannelId) -> Result<(), ErrorCode> {
    if view(state, &who.id, channel).await?.kind == ChannelKind::Hall {
        return Err(ErrorCode::HallStays);
    }
    let draft = draft(state, who, channel);
    if state.directory.leave(&draft).await.map_err(|error| crate::refusal(&state.metrics, error))? == Change::Made {
        told(state, &draft).await;
    }
    Ok(())
}

/// Waits for the event of a change to a membership. A channel that the log does not know here yet is not waited for.
async fn told(state: &AppState, draft: &MembershipDraft) {
    match state.hub.partition(&draft.channel) {
        Some(partition) => announced(state, partition, &draft.channel, draft.id).await,
        None => state.announcements.look(),
    }
}

fn draft(state: &AppState, who: &Account, channel: &ChannelId) -> MembershipDraft {
    let read = state.hub.head(channel);
    MembershipDraft { who: who.clone(), channel: channel.clone(), id: MessageId::generate(), read, at: now() }
}
