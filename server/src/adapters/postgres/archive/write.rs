//! Writes a batch of the projector in one transaction.

use domain::ids::Pos;

use crate::{
    adapters::{
        postgres::store::{PostgresStore, Tx, store},
        sql::{corrupt, statements},
    },
    failpoint,
    ports::{
        StoreError,
        archive::{ApplyError, Batch},
    },
};

pub(super) async fn apply(db: &PostgresStore, batch: &Batch) -> Result<(), ApplyError> {
    let partition = i64::from(batch.partition);
    let mut tx = db.write().await?;
    // The row is locked until the commit: no other server writes the partition or takes its lease in between.
    let moved: Option<i64> = sqlx::query_scalar(statements::MOVE_PROJECTION)
        .bind(batch.next as i64)
        .bind(batch.checksum.as_slice())
        .bind(batch.window_floor as i64)
        .bind(partition)
        .bind(batch.from as i64)
        .bind(&batch.holder)
        .fetch_optional(&mut *tx)
        .await
        .map_err(store)?;
    let Some(generation) = moved else { return Err(ApplyError::Moved) };
    let generation = u32::try_from(generation).map_err(corrupt)?;
    insert_events(&mut tx, batch).await?;
    insert_dead_letters(&mut tx, generation, batch).await?;
    failpoint::reached("archive.after-insert");
    // Entries of an older generation are below the floor, whatever their offsets. The planner uses the index for a range with
    // two ends only.
    sqlx::query("DELETE FROM window_entries WHERE partition = $1 AND pos >= 0 AND pos < $2")
        .bind(partition)
        .bind(Pos::new(generation, batch.window_floor).number() as i64)
        .execute(&mut *tx)
        .await
        .map_err(store)?;
    failpoint::reached("archive.before-commit");
    tx.commit().await.map_err(store)?;
    failpoint::reached("archive.after-commit");
    Ok(())
}

/// Writes events, window entries and heads by one statement, to which the batch's columns are sent once.
async fn insert_events(tx: &mut Tx, batch: &Batch) -> Result<(), StoreError> {
    let events = &batch.events;
    sqlx::query(
        "WITH batch AS (
             SELECT channel, pos, id::uuid AS id, author, digest, event, n, at FROM unnest(
                 $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bigint[], $9::bigint[]
             ) AS t (channel, pos, id, author, digest, event, n, at)
         ), kept AS (
             INSERT INTO events (channel, pos, id, author, digest, event, n)
             SELECT channel, pos, id, author, digest, event, n FROM batch ON CONFLICT DO NOTHING
         ), remembered AS (
             INSERT INTO window_entries (partition, pos, channel, id, author, digest)
             SELECT $1, pos, channel, id, author, digest FROM batch ON CONFLICT DO NOTHING
         )
         INSERT INTO heads (channel, partition, pos, n, at)
         SELECT DISTINCT ON (channel) channel, $1, pos, n, at FROM batch ORDER BY channel, pos DESC
         ON CONFLICT (channel) DO UPDATE SET pos = excluded.pos, n = excluded.n, at = excluded.at
         WHERE excluded.pos > heads.pos",
    )
    .bind(i64::from(batch.partition))
    .bind(events.iter().map(|item| item.event.channel.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.event.pos.number() as i64).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.id.to_string()).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.author.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.digest.0.as_slice()).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.json()).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.n as i64).collect::<Vec<_>>())
    .bind(events.iter().map(|item| item.event.at.millis()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await
    .map_err(store)?;
    Ok(())
}

async fn insert_dead_letters(tx: &mut Tx, generation: u32, batch: &Batch) -> Result<(), StoreError> {
    let letters = &batch.dead_letters;
    if letters.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO dead_letters (generation, partition, log_offset, reason, record)
         SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::bytea[]) ON CONFLICT DO NOTHING",
    )
    .bind(i64::from(generation))
    .bind(i64::from(batch.partition))
    .bind(letters.iter().map(|letter| letter.offset as i64).collect::<Vec<_>>())
    // A reason may quote the record, and no text here holds U+0000. The record itself is kept byte by byte.
    .bind(letters.iter().map(|letter| letter.reason.replace('\0', "\u{FFFD}")).collect::<Vec<_>>())
    .bind(letters.iter().map(|letter| letter.record.as_slice()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await
    .map_err(store)?;
    Ok(())
}
