//! Whether both sides hold the same: how many rows, and the SHA-256 over all of them in the order of their keys.

use sha2::{Digest as _, Sha256};

use super::{
    To, changed, copy,
    progress::{Progress, thousands},
    tables::{Moved, Spread, TABLES},
    told,
};
use crate::ports::moving::{Row, Source, Tables, Value};

/// Hexadecimal digits of a hash that are shown.
const SHOWN: usize = 16;

/// Compares all tables, and says what was found of each.
pub(super) async fn all(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    progress: &mut Progress<'_>,
) -> Result<(), String> {
    let mut different = Vec::new();
    for moved in &TABLES {
        let name = moved.table.name;
        let here = sum(from, moved, |row| spread.moved(moved, row), progress).await?;
        let there = sum(to.place(moved.part), moved, |row| row, progress).await?;
        let count = thousands(here.0);
        if here == there {
            progress.say(&format!("{name}: {count}, the same on both sides (SHA-256 {})", &here.1[..SHOWN]));
        } else {
            progress.say(&format!(
                "{name}: {count} in the source (SHA-256 {}), {} in the target (SHA-256 {})",
                &here.1[..SHOWN],
                thousands(there.0),
                &there.1[..SHOWN]
            ));
            different.push(name);
        }
    }
    match different.is_empty() {
        true => Ok(()),
        false => Err(changed(&format!("the two sides differ ({}): the source was used", different.join(", ")))),
    }
}

/// How many rows, and their hash.
async fn sum(
    side: &(impl Tables + ?Sized),
    moved: &Moved,
    as_moved: impl Fn(Row) -> Row,
    progress: &mut Progress<'_>,
) -> Result<(u64, String), String> {
    let Moved { table, batch, .. } = moved;
    let (mut count, mut hash, mut after) = (0, Sha256::new(), None::<Row>);
    loop {
        let rows = side.rows(table, after.as_deref(), *batch).await.map_err(told)?;
        let Some(last) = rows.last() else { break };
        after = Some(copy::key(last, table.key));
        count += rows.len() as u64;
        rows.into_iter().map(&as_moved).for_each(|row| add(&mut hash, &row));
        progress.tick(|| format!("{}: {} compared", table.name, thousands(count)));
    }
    Ok((count, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Each value with its kind and its length, so that no two rows are hashed alike.
fn add(hash: &mut Sha256, row: &[Value]) {
    let mut put = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for value in row {
        match value {
            Value::Nothing => put(0, &[]),
            Value::Number(number) => put(1, &number.to_be_bytes()),
            Value::Text(text) => put(2, text.as_bytes()),
            Value::Bytes(bytes) => put(3, bytes),
        }
    }
}
