//! The rows, batch by batch, by key. A batch is written whole or not at all, so what the target holds of a table is a beginning
//! of it: a copy that was interrupted goes on behind the target's last row.

use super::{
    To,
    progress::{Progress, thousands},
    tables::{Moved, Spread, TABLES},
    told,
};
use crate::ports::moving::{Row, Source, Value};

/// Copies all tables.
pub(super) async fn all(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    progress: &mut Progress<'_>,
) -> Result<(), String> {
    for moved in &TABLES {
        table(from, to, spread, moved, progress).await?;
    }
    Ok(())
}

async fn table(
    from: &dyn Source,
    to: &To,
    spread: &Spread,
    moved: &Moved,
    progress: &mut Progress<'_>,
) -> Result<(), String> {
    let Moved { part, table, batch, .. } = moved;
    let (target, name) = (to.place(*part), table.name);
    let all = from.count(table).await.map_err(told)?;
    let mut there = target.count(table).await.map_err(told)?;
    let mut after = target.last(table).await.map_err(told)?;
    loop {
        let rows = from.rows(table, after.as_deref(), *batch).await.map_err(told)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(key(last, table.key));
        let count = rows.len() as u64;
        let rows: Vec<Row> = rows.into_iter().map(|row| spread.moved(moved, row)).collect();
        target.put(table, &rows).await.map_err(told)?;
        there += count;
        progress.tick(|| format!("{name}: {} of {} moved", thousands(there), thousands(all)));
    }
}

/// The values of a row's key.
pub(super) fn key(row: &[Value], columns: usize) -> Row {
    row.iter().take(columns).cloned().collect()
}
