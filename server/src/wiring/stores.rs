//! From the URLs of a configuration to open stores, by one table of flags, schemes and technologies. A new adapter is a folder
//! in [`adapters`](crate::adapters) and a row here.

use std::{path::Path, sync::Arc};

use super::folder::must_hold;
use crate::{
    adapters::{
        backend::{Backend, Location, OpenBackend},
        kafka::KafkaTopic,
        memory::Memory,
        postgres::PostgresDatabase,
        redis::RedisBackend,
        sqlite::{SqliteDatabase, SqliteLog},
    },
    config::{Config, StoreUrl},
    error::OperatorError,
    ports::{Archive, Directory, Ephemeral, EventLog, RecentHistory},
};

const DIRECTORY: &str = "--directory";
const ARCHIVE: &str = "--archive";
const EVENT_LOG: &str = "--event-log";
const RECENT: &str = "--recent";
const EPHEMERAL: &str = "--ephemeral";

/// What a flag accepts.
struct Row {
    flags: &'static [&'static str],
    schemes: &'static [&'static str],
    /// What an operator writes, with an explanation where it needs one.
    form: &'static str,
    is_local: bool,
    technology: &'static dyn Backend,
}

/// Every technology, by the flags and schemes that choose it.
static TABLE: [Row; 6] = [
    Row {
        flags: &[DIRECTORY, ARCHIVE],
        schemes: &["sqlite"],
        form: "sqlite: (a file in --data)",
        is_local: true,
        technology: &SqliteDatabase,
    },
    Row {
        flags: &[DIRECTORY, ARCHIVE],
        schemes: &["postgres", "postgresql"],
        form: "postgres://user:password@host/database",
        is_local: false,
        technology: &PostgresDatabase,
    },
    Row {
        flags: &[EVENT_LOG],
        schemes: &["sqlite"],
        form: "sqlite: (a file in --data)",
        is_local: true,
        technology: &SqliteLog,
    },
    Row {
        flags: &[EVENT_LOG],
        schemes: &["kafka"],
        form: "kafka://host:port,host:port/topic",
        is_local: false,
        technology: &KafkaTopic,
    },
    Row {
        flags: &[RECENT, EPHEMERAL],
        schemes: &["memory"],
        form: "memory: (in this process)",
        is_local: true,
        technology: &Memory,
    },
    Row {
        flags: &[RECENT, EPHEMERAL],
        schemes: &["redis", "rediss"],
        form: "redis://host:port/0, or rediss://host:port/0 for an encrypted connection",
        is_local: false,
        technology: &RedisBackend,
    },
];

/// The technology and the URL that a flag has chosen.
#[derive(Clone, Copy)]
pub(in crate::wiring) struct Choice<'a> {
    flag: &'static str,
    pub(in crate::wiring) url: &'a StoreUrl,
    pub(in crate::wiring) technology: &'static dyn Backend,
    folder: &'a Path,
}

impl<'a> Choice<'a> {
    fn new(flag: &'static str, url: &'a StoreUrl, folder: &'a Path) -> Result<Self, OperatorError> {
        let rows = || TABLE.iter().filter(|row| row.flags.contains(&flag));
        let fits = |row: &&Row| row.is_local == url.is_local() && row.schemes.contains(&url.scheme());
        let Some(row) = rows().find(fits) else {
            let forms: Vec<&str> = rows().map(|row| row.form).collect();
            return Err(OperatorError::new(format!(
                "{flag} names no technology that it can use: write {}",
                forms.join(", or ")
            )));
        };
        Ok(Self { flag, url, technology: row.technology, folder })
    }

