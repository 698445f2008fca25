//! ⑥ Checks a message and submits it to the log. Before it on a message's way: `gateway/inbound` (a socket), or `api` and
//! `pages` (HTTP). After it: `delivery/submit`, which appends to `ports/event_log`. The verdict comes back from
//! `delivery/follower`.

use std::{num::NonZeroU32, sync::Arc, time::Instant};

use domain::{
    api::Posted,
    drafts::MessageBody,
    error::ErrorCode,
    event::Account,
    ids::{AccountId, ChannelId, MessageId},
    limits::{SENDS_AT_ONCE, SENDS_PER_SECOND},
    record::{Action, Digest},
};
use futures_util::future::{BoxFuture, FutureExt};
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::HashMapStateStore};

use crate::{
    clock::now,
    delivery::{ChangeRequest, Delivery, Submission, submit},
    metrics::{Metrics, since},
    ports::{Directory, archive::Checksum},
};

/// Messages that one user may post: per second, and in a burst.
const SENDS: Quota =
    Quota::per_second(NonZeroU32::new(SENDS_PER_SECOND).unwrap()).allow_burst(NonZeroU32::new(SENDS_AT_ONCE).unwrap());
/// Users whose rate is remembered. Above this, users who have their whole burst left are dropped.
const RATES_KEPT: usize = 50_000;

/// A message as a client sent it, not checked yet.
pub struct Post<'a> {
    pub(crate) channel: &'a str,
    /// A UUIDv7 that the client generated.
    pub(crate) id: &'a str,
    pub(crate) body: &'a str,
    /// The client may have sent the message before.
    pub(crate) is_retry: bool,
    /// The sender's socket is subscribed to the channel, which proves the membership: the directory is not asked.
    pub(crate) is_subscribed: bool,
}

/// A submitted message. Resolves to its id and position, and whether it had been posted before, once it is durable and has its
/// position.
pub type Posting = BoxFuture<'static, Result<(Posted, bool), ErrorCode>>;

/// Checks messages, limits their rate, and submits them.
pub(super) struct Sender {
    delivery: Arc<Delivery>,
    directory: Arc<dyn Directory>,
    rates: Option<SendRates>,
    metrics: Arc<Metrics>,
}

impl Sender {
    pub(super) fn new(
        delivery: Arc<Delivery>,
        directory: Arc<dyn Directory>,
        has_rate_limits: bool,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { delivery, directory, rates: has_rate_limits.then(SendRates::default), metrics }
    }

    /// See [`Messages::post`](super::Messages::post).
    pub(super) async fn post(&self, author: &Account, post: Post<'_>) -> Result<Posting, ErrorCode> {
        let received = Instant::now();
        self.metrics.sends.inc();
        let submitted = self.submit(author, post).await;
        let (id, submission) = submitted.inspect_err(|code| self.metrics.nacks.add(code.word()))?;
        let (metrics, was_known) = (self.metrics.clone(), submission.was_known());
        let posting = async move {
            let outcome = submission.outcome().await;
            let pos = outcome.inspect_err(|code| metrics.nacks.add(code.word()))?;
            metrics.acks.inc();
            metrics.ack.observe(since(received));
            Ok((Posted { id, pos }, was_known))
        };
        Ok(posting.boxed())
    }

    async fn submit(&self, author: &Account, post: Post<'_>) -> Result<(MessageId, Submission), ErrorCode> {
        let id: MessageId = post.id.parse()?;
        let channel: ChannelId = post.channel.parse()?;
        let body = MessageBody::parse(post.body)?;
        let partition = self.delivery.hub.partition(&channel);
        if !post.is_subscribed {
            let is_member = self.directory.is_member(&author.id, &channel).await;
            if !is_member.map_err(self.metrics.directory_failed())? {
                return Err(partition.map_or(ErrorCode::NotFound, |_| ErrorCode::NotMember));
            }
        }
        // The directory has a member of a channel whose `created` event was not read yet.
        let partition = partition.ok_or(ErrorCode::TryAgain)?;
        if let Some(rates) = &self.rates {
            rates.take(&author.id)?;
        }
        let digest = Digest(Checksum::of(body.as_str().as_bytes()).0);
        let action = Action::Message { author: author.clone(), body, digest };
        let request = ChangeRequest { channel, id, at: now(), action };
        Ok((id, submit(&self.delivery, partition, request, post.is_retry).await?))
    }
}

/// The recent posting rate of each user.
struct SendRates(RateLimiter<AccountId, HashMapStateStore<AccountId>, DefaultClock>);

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
