//! What a server keeps in its own memory, behind [`Backend`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{ephemeral::LocalEphemeral, recent::NoRecentHistory};
use crate::{
    adapters::backend::{Backend, Location, OpenBackend},
    error::OperatorError,
    ports::{Ephemeral, RecentHistory, finding::Finding},
};

/// The memory of this process.
pub struct Memory;

#[async_trait]
impl Backend for Memory {
    fn name(&self) -> &'static str {
        "this server's memory"
    }

    async fn open(&self, _at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        Ok(Arc::new(OpenMemory))
    }

    async fn open_read_only(&self, _at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        Ok(None)
    }

    async fn check(&self, _at: Location<'_>) -> Vec<Finding> {
        vec![Finding::ok("it is kept in the server's own memory")]
    }
}

struct OpenMemory;

impl OpenBackend for OpenMemory {
    fn recent_history(&self) -> Option<Arc<dyn RecentHistory>> {
        Some(Arc::new(NoRecentHistory))
    }

    fn ephemeral(&self) -> Option<Arc<dyn Ephemeral>> {
        Some(Arc::new(LocalEphemeral::default()))
    }
}
