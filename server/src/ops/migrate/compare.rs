//! Compares both sides: the number of rows, and the SHA-256 over all of them in key order.

use sha2::{Digest as _, Sha256};

use super::{
    copy,
    progress::{Progress, thousands},
    tables::{CopiedTable, Spread, TABLES},
    target::{To, changed, failed},
};
use crate::{
    error::OperatorError,
    ports::transfer::{Row, Source, Tables, Value},
};

/// Hexadecimal digits of a hash that an operator sees.
const SHOWN: usize = 16;

/// Compares all tables, and reports the result of each.
pub(super) async fn all(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    progress: &mut Progress<'_>,
) -> Result<(), OperatorError> {
    let mut different = Vec::new();
    for copied_table in &TABLES {
        let name = copied_table.table.name;
        let source = sum(from, copied_table, |row| spread.assign(copied_table, row), progress).await?;
        let target = sum(to.database(copied_table.part), copied_table, |row| row, progress).await?;
        let count = thousands(source.0);
        if source == target {
            progress.say(&format!("{name}: {count}, the same on both sides (SHA-256 {})", &source.1[..SHOWN]));
        } else {
            progress.say(&format!(
                "{name}: {count} in the source (SHA-256 {}), {} in the target (SHA-256 {})",
                &source.1[..SHOWN],
                thousands(target.0),
                &target.1[..SHOWN]
            ));
            different.push(name);
        }
    }
    match different.is_empty() {
        true => Ok(()),
        false => Err(changed(&format!("the two sides differ ({}): the source was changed", different.join(", ")))),
    }
}

/// Returns the number of rows, and their hash.
async fn sum(
    side: &(impl Tables + ?Sized),
    copied_table: &CopiedTable,
    as_copied: impl Fn(Row) -> Row,
    progress: &mut Progress<'_>,
) -> Result<(u64, String), OperatorError> {
    let CopiedTable { table, batch, .. } = copied_table;
    let (mut count, mut hash, mut after) = (0, Sha256::new(), None::<Row>);
    loop {
        let rows = side.rows(table, after.as_deref(), *batch).await.map_err(failed)?;
        let Some(last) = rows.last() else { break };
        after = Some(copy::key(last, table.key));
        count += rows.len() as u64;
        rows.into_iter().map(&as_copied).for_each(|row| add(&mut hash, &row));
        progress.tick(|| format!("{}: {} compared", table.name, thousands(count)));
    }
    Ok((count, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Hashes each value with its kind and its length, so that different rows never give the same input.
fn add(hash: &mut Sha256, row: &[Value]) {
    let mut put = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for value in row {
        match value {
            Value::Null => put(0, &[]),
            Value::Number(number) => put(1, &number.to_be_bytes()),
            Value::Text(text) => put(2, text.as_bytes()),
            Value::Bytes(bytes) => put(3, bytes),
        }
    }
}
