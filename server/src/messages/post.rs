//! ⑥ From a message that somebody wants to say to the log. Before it on a message's way: `gateway/inbound` (a socket), or
//! `api` and `pages` (HTTP). After it: `ports/event_log`; the answer comes back through `delivery/follower`.

use std::{num::NonZeroU32, time::Instant};

use domain::{
    api::Posted,
    drafts::MessageBody,
    error::ErrorCode,
    event::Account,
    ids::{AccountId, ChannelId, MessageId},
    limits::{SENDS_AT_ONCE, SENDS_PER_SECOND},
    record::{Action, Digest},
};
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::HashMapStateStore};
use sha2::{Digest as _, Sha256};

use crate::{
    clock::now,
    delivery::{Begun, Wanted},
    http::AppState,
    metrics::since,
    ports::event_log::Partition,
};

/// How fast one person may send.
const SENDS: Quota =
    Quota::per_second(NonZeroU32::new(SENDS_PER_SECOND).unwrap()).allow_burst(NonZeroU32::new(SENDS_AT_ONCE).unwrap());
/// People whose rate is remembered before those who have been quiet are forgotten.
const RATES_KEPT: usize = 50_000;

/// How fast each person may send.
pub struct SendRates(RateLimiter<AccountId, HashMapStateStore<AccountId>, DefaultClock>);

impl Default for SendRates {
    fn default() -> Self {
        Self(RateLimiter::hashmap(SENDS))
    }
}

impl SendRates {
    fn take(&self, account: &AccountId) -> Result<(), ErrorCode> {
        if self.0.len() > RATES_KEPT {
            self.0.retain_recent();
        }
        self.0.check_key(account).map_err(|_| ErrorCode::RateLimited)
    }
}

/// A message, as its sender's program named it.
pub struct Post<'a> {
    /// Where.
    pub channel: &'a str,
    /// A UUIDv7 of the sender's.
    pub id: &'a str,
    /// The text.
    pub body: &'a str,
    /// It may have been sent before.
    pub retry: bool,
    /// The channel is live on the sender's socket: the log's order says that this is a member, and the directory is not asked.
    pub is_live: bool,
}

/// A message on its way.
pub struct Posting {
    came: Instant,
    partition: Partition,
    wanted: Wanted,
    begun: Begun,
}

/// Checks a message and puts it on its way. Messages begun one after another keep their order.
///
/// # Errors
/// [`ErrorCode::InvalidId`], [`ErrorCode::InvalidBody`], [`ErrorCode::TooLong`], [`ErrorCode::NotFound`], [`ErrorCode::NotMember`],
/// [`ErrorCode::RateLimited`], [`ErrorCode::IdConflict`], [`ErrorCode::TryAgain`], [`ErrorCode::StorageFull`].
pub async fn begin(state: &AppState, author: &Account, post: Post<'_>) -> Result<Posting, ErrorCode> {
    state.metrics.sends.inc();
    let posting = check(state, author, post).await;
    posting.inspect_err(|code| state.metrics.nacks.add(code.word()))
}

async fn check(state: &AppState, author: &Account, post: Post<'_>) -> Result<Posting, ErrorCode> {
    let came = Instant::now();
    let id: MessageId = post.id.parse()?;
    let channel: ChannelId = post.channel.parse()?;
    let body = MessageBody::parse(post.body)?;
    let partition = state.hub.partition(&channel);
    if !post.is_live
        && !state.directory.is_member(&author.id, &channel).await.map_err(state.metrics.directory_failed())?
    {
        return Err(partition.map_or(ErrorCode::NotFound, |_| ErrorCode::NotMember));
    }
    // A member of a channel that this server has not heard of yet: its beginning is on its way.
    let partition = partition.ok_or(ErrorCode::TryAgain)?;
    if state.config.has_rate_limits() {
        state.send_rates.take(&author.id)?;
    }
    let digest = digest(&body);
    let action = Action::Message { author: author.clone(), body, digest };
    let wanted = Wanted { channel, id, at: now(), action };
    let begun = state.delivery.begin(partition, &wanted, post.retry).await?;
    Ok(Posting { came, partition, wanted, begun })
}

/// Waits until it is durable and in its place.
///
/// # Errors
/// As [`begin`]; [`ErrorCode::TryAgain`] when the outcome is unknown.
pub async fn finish(state: &AppState, posting: Posting) -> Result<Posted, ErrorCode> {
    let Posting { came, partition, wanted, begun } = posting;
    let metrics = &state.metrics;
    let outcome = state.delivery.outcome(partition, &wanted, begun).await;
    let pos = outcome.inspect_err(|code| metrics.nacks.add(code.word()))?;
    metrics.acks.inc();
    metrics.ack.observe(since(came));
    Ok(Posted { id: wanted.id, pos })
}

/// Both in one. The second value: whether it was there already.
///
/// # Errors
/// As [`begin`] and [`finish`].
pub async fn post(state: &AppState, author: &Account, post: Post<'_>) -> Result<(Posted, bool), ErrorCode> {
    let posting = begin(state, author, post).await?;
    let known = matches!(posting.begun, Begun::Known(_) | Begun::Ahead(_));
    Ok((finish(state, posting).await?, known))
}

fn digest(body: &MessageBody) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(body.as_str().as_bytes())[..16]);
    Digest(digest)
}
