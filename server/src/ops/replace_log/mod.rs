//! `jimmy-chat replace-log`: lets the database continue with a log that does not fit its positions, because the former log is lost or
//! has lost its oldest records. It reports first what it found and what is lost; nothing that the database holds is lost.

mod comparison;
mod install;
mod lost_channels;

use std::time::{Duration, Instant};

use domain::ids::Pos;

use crate::{
    error::{OperatorError, chain},
    ports::{
        Archive,
        archive::{LogReplacement, ReplaceLogError},
    },
};
use comparison::{Comparison, Fit};
pub use install::Install;

/// How long to wait for the lease of a server that was just stopped. A lease lasts a few seconds.
const LEASE_WAIT: Duration = Duration::from_secs(10);
/// Poll interval of that wait.
const LEASE_POLL: Duration = Duration::from_millis(500);

/// Reports what was found, and continues with this log if the operator has confirmed it by `yes`.
///
/// # Errors
/// A sentence for the operator. Without `yes` nothing was changed.
pub async fn replace_log(
    install: &Install<'_>,
    yes: bool,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<(), OperatorError> {
    let compared = comparison::all(install.archive, install.log).await?;
    compared.iter().for_each(|partition| say(&partition.to_string()));
    let replacement = decide(&compared)?;
    let lost = match &replacement {
        None => lost_channels::find(install).await?,
        Some(replacement) => {
            say(&consequence(replacement, &compared));
            Vec::new()
        }
    };
    if !lost.is_empty() {
        say(&format!(
            "The log continues where the database stops, but it has lost the `created` event of {} channels.",
            lost.len()
        ));
    } else if replacement.is_none() {
        say("The log continues where the database stops: there is nothing to replace.");
        return Ok(());
    }
    if !yes {
        return Err("nothing was changed; add --yes to do it".into());
    }
    if let Some(replacement) = &replacement {
        apply(install, replacement, say).await?;
    }
    let lost = lost_channels::find(install).await?;
    lost_channels::reannounce(install, &lost).await?;
    if !lost.is_empty() {
        say(&format!("{} channels whose `created` event was lost are announced again.", lost.len()));
    }
    say("Done: start the servers.");
    Ok(())
}

async fn apply(
    install: &Install<'_>,
    replacement: &LogReplacement,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<(), OperatorError> {
    if let LogReplacement::NewLog { starts, .. } = replacement {
        // Before the archive, which stores that the log is replaced: after an interruption the next run does both again.
        let count = u32::try_from(starts.len()).unwrap_or(u32::MAX);
        install.directory.repartition(count).await.map_err(|error| OperatorError::new(chain(&error)))?;
    }
    replace_in_archive(install.archive, replacement, say).await
}

/// Returns what has to be done, or `None` if all partitions fit.
fn decide(compared: &[Comparison]) -> Result<Option<LogReplacement>, OperatorError> {
    if compared.iter().all(|partition| partition.fit == Fit::Continues) {
        return Ok(None);
    }
    if compared.iter().all(|partition| matches!(partition.fit, Fit::Continues | Fit::BeginsLater)) {
        let truncated = compared.iter().filter(|partition| partition.fit == Fit::BeginsLater);
        let starts = truncated.filter_map(|partition| Some((partition.partition, partition.range?.first)));
        return Ok(Some(LogReplacement::Truncated(starts.collect())));
    }
    let newest = compared.iter().flat_map(|partition| [partition.generation, partition.in_log]).max().unwrap_or(0);
    let generation = newest.saturating_add(1);
    if generation > Pos::GENERATION_MAX {
        return Err(OperatorError::new(format!(
            "this log is of generation {newest}, and positions have no later generation: name another topic"
        )));
    }
    let starts = compared.iter().filter_map(|partition| Some(partition.range?.first));
    Ok(Some(LogReplacement::NewLog { generation, starts: starts.collect() }))
}

/// Returns a sentence on what the replacement does and what is lost.
fn consequence(replacement: &LogReplacement, compared: &[Comparison]) -> String {
    match replacement {
        LogReplacement::Truncated(_) => {
            let lost = compared.iter().filter_map(Comparison::lost).collect::<Vec<_>>().join(", ");
            format!(
                "This is the same log without its oldest records. The database will continue with the first record that is left: lost are {lost}."
            )
        }
        LogReplacement::NewLog { generation, .. } => {
            let skipped = compared.iter().filter_map(Comparison::skipped).collect::<Vec<_>>();
            let skipped = match skipped.is_empty() {
                true => String::new(),
                false => format!(" The records that this log already holds are skipped: {}.", skipped.join(", ")),
            };
            format!(
                "This is another log. The database will begin generation {generation} of positions in it: everything that the database holds stays, and what the former log held beyond the positions above is lost for good.{skipped} If you can bring the former log back, name that one with --event-log instead."
            )
        }
    }
}

/// Replaces the log in the archive. Retries for up to [`LEASE_WAIT`] while the lease of a stopped server lasts.
async fn replace_in_archive(
    archive: &dyn Archive,
    replacement: &LogReplacement,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<(), OperatorError> {
    let start = Instant::now();
    let mut has_reported = false;
    loop {
        match archive.replace_log(replacement).await {
            Ok(()) => return Ok(()),
            Err(ReplaceLogError::InUse(_)) if start.elapsed() < LEASE_WAIT => {
                if !std::mem::replace(&mut has_reported, true) {
                    say("Waiting until the lease of the last server has expired.");
                }
                tokio::time::sleep(LEASE_POLL).await;
            }
            Err(ReplaceLogError::InUse(server)) => {
                return Err(OperatorError::new(format!(
                    "the server {server} is running: stop all servers, and try again"
                )));
            }
            Err(ReplaceLogError::Later(_)) => {
                return Err("another replace-log has finished meanwhile: run this one again to see what it left".into());
            }
            Err(ReplaceLogError::Store(error)) => return Err(OperatorError::new(chain(&error))),
        }
    }
}
