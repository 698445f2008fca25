//! Copies the rows in batches, in key order. A batch is written completely or not at all, so what the target holds of a table is
//! its beginning: an interrupted copy continues after the target's last row.

use super::{
    progress::{Progress, thousands},
    tables::{CopiedTable, Spread, TABLES},
    target::{To, failed},
};
use crate::{
    error::OperatorError,
    ports::transfer::{Row, Source, Value},
};

/// Copies all tables.
pub(super) async fn all(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    progress: &mut Progress<'_>,
) -> Result<(), OperatorError> {
    for copied_table in &TABLES {
        table(from, to, spread, copied_table, progress).await?;
    }
    Ok(())
}

async fn table(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    copied_table: &CopiedTable,
    progress: &mut Progress<'_>,
) -> Result<(), OperatorError> {
    let CopiedTable { part, table, batch, .. } = copied_table;
    let (target, name) = (to.database(*part), table.name);
    let all = from.count(table).await.map_err(failed)?;
    let mut copied = target.count(table).await.map_err(failed)?;
    let mut after = target.last(table).await.map_err(failed)?;
    loop {
        let rows = from.rows(table, after.as_deref(), *batch).await.map_err(failed)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(key(last, table.key));
        let count = rows.len() as u64;
        let rows: Vec<Row> = rows.into_iter().map(|row| spread.assign(copied_table, row)).collect();
        target.put(table, &rows).await.map_err(failed)?;
        copied += count;
        progress.tick(|| format!("{name}: {} of {} copied", thousands(copied), thousands(all)));
    }
}

/// Returns the values of a row's key.
pub(super) fn key(row: &[Value], columns: usize) -> Row {
    row.iter().take(columns).cloned().collect()
}
