//! What is copied, in which order (a row comes after the rows that it refers to), and how rows change on the way.

use domain::ids::ChannelId;
use sha2::{Digest as _, Sha256};

use crate::ports::{
    directory::HALL_PARTITION,
    event_log::Partition,
    transfer::{
        Kind::{Bytes, Id, Number, Text},
        Row, Table, Value,
    },
};

/// Which of the two databases holds a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Directory,
    Archive,
}

/// A table that is copied.
pub(super) struct CopiedTable {
    pub(super) part: Part,
    pub(super) table: Table,
    /// Rows at a time. A batch takes well below 1 MB as a rule, and some tens of MB at most.
    pub(super) batch: usize,
    /// The columns that name a channel and its partition.
    channel: Option<(usize, usize)>,
}

/// Batch size for small rows.
const MANY: usize = 1_000;
/// Batch size for rows that hold a message, of at most 32 KiB plus what JSON escapes.
const SOME: usize = 250;
/// Batch size for rows that hold a record, of at most 1 MiB.
const FEW: usize = 8;

/// Everything except what belongs to one log: the positions, and the window, whose ids are found in the archive.
pub(super) const TABLES: [CopiedTable; 10] = [
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "workspace",
            columns: &[("only_one", Number), ("name", Text), ("language", Text), ("sign_up", Text)],
            key: 1,
        },
        batch: MANY,
        channel: None,
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "accounts",
            columns: &[
                ("id", Text),
                ("name", Text),
                ("name_key", Text),
                ("name_skeleton", Text),
                ("display_name", Text),
                ("password_hash", Text),
                ("role", Text),
                ("created_at", Number),
            ],
            key: 1,
        },
        batch: MANY,
        channel: None,
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "sessions",
            columns: &[
                ("id", Text),
                ("account", Text),
                ("device", Text),
                ("address", Text),
                ("created_at", Number),
                ("last_used_at", Number),
                ("expires_at", Number),
                ("ended_at", Number),
            ],
            key: 1,
        },
        batch: MANY,
        channel: None,
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "refresh_tokens",
            columns: &[("hash", Bytes), ("session", Text), ("issued_at", Number), ("spent_at", Number)],
            key: 1,
        },
        batch: MANY,
        channel: None,
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "channels",
            columns: &[
                ("id", Text),
                ("kind", Text),
                ("name", Text),
                ("name_key", Text),
                ("topic", Text),
                ("partition", Number),
                ("member_count", Number),
                ("created_at", Number),
            ],
            key: 1,
        },
        batch: MANY,
        channel: Some((0, 5)),
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "memberships",
            columns: &[
                ("account", Text),
                ("channel", Text),
                ("role", Text),
                ("joined_at", Number),
                ("read_pos", Number),
                ("read_n", Number),
            ],
            key: 2,
        },
        batch: MANY,
        channel: None,
    },
    CopiedTable {
        part: Part::Directory,
        table: Table {
            name: "outbox",
            columns: &[
                ("seq", Number),
                ("channel", Text),
                ("partition", Number),
                ("id", Id),
                ("at", Number),
                ("action", Text),
            ],
            key: 1,
        },
        batch: SOME,
        channel: Some((1, 2)),
    },
    CopiedTable {
        part: Part::Archive,
        table: Table {
            name: "events",
            columns: &[
                ("channel", Text),
                ("pos", Number),
                ("id", Id),
                ("author", Text),
                ("digest", Bytes),
                ("event", Text),
                ("n", Number),
            ],
            key: 2,
        },
        batch: SOME,
        channel: None,
    },
    CopiedTable {
        part: Part::Archive,
        table: Table {
            name: "heads",
            columns: &[("channel", Text), ("partition", Number), ("pos", Number), ("n", Number), ("at", Number)],
            key: 1,
        },
        batch: MANY,
        channel: Some((0, 1)),
    },
    CopiedTable {
        part: Part::Archive,
        table: Table {
            name: "dead_letters",
            columns: &[
                ("generation", Number),
                ("partition", Number),
                ("log_offset", Number),
                ("reason", Text),
                ("record", Bytes),
            ],
            key: 3,
        },
        batch: FEW,
        channel: None,
    },
];

/// How channels are spread over the partitions of the new log.
pub(super) struct Spread {
    pub(super) hall: ChannelId,
    pub(super) partitions: u32,
}

impl Spread {
    /// Returns the partition of a channel, which depends on nothing else.
    fn partition(&self, channel: &str) -> Partition {
        if channel == self.hall.as_str() {
            return HALL_PARTITION;
        }
        let hash = Sha256::digest(channel.as_bytes());
        let number = hash[..4].iter().fold(0, |number, byte| (number << 8) | u32::from(*byte));
        number % self.partitions.max(1)
    }

    /// Returns a row of the source as the target holds it.
    pub(super) fn assign(&self, copied_table: &CopiedTable, mut row: Row) -> Row {
        if let Some((channel, partition)) = copied_table.channel
            && let Value::Text(channel) = &row[channel]
        {
            row[partition] = Value::Number(self.partition(channel).into());
        }
        for value in &mut row {
            // PostgreSQL takes no U+0000 in a text. Only the reason of a dead letter may hold one.
            if let Value::Text(text) = value
                && text.contains('\0')
            {
                *text = text.replace('\0', "\u{FFFD}");
            }
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_hall_in_its_partition_and_spreads_the_others() {
        let spread = Spread { hall: ChannelId::generate(), partitions: 6 };
        assert_eq!(spread.partition(spread.hall.as_str()), HALL_PARTITION);
        let mut counts = [0; 6];
        for number in 0..600 {
            let id = format!("channel-{number}");
            let partition = spread.partition(&id);
            assert_eq!(partition, spread.partition(&id));
            counts[partition as usize] += 1;
        }
        assert!(counts.iter().all(|count| (60..140).contains(count)), "{counts:?}");
    }

    #[test]
    fn names_the_columns_of_channel_and_partition() {
        for copied_table in &TABLES {
            let at = |name| copied_table.table.columns.iter().position(|(column, _)| *column == name);
            if let Some((channel, partition)) = copied_table.channel {
                assert_eq!(at("partition"), Some(partition), "{}", copied_table.table.name);
                let named = if copied_table.table.name == "channels" { "id" } else { "channel" };
                assert_eq!(at(named), Some(channel), "{}", copied_table.table.name);
            }
        }
    }
}