    /// Returns the flag alone.
    pub(in crate::wiring) fn flag(&self) -> &'static str {
        self.flag
    }

    /// Returns where the store is.
    pub(in crate::wiring) fn location(&self) -> Location<'a> {
        Location { url: self.url.secret(), folder: self.folder }
    }

    /// Returns whether two flags name the same store, which is then opened and checked once.
    pub(in crate::wiring) fn is_same_as(&self, other: &Choice<'_>) -> bool {
        self.technology.name() == other.technology.name() && self.url == other.url
    }

    /// Returns where the store is, for the operator: the file, or the address without its password.
    pub(in crate::wiring) fn place(&self) -> String {
        self.technology.file().map_or_else(|| self.url.to_string(), str::to_owned)
    }

    /// Puts the flag, and the address if there is one, before a sentence.
    pub(in crate::wiring) fn named(&self, error: OperatorError) -> OperatorError {
        OperatorError::caused_by(self.to_string(), error)
    }

    /// Refuses a store that would be created if it were opened.
    ///
    /// # Errors
    /// The data folder does not hold its file, or may not be read.
    pub(in crate::wiring) fn must_exist(&self) -> Result<(), OperatorError> {
        self.technology.file().map_or(Ok(()), |file| must_hold(self.folder, file))
    }
}

/// The flag, and the address of a service without its password.
impl std::fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.url.is_local() {
            true => f.write_str(self.flag),
            false => write!(f, "{} {}", self.flag, self.url),
        }
    }
}

/// The five choices of a configuration.
pub(in crate::wiring) struct Choices<'a> {
    pub(in crate::wiring) directory: Choice<'a>,
    pub(in crate::wiring) archive: Choice<'a>,
    pub(in crate::wiring) event_log: Choice<'a>,
    pub(in crate::wiring) recent: Choice<'a>,
    pub(in crate::wiring) ephemeral: Choice<'a>,
}

impl<'a> Choices<'a> {
    /// Finds the technology of each flag. Opens and creates nothing.
    ///
    /// # Errors
    /// A sentence for the operator: the flag, and what it accepts.
    pub(in crate::wiring) fn of(config: &'a Config) -> Result<Self, OperatorError> {
        let choose = |flag, url| Choice::new(flag, url, &config.data);
        Ok(Self {
            directory: choose(DIRECTORY, &config.directory)?,
            archive: choose(ARCHIVE, &config.archive)?,
            event_log: choose(EVENT_LOG, &config.event_log)?,
            recent: choose(RECENT, &config.recent)?,
            ephemeral: choose(EPHEMERAL, &config.ephemeral)?,
        })
    }
}

/// All stores of a server.
pub(in crate::wiring) struct Stores {
    pub(in crate::wiring) directory: Arc<dyn Directory>,
    pub(in crate::wiring) archive: Arc<dyn Archive>,
    pub(in crate::wiring) log: Arc<dyn EventLog>,
    pub(in crate::wiring) recent: Arc<dyn RecentHistory>,
    pub(in crate::wiring) ephemeral: Arc<dyn Ephemeral>,
    pub(in crate::wiring) open: OpenStores,
}

/// The stores that hold an install: all of [`Stores`] except those whose content may be lost.
pub(in crate::wiring) struct DurableStores {
    pub(in crate::wiring) directory: Arc<dyn Directory>,
    pub(in crate::wiring) archive: Arc<dyn Archive>,
    pub(in crate::wiring) log: Arc<dyn EventLog>,
    pub(in crate::wiring) open: OpenStores,
}

impl DurableStores {
    /// Opens all of them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(in crate::wiring) async fn open(choices: &Choices<'_>) -> Result<Self, OperatorError> {
        let mut open = OpenStores::default();
        let Choices { directory, archive, event_log, .. } = choices;
        Ok(Self {
            directory: open.open(directory, |backend| backend.directory()).await?,
            archive: open.open(archive, |backend| backend.archive()).await?,
            log: open.open(event_log, |backend| backend.event_log()).await?,
            open,
        })
    }
}

impl Stores {
    /// Opens all of them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(in crate::wiring) async fn open(choices: &Choices<'_>) -> Result<Self, OperatorError> {
        let DurableStores { directory, archive, log, mut open } = DurableStores::open(choices).await?;
        let recent = open.open(&choices.recent, |backend| backend.recent_history()).await?;
        let ephemeral = open.open(&choices.ephemeral, |backend| backend.ephemeral()).await?;
        let is_log_local = choices.event_log.url.is_local();
        if !is_log_local && choices.ephemeral.url.is_local() {
            tracing::warn!(
                "--ephemeral memory: belongs to one server: of several servers, each shows only its own users as present"
            );
        }
        if is_log_local && !choices.directory.url.is_local() {
            tracing::warn!(
                "--event-log sqlite: belongs to one server: a second server on this database would receive no message that is sent here"
            );
        }
        Ok(Self { directory, archive, log, recent, ephemeral, open })
    }
}

