//! `jimmy-chat adopt-log`: a log that is lost for good, or was made anew, is taken for the one to go on with. First it is said
//! what was found and what is lost with it; nothing that the database holds is.

mod look;
mod untold;

use std::time::{Duration, Instant};

use domain::ids::Pos;

use crate::ports::{
    Archive, Directory, EventLog,
    archive::{AdoptError, Adoption},
};
use look::{Fit, Look};

/// The lease of a server that was just stopped is waited for so long; it lasts a few seconds.
const LEASE_WAIT: Duration = Duration::from_secs(10);
/// It is looked at so often meanwhile.
const LEASE_LOOK: Duration = Duration::from_millis(500);

/// The install whose log it is.
pub struct Install<'a> {
    /// Its accounts and channels.
    pub directory: &'a dyn Directory,
    /// What was made of its log.
    pub archive: &'a dyn Archive,
    /// The log to go on with.
    pub log: &'a dyn EventLog,
}

/// Says what was found, and, if the operator has said yes, goes on with this log.
///
/// # Errors
/// A sentence for the operator: nothing was changed.
pub async fn adopt(install: &Install<'_>, yes: bool, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    let looks = look::all(install.archive, install.log).await?;
    looks.iter().for_each(|look| say(&look.to_string()));
    let adoption = decide(&looks)?;
    let untold = match &adoption {
        None => untold::find(install).await?,
        Some(adoption) => {
            say(&consequence(adoption, &looks));
            Vec::new()
        }
    };
    if !untold.is_empty() {
        say(&format!(
            "The database goes on where this log does, but the log has lost the beginning of {} of its channels.",
            untold.len()
        ));
    } else if adoption.is_none() {
        say("The database goes on where this log does: there is nothing to adopt.");
        return Ok(());
    }
    if !yes {
        return Err("nothing was changed; with --yes it is done".into());
    }
    if let Some(adoption) = &adoption {
        begin(install, adoption, say).await?;
    }
    let untold = untold::find(install).await?;
    untold::tell(install, &untold).await?;
    if !untold.is_empty() {
        say(&format!("{} channels, whose beginning was lost, begin anew.", untold.len()));
    }
    say("Done: start the servers.");
    Ok(())
}

async fn begin(install: &Install<'_>, adoption: &Adoption, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    if let Adoption::Anew { starts, .. } = adoption {
        // Before the projection, which says that it is done: whoever is interrupted in between does both once more.
        let count = u32::try_from(starts.len()).unwrap_or(u32::MAX);
        install.directory.repartition(count).await.map_err(|error| crate::chain(&error))?;
    }
    apply(install.archive, adoption, say).await
}

/// What is to be done; nothing where all of it fits.
fn decide(looks: &[Look]) -> Result<Option<Adoption>, String> {
    if looks.iter().all(|look| look.fit == Fit::GoesOn) {
        return Ok(None);
    }
    let begins_later = |look: &&Look| look.fit == Fit::BeginsLater;
    if looks.iter().all(|look| matches!(look.fit, Fit::GoesOn | Fit::BeginsLater)) {
        let places = looks.iter().filter(begins_later).filter_map(|look| Some((look.partition, look.range?.first)));
        return Ok(Some(Adoption::GoOn(places.collect())));
    }
    let newest = looks.iter().flat_map(|look| [look.generation, look.in_log]).max().unwrap_or(0);
    let generation = newest.saturating_add(1);
    if generation > Pos::GENERATION_MAX {
        return Err(format!(
            "this log is of generation {newest}, and no position can be of a later one: name another topic"
        ));
    }
    Ok(Some(Adoption::Anew { generation, starts: looks.iter().filter_map(|look| Some(look.range?.first)).collect() }))
}

/// What adopting means, in words.
fn consequence(adoption: &Adoption, looks: &[Look]) -> String {
    match adoption {
        Adoption::GoOn(_) => {
            let lost = looks.iter().filter_map(Look::gone).collect::<Vec<_>>().join(", ");
            format!(
                "It is the same log without its beginning. To adopt it is to go on with the first record that it still has: lost are {lost}."
            )
        }
        Adoption::Anew { generation, .. } => {
            let passed_over = looks.iter().filter_map(Look::passed_over).collect::<Vec<_>>();
            let passed_over = match passed_over.is_empty() {
                true => String::new(),
                false => format!(" What this log holds already is passed over: {}.", passed_over.join(", ")),
            };
            format!(
                "It is another log. To adopt it is to begin generation {generation} of positions in it: all that the database holds stays, and what the former log held beyond the positions above is lost for good.{passed_over} If the former log can be had back, name that one with --event-log instead."
            )
        }
    }
}

/// Waits for the lease of a server that was just stopped.
async fn apply(archive: &dyn Archive, adoption: &Adoption, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    let since = Instant::now();
    let mut has_said = false;
    loop {
        match archive.adopt(adoption).await {
            Ok(()) => return Ok(()),
            Err(AdoptError::InUse(_)) if since.elapsed() < LEASE_WAIT => {
                if !std::mem::replace(&mut has_said, true) {
                    say("Waiting until the lease of the last server has ended.");
                }
                tokio::time::sleep(LEASE_LOOK).await;
            }
            Err(AdoptError::InUse(server)) => {
                return Err(format!("the server {server} is running: stop all servers, and try again"));
            }
            Err(AdoptError::Later(_)) => return Err("another adopt-log was faster: look again".into()),
            Err(AdoptError::Store(error)) => return Err(crate::chain(&error)),
        }
    }
}
