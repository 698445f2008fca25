//! Whether the event log continues where the database has stopped reading it, as a starting server checks it. A store that does
//! not exist yet, or that does not answer (which has a finding of its own), is left out.

use crate::{
    delivery::{LoadError, check_all},
    ports::finding::Finding,
    wiring::stores::Choices,
};

/// Returns the finding, or `None` if there is nothing to compare.
pub(super) async fn check(choices: &Choices<'_>) -> Option<Finding> {
    let Choices { archive, event_log, .. } = choices;
    let archive = archive.technology.open_read_only(archive.location()).await.ok()??.archive()?;
    let log = match event_log.technology.open_read_only(event_log.location()).await.ok()? {
        Some(open) => Some(open.event_log()?),
        None => None,
    };
    let mut fits = check_all(&*archive, log.as_deref()).await;
    if matches!(fits, Err(LoadError::Refused(_))) {
        // A running server may have read on, and trimmed the log, between the two reads.
        fits = check_all(&*archive, log.as_deref()).await;
    }
    Some(match fits {
        Ok(()) => Finding::ok("the log continues where the database has stopped reading it"),
        Err(LoadError::Refused(why)) => Finding::error(why),
        Err(error) => Finding::error(format!("it cannot be checked whether they belong together: {error}")),
    })
}
