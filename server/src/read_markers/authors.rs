//! Moves the read markers of authors when their messages are archived: an author has read up to the own message.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use domain::{
    ids::{AccountId, ChannelId},
    sequencer::SequencedEvent,
};

use crate::{
    delivery::BeforeArchive,
    ports::{Directory, StoreError, directory::ReadMark},
};

/// Moves the read markers of authors. Markers never go back, so moving them twice is moving them once.
pub struct AuthorMarkers(Arc<dyn Directory>);

impl AuthorMarkers {
    /// Returns markers in this directory.
    pub fn new(directory: Arc<dyn Directory>) -> Self {
        Self(directory)
    }
}

#[async_trait]
impl BeforeArchive for AuthorMarkers {
    async fn before_archive(&self, events: &[Arc<SequencedEvent>]) -> Result<(), StoreError> {
        self.0.mark_read(&read_marks_of_authors(events)).await
    }
}

/// Returns the newest own message of each author in each channel, as a read marker.
fn read_marks_of_authors(events: &[Arc<SequencedEvent>]) -> Vec<ReadMark> {
    let mut newest = HashMap::new();
    for sequenced in events.iter().filter(|sequenced| sequenced.event.message().is_some()) {
        newest.insert((&sequenced.author, &sequenced.event.channel), (sequenced.event.pos, sequenced.n));
    }
    let mark = |((account, channel), (pos, n)): ((&AccountId, &ChannelId), _)| ReadMark {
        account: account.clone(),
        channel: channel.clone(),
        pos,
        n,
    };
    newest.into_iter().map(mark).collect()
}
