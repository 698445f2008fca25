//! The archive in PostgreSQL.
//!
//! It promises what [`ports::archive`](crate::ports::archive) says, for several servers. A batch takes a handful of statements, however
//! many events it holds; a page takes one, which is also its snapshot. Leases use the clock of the database.

mod positions;
mod read;
mod state;
mod write;

use async_trait::async_trait;
use domain::ids::{ChannelId, MessageId, Pos};

use super::store::{PostgresStore, bounded, bounded_by};
use crate::ports::{
    Archive, StoreError,
    archive::{
        ApplyError, ArchivePage, Batch, Cursor, Found, Lease, LeaseKind, LogReplacement, Position, Projection,
        ReplaceLogError,
    },
    event_log::Partition,
};

/// The archive in PostgreSQL, shared by all servers.
pub struct PostgresArchive(pub PostgresStore);

#[async_trait]
impl Archive for PostgresArchive {
    async fn load(&self, partition: Partition) -> Result<Projection, StoreError> {
        bounded_by(state::LOAD_WAIT, state::load(&self.0, partition)).await
    }

    async fn lease(
        &self,
        partition: Partition,
        holder: &str,
        seconds: u32,
        kind: LeaseKind,
    ) -> Result<Lease, StoreError> {
        bounded(state::lease(&self.0, partition, holder, seconds, kind)).await
    }

    async fn apply(&self, batch: &Batch) -> Result<(), ApplyError> {
        bounded(write::apply(&self.0, batch)).await
    }

    async fn page(
        &self,
        partition: Partition,
        channel: &ChannelId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<ArchivePage, StoreError> {
        bounded(read::page(&self.0, partition, channel, cursor, limit)).await
    }

    async fn find(&self, partition: Partition, channel: &ChannelId, id: MessageId) -> Result<Found, StoreError> {
        bounded(read::find(&self.0, partition, channel, id)).await
    }

    async fn count_to(&self, channel: &ChannelId, pos: Pos) -> Result<u64, StoreError> {
        bounded(read::count_to(&self.0, channel, pos)).await
    }

    async fn positions(&self) -> Result<Vec<Position>, StoreError> {
        bounded(positions::positions(&self.0)).await
    }

    async fn replace_log(&self, replacement: &LogReplacement) -> Result<(), ReplaceLogError> {
        bounded_by(state::LOAD_WAIT, positions::replace_log(&self.0, replacement)).await
    }
}
