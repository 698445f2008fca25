//! What can be seen without asking any service: the settings themselves, the folder, the key, the limits of this process.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use rustix::fs::{Access, access, statvfs};

use crate::{
    auth::Tokens,
    config::{Config, HintsAt, LogAt, PublicUrl, StoreAt},
    finding::Finding,
    metrics::open_files_limit,
    serve::CONNECTIONS_MAX,
    wiring::folder::{DATABASE_FILE, holds},
};

/// With less room than this on the disk, the day of the full disk is near.
const FREE_BYTES_FEW: u64 = 1024 * 1024 * 1024;
/// With less than this, it is today: a write-ahead log alone can take that much.
const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// Files that a server has open beside its connections: databases, the log, libraries, brokers.
const OTHER_FILES: u64 = 500;
/// Who may open fewer files than this is in trouble with the first few hundred people.
const OPEN_FILES_MIN: u64 = 1_024;

/// What the settings say of each other.
pub(super) fn settings(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(match &config.public_url {
        None => Finding::ok(format!("people reach it on this machine alone, at {}", config.listen)),
        Some(url) if !url.is_https() => Finding::warning(format!(
            "people reach it at {}: who sits on the way can read passwords; put a proxy that does TLS in front, and name its https address with --public-url",
            PublicUrl::origin(url)
        )),
        Some(url) => Finding::ok(format!("people reach it at {}", url.origin())),
    });
    if config.is_https() && config.trusted_proxies.is_empty() {
        found.push(Finding::warning(
            "no --trusted-proxy is named, though only a proxy can do the https of --public-url: everybody seems to come from its address, and shares the limits of one; name it",
        ));
    }
    if let Some(listen) = config.metrics_listen.filter(|listen| listen.ip().is_unspecified()) {
        found.push(Finding::warning(format!(
            "--metrics-listen {listen} is every network of this machine: name the address that Prometheus uses, or see to a firewall"
        )));
    }
    if config.no_rate_limits {
        found.push(Finding::warning("--no-rate-limits is for load tests: with people, leave it away"));
    }
    let is_shared = config.event_log != LogAt::Sqlite;
    if !is_shared && (config.directory != StoreAt::Sqlite || config.ephemeral != HintsAt::Memory) {
        found.push(Finding::warning(
            "what is kept is for many servers, but --event-log sqlite: is one server's own: a second one would be told nothing that is said on the first; for several give all of them one kafka:// address",
        ));
    }
    if is_shared && config.directory == StoreAt::Sqlite {
        found.push(Finding::error(
            "the log is for many servers, but --directory sqlite: is one server's own: a second server would know nobody; give all of them one postgres:// address",
        ));
    }
    if is_shared && config.archive == StoreAt::Sqlite {
        found.push(Finding::warning(
            "the log is for many servers, but --archive sqlite: is one server's own: each keeps all of the history; give all of them one postgres:// address",
        ));
    }
    if is_shared && config.ephemeral == HintsAt::Memory {
        found.push(Finding::warning(
            "the log is for many servers, but --ephemeral memory: is one server's own: each shows only its own people as there; give all of them one redis:// address",
        ));
    }
    found
}

/// Each connection is an open file.
pub(super) fn open_files() -> Vec<Finding> {
    let wanted = CONNECTIONS_MAX as u64 + OTHER_FILES;
    let raise = "raise it (ulimit -n, or LimitNOFILE with systemd)";
    vec![match open_files_limit() {
        Some(limit) if limit < OPEN_FILES_MIN => Finding::error(format!(
            "this process may open {limit} files, and each connection is one; {raise} to {wanted}"
        )),
        Some(limit) if limit < wanted => Finding::warning(format!(
            "this process may open {limit} files, so about {} connections fit of the {CONNECTIONS_MAX} that a server takes; {raise} to {wanted}",
            limit - OTHER_FILES
        )),
        _ => Finding::ok(format!("enough for {CONNECTIONS_MAX} connections")),
    }]
}

/// The data folder.
pub(super) fn folder(config: &Config) -> Vec<Finding> {
    if !config.uses_data_folder() {
        return vec![unused(config)];
    }
    let path = &config.data;
    let mode = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => metadata.permissions().mode(),
        Ok(_) => return vec![Finding::error("it is a file; name a folder with --data")],
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return new_folder(path),
        Err(error) => return vec![Finding::error(format!("it cannot be looked at: {error}"))],
    };
    let mut found = vec![match access(path, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::ok("it can be written"),
        Err(error) => Finding::error(format!(
            "it cannot be written ({error}); make it the folder of who runs the server: chown -R USER {}",
            path.display()
        )),
    }];
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!("others on this machine may look into it; chmod 700 {}", path.display())));
    }
    found.push(free(path));
    found
}

/// The folder of an install that was moved, perhaps, or of one that somebody takes for what is served.
fn unused(config: &Config) -> Finding {
    match holds(&config.data, DATABASE_FILE) {
        Ok(true) => Finding::ok(
            "it is not used with these settings; it holds an install of its own, and nothing of that is served",
        ),
        Ok(false) | Err(_) => Finding::ok("it is not used with these settings"),
    }
}

/// A folder that the server will make.
fn new_folder(path: &Path) -> Vec<Finding> {
    let parent = path.ancestors().skip(1).find(|parent| parent.is_dir() || parent.as_os_str().is_empty());
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let may = access(parent, Access::WRITE_OK | Access::EXEC_OK).map_or_else(
        |error| {
            let parent = parent.display();
            Finding::error(format!(
                "it is not there, and cannot be made in {parent} ({error}); make it, and give it to who runs the server"
            ))
        },
        |()| Finding::ok("it is not there yet; the first start makes it"),
    );
    vec![may, free(parent)]
}

fn free(path: &Path) -> Finding {
    let free = match statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::warning(format!("its disk does not say how much room is left: {error}")),
    };
    let mib = free / (1024 * 1024);
    match free {
        _ if free < FREE_BYTES_MIN => {
            Finding::error(format!("{mib} MiB are left on its disk: make room, or nothing can be said"))
        }
        _ if free < FREE_BYTES_FEW => {
            Finding::warning(format!("{mib} MiB are left on its disk: make room before it is full"))
        }
        _ => Finding::ok(format!("{mib} MiB are left on its disk")),
    }
}

/// The key that signs sessions: there, long enough, and nobody else's to read.
pub(super) fn signing_key(config: &Config) -> Vec<Finding> {
    let path = crate::wiring::key_file(config);
    let is_shared = matches!(config.directory, StoreAt::Postgres(_));
    let mode = match fs::metadata(&path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_shared => {
            return vec![Finding::ok("it is not there yet; the first start makes it")];
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::error(
                "it is not there: each server would make one of its own, and log out whom another has logged in; make one (head -c 32 /dev/urandom) and copy it to all of them",
            )];
        }
        Err(error) => return vec![Finding::error(format!("it cannot be looked at: {error}"))],
    };
    let mut found = vec![match Tokens::from_file(&path) {
        Ok(_) => Finding::ok("it can be read, and is long enough"),
        Err(why) => Finding::error(why),
    }];
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!(
            "others on this machine may read it; chmod 600 {}, unless all of them may be trusted with it",
            path.display()
        )));
    }
    found
}
