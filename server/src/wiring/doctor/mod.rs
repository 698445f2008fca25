//! `jimmy-chat doctor`: whether a configuration will do, asked of the machine and of the real services. It takes no lock and
//! changes nothing, so a server may be running.

mod machine;
mod pair;

use std::{future::Future, time::Duration};

use super::folder::{DATABASE_FILE, LOG_FILE};
use crate::{
    adapters::{directory_postgres, directory_sqlite, event_log_kafka, event_log_sqlite, postgres, redis, sqlite},
    config::{Config, HintsAt, LogAt, StoreAt},
    finding::{Finding, Grade},
};

/// One service is looked at for so long. Each check has bounds of its own, which are shorter.
const CHECK_WAIT: Duration = Duration::from_secs(60);

/// What was found in one place.
pub struct Checked {
    /// The flag and its value, without a password.
    pub place: String,
    /// In the order in which it was looked at.
    pub findings: Vec<Finding>,
}

/// Looks at everything that a configuration names.
pub async fn doctor(config: &Config) -> Vec<Checked> {
    let checked = |place: &str, findings| Checked { place: place.into(), findings };
    let mut all = vec![
        checked("settings", machine::settings(config)),
        checked("open files", machine::open_files()),
        checked(&format!("--data {}", config.data.display()), machine::folder(config)),
        checked(&format!("signing key {}", super::key_file(config).display()), machine::signing_key(config)),
    ];
    all.extend(stores(config).await);
    all.push(event_log(config).await);
    let pair = bounded(async { pair::pair(config).await.into_iter().collect() }).await;
    if !pair.is_empty() {
        all.push(checked("--archive and --event-log", pair));
    }
    all.extend(hints(config).await);
    all
}

/// The directory and the archive, which may be one database.
async fn stores(config: &Config) -> Vec<Checked> {
    let places = match config.directory == config.archive {
        true => vec![("--directory and --archive", &config.directory)],
        false => vec![("--directory", &config.directory), ("--archive", &config.archive)],
    };
    let mut all = Vec::new();
    for (flag, place) in places {
        all.push(match place {
            StoreAt::Sqlite => {
                let file = config.data.join(DATABASE_FILE);
                let check = sqlite::check(&file, &directory_sqlite::MIGRATIONS);
                Checked { place: flag.into(), findings: bounded(check).await }
            }
            StoreAt::Postgres(url) => {
                let check = async {
                    let mut found = postgres::check(url.secret(), &directory_postgres::MIGRATIONS).await;
                    found.extend(pair::whole(url.secret()).await);
                    found
                };
                Checked { place: format!("{flag} {url}"), findings: bounded(check).await }
            }
        });
    }
    all
}

async fn event_log(config: &Config) -> Checked {
    match &config.event_log {
        LogAt::Sqlite => {
            let file = config.data.join(LOG_FILE);
            let check = sqlite::check(&file, &event_log_sqlite::MIGRATIONS);
            Checked { place: "--event-log".into(), findings: bounded(check).await }
        }
        LogAt::Kafka(url) => {
            Checked { place: format!("--event-log {url}"), findings: bounded(kafka(url.secret())).await }
        }
    }
}

async fn kafka(address: &str) -> Vec<Finding> {
    use event_log_kafka::{KafkaSettings, Severity, check, may_write};
    let settings = match KafkaSettings::parse(address) {
        Ok(settings) => settings,
        Err(why) => return vec![Finding::error(format!("the address {why}"))],
    };
    let found = check(&settings).await.into_iter().map(|finding| match finding.severity {
        Severity::Refused => Finding::error(finding.sentence),
        Severity::Different => Finding::warning(finding.sentence),
    });
    let mut found: Vec<Finding> = found.collect();
    if !found.iter().any(|finding| finding.grade == Grade::Error) {
        found.extend(may_write(&settings).await.err().map(Finding::error));
    }
    match found.is_empty() {
        true => vec![Finding::ok(format!("the topic {} keeps what an ack promises", settings.topic))],
        false => found,
    }
}

/// The recent history and the hints, which may be one Redis.
async fn hints(config: &Config) -> Vec<Checked> {
    let places = match config.recent == config.ephemeral {
        true => vec![("--recent and --ephemeral", &config.recent)],
        false => vec![("--recent", &config.recent), ("--ephemeral", &config.ephemeral)],
    };
    let mut all = Vec::new();
    for (flag, place) in places {
        all.push(match place {
            HintsAt::Memory => {
                let kept = Finding::ok("it is kept in the server's own memory");
                Checked { place: flag.into(), findings: vec![kept] }
            }
            HintsAt::Redis(url) => {
                Checked { place: format!("{flag} {url}"), findings: bounded(redis::check(url.secret())).await }
            }
        });
    }
    all
}

async fn bounded(check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    tokio::time::timeout(CHECK_WAIT, check).await.unwrap_or_else(|_| {
        vec![Finding::error("it does not answer: see whether it runs, and whether a firewall stands between")]
    })
}
