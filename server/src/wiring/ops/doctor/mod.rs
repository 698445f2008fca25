//! `jimmy-chat doctor`: checks a configuration against this machine and the real services. It takes no lock and changes nothing,
//! so a server may be running.

mod continuity;
mod machine;

use std::{future::Future, time::Duration};

use crate::{
    config::Config,
    error::OperatorError,
    ports::finding::Finding,
    wiring::{
        key_file,
        stores::{Choice, Choices},
    },
};

/// Longest check of one service. The checks of the adapters have shorter limits of their own.
const CHECK_WAIT: Duration = Duration::from_secs(60);

/// What was found at one place.
pub struct Checked {
    /// The flag and its value, without a password.
    pub place: String,
    /// In the order in which they were found.
    pub findings: Vec<Finding>,
}

/// Checks everything that a configuration names.
///
/// # Errors
/// A sentence for the operator: a flag names a technology that it cannot use.
pub async fn doctor(config: &Config) -> Result<Vec<Checked>, OperatorError> {
    let choices = Choices::of(config)?;
    let checked = |place: &str, findings| Checked { place: place.into(), findings };
    let mut all = vec![
        checked("settings", machine::settings(config)),
        checked("open files", machine::open_files()),
        checked(&format!("--data {}", config.data.display()), machine::folder(config)),
        checked(&format!("signing key {}", key_file(config).display()), machine::signing_key(config)),
    ];
    all.extend(pair(&choices.directory, &choices.archive).await);
    all.push(one(&choices.event_log, choices.event_log.to_string()).await);
    let continuity = bounded(async { continuity::check(&choices).await.into_iter().collect() }).await;
    if !continuity.is_empty() {
        all.push(checked("--archive and --event-log", continuity));
    }
    all.extend(pair(&choices.recent, &choices.ephemeral).await);
    Ok(all)
}

/// Checks what two flags have chosen, once if that is the same.
async fn pair(first: &Choice<'_>, second: &Choice<'_>) -> Vec<Checked> {
    match first.is_same_as(second) {
        true => vec![one(first, format!("{} and {second}", first.flag())).await],
        false => vec![one(first, first.to_string()).await, one(second, second.to_string()).await],
    }
}

async fn one(choice: &Choice<'_>, place: String) -> Checked {
    Checked { place, findings: bounded(choice.technology.check(choice.location())).await }
}

async fn bounded(check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    tokio::time::timeout(CHECK_WAIT, check).await.unwrap_or_else(|_| {
        vec![Finding::error(
            "it does not answer: check whether it is running, and whether a firewall blocks the connection",
        )]
    })
}