/// The open technologies, each once, in the order in which they were opened.
#[derive(Default)]
pub(in crate::wiring) struct OpenStores(Vec<(&'static str, StoreUrl, Arc<dyn OpenBackend>)>);

impl OpenStores {
    /// Opens what a flag has chosen, unless an earlier flag has chosen the same, and returns one port of it.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub(in crate::wiring) async fn open<P: ?Sized>(
        &mut self,
        choice: &Choice<'_>,
        port: impl Fn(&dyn OpenBackend) -> Option<Arc<P>>,
    ) -> Result<Arc<P>, OperatorError> {
        let Choice { url, technology, .. } = choice;
        let earlier = self.0.iter().find(|(name, other, _)| *name == technology.name() && other == *url);
        let backend = match earlier {
            Some((.., backend)) => backend.clone(),
            None => {
                let backend = technology.open(choice.location()).await.map_err(|why| choice.named(why))?;
                self.0.push((technology.name(), (*url).clone(), backend.clone()));
                backend
            }
        };
        port(&*backend)
            .ok_or_else(|| choice.named(OperatorError::new(format!("{} cannot keep this", technology.name()))))
    }

    /// Closes all of them in an orderly way, the event log before the database. What is in a write-ahead log moves into the file
    /// itself: a copy of the file alone is then complete.
    pub(in crate::wiring) async fn close(self) {
        for (.., backend) in self.0.iter().rev() {
            backend.close().await;
        }
    }
}

/// Opens the directory alone, for an operator's command beside a running server.
///
/// # Errors
/// A sentence for the operator.
pub async fn open_directory(config: &Config) -> Result<Arc<dyn Directory>, OperatorError> {
    let Choices { directory, .. } = Choices::of(config)?;
    directory.must_exist()?;
    OpenStores::default().open(&directory, |backend| backend.directory()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(flag: &'static str, text: &str) -> Result<&'static str, String> {
        let url = text.parse().expect(text);
        let choice = Choice::new(flag, &url, Path::new("data"));
        choice.map(|choice| choice.technology.name()).map_err(|error| error.to_string())
    }

    #[test]
    fn accepts_each_scheme_for_its_flags_and_no_other() {
        assert_eq!(choose(DIRECTORY, "sqlite:"), Ok(SqliteDatabase.name()));
        assert_eq!(choose(EVENT_LOG, "sqlite:"), Ok(SqliteLog.name()));
        assert_eq!(choose(ARCHIVE, "postgres://u:p@db:5432/jimmy"), Ok(PostgresDatabase.name()));
        assert_eq!(choose(ARCHIVE, "postgresql://db/jimmy"), Ok(PostgresDatabase.name()));
        assert_eq!(choose(EVENT_LOG, "kafka://a:9092,b:9092/jimmy"), Ok(KafkaTopic.name()));
        assert_eq!(choose(RECENT, "memory:"), Ok(Memory.name()));
        assert_eq!(choose(EPHEMERAL, "rediss://cache:6379/0"), Ok(RedisBackend.name()));
        for (flag, text) in [
            (DIRECTORY, "postgres:"),
            (DIRECTORY, "mysql://db/jimmy"),
            (DIRECTORY, "kafka://a/b"),
            (EVENT_LOG, "redis://cache/0"),
            (EVENT_LOG, "kafka:"),
            (EPHEMERAL, "postgres://db/jimmy"),
            (RECENT, "sqlite:"),
        ] {
            let why = choose(flag, text).expect_err(text);
            assert!(why.starts_with(flag), "{text}: {why}");
        }
    }

    #[test]
    fn does_not_quote_a_url_it_cannot_use() {
        let why = choose(DIRECTORY, "postgre://x:hunter2@db/jimmy").expect_err("refused");
        assert!(why.contains("--directory") && !why.contains("hunter2"), "{why}");
    }
}
