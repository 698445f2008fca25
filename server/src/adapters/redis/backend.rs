//! Redis, behind [`Backend`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{check::check, client::Redis, ephemeral::RedisEphemeral, recent::RedisRecentHistory};
use crate::{
    adapters::backend::{Backend, Location, OpenBackend},
    error::OperatorError,
    ports::{Ephemeral, RecentHistory, finding::Finding},
};

/// A Redis server.
pub struct RedisBackend;

#[async_trait]
impl Backend for RedisBackend {
    fn name(&self) -> &'static str {
        "Redis"
    }

    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        Ok(Arc::new(OpenRedis(Redis::open(at.url).await?)))
    }

    async fn open_read_only(&self, _at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        // Nothing in Redis is part of an install.
        Ok(None)
    }

    async fn check(&self, at: Location<'_>) -> Vec<Finding> {
        check(at.url).await
    }
}

struct OpenRedis(Redis);

impl OpenBackend for OpenRedis {
    fn recent_history(&self) -> Option<Arc<dyn RecentHistory>> {
        Some(Arc::new(RedisRecentHistory::new(self.0.clone())))
    }

    fn ephemeral(&self) -> Option<Arc<dyn Ephemeral>> {
        Some(Arc::new(RedisEphemeral::new(self.0.clone())))
    }
}
