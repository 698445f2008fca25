//! Checks that need no service: the settings, the data folder, the signing key, and the limits of this process.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use rustix::fs::{Access, access, statvfs};

use crate::{
    adapters::sqlite::DATABASE_FILE,
    auth::Tokens,
    config::{Config, PublicUrl},
    error::chain,
    http::CONNECTIONS_MAX,
    metrics::open_files_limit,
    ports::finding::Finding,
    wiring::folder::holds,
};

/// Free bytes on the disk below which doctor warns.
const FREE_BYTES_FEW: u64 = 1024 * 1024 * 1024;
/// Free bytes on the disk below which nothing more can be stored: a write-ahead log alone may need that much.
const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// Files that a server has open besides its connections: databases, the log, libraries, brokers.
const OTHER_FILES: u64 = 500;
/// Open files below which a few hundred clients are too many.
const OPEN_FILES_MIN: u64 = 1_024;

/// Checks the settings against each other.
pub(super) fn settings(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(match &config.public_url {
        None => Finding::ok(format!("it can be reached from this machine only, at {}", config.listen)),
        Some(url) if !url.is_https() => Finding::warning(format!(
            "it can be reached at {} without encryption: an attacker on the network can read passwords; put a proxy with TLS in front, and name its https address with --public-url",
            PublicUrl::origin(url)
        )),
        Some(url) => Finding::ok(format!("it can be reached at {}", url.origin())),
    });
    if config.is_https() && config.trusted_proxies.is_empty() {
        found.push(Finding::warning(
            "no --trusted-proxy is named, though only a proxy can provide the https of --public-url: all clients seem to come from its address and share the limits of one address; name the proxy with --trusted-proxy",
        ));
    }
    if let Some(listen) = config.metrics_listen.filter(|listen| listen.ip().is_unspecified()) {
        found.push(Finding::warning(format!(
            "--metrics-listen {listen} listens on every network of this machine: name the address that Prometheus uses, or block the port by a firewall"
        )));
    }
    if config.no_rate_limits {
        found.push(Finding::warning("--no-rate-limits is for load tests: remove it before users connect"));
    }
    let is_shared = !config.event_log.is_local();
    if !is_shared && (!config.directory.is_local() || !config.ephemeral.is_local()) {
        found.push(Finding::warning(
            "the other stores can be shared by several servers, but --event-log sqlite: belongs to one server: a second server would receive no message that is sent on the first; for several servers give all of them one kafka:// address",
        ));
    }
    if is_shared && config.directory.is_local() {
        found.push(Finding::error(
            "the log can be shared by several servers, but --directory sqlite: belongs to one server: a second server would know no account; give all of them one postgres:// address",
        ));
    }
    if is_shared && config.archive.is_local() {
        found.push(Finding::warning(
            "the log can be shared by several servers, but --archive sqlite: belongs to one server: each would store the whole history; give all of them one postgres:// address",
        ));
    }
    if is_shared && config.ephemeral.is_local() {
        found.push(Finding::warning(
            "the log can be shared by several servers, but --ephemeral memory: belongs to one server: each shows only its own users as present; give all of them one redis:// address",
        ));
    }
    found
}

/// Checks how many files this process may open: each connection is one.
pub(super) fn open_files() -> Vec<Finding> {
    let wanted = CONNECTIONS_MAX as u64 + OTHER_FILES;
    let raise = "raise it (ulimit -n, or LimitNOFILE with systemd)";
    vec![match open_files_limit() {
        Some(limit) if limit < OPEN_FILES_MIN => Finding::error(format!(
            "this process may open {limit} files, and each connection is one; {raise} to {wanted}"
        )),
        Some(limit) if limit < wanted => Finding::warning(format!(
            "this process may open {limit} files, so about {} connections fit of the {CONNECTIONS_MAX} that a server accepts; {raise} to {wanted}",
            limit - OTHER_FILES
        )),
        _ => Finding::ok(format!("enough for {CONNECTIONS_MAX} connections")),
    }]
}

/// Checks the data folder.
pub(super) fn folder(config: &Config) -> Vec<Finding> {
    if !config.uses_data_folder() {
        return vec![unused(config)];
    }
    let path = &config.data;
    let mode = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => metadata.permissions().mode(),
        Ok(_) => return vec![Finding::error("it is a file; name a folder with --data")],
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return new_folder(path),
        Err(error) => {
            return vec![Finding::error(format!("it cannot be read ({error}); check its owner and its permissions"))];
        }
    };
    let mut found = vec![match access(path, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::ok("it can be written"),
        Err(error) => Finding::error(format!(
            "it cannot be written ({error}); give it to the user that runs the server: chown -R USER {}",
            path.display()
        )),
    }];
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!(
            "other users of this machine may look into it; chmod 700 {}",
            path.display()
        )));
    }
    found.push(free(path));
    found
}

/// Reports a folder that these settings do not use. It may hold the install that was migrated, or one that the operator believes to
/// be served.
fn unused(config: &Config) -> Finding {
    match holds(&config.data, DATABASE_FILE) {
        Ok(true) => {
            Finding::ok("it is not used with these settings; it holds another install, of which nothing is served")
        }
        Ok(false) | Err(_) => Finding::ok("it is not used with these settings"),
    }
}

/// Checks where the server will create the folder.
fn new_folder(path: &Path) -> Vec<Finding> {
    let parent = path.ancestors().skip(1).find(|parent| parent.is_dir() || parent.as_os_str().is_empty());
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let may = access(parent, Access::WRITE_OK | Access::EXEC_OK).map_or_else(
        |error| {
            let parent = parent.display();
            Finding::error(format!(
                "it does not exist, and cannot be created in {parent} ({error}); create it, and give it to the user that runs the server"
            ))
        },
        |()| Finding::ok("it does not exist yet; the first start creates it"),
    );
    vec![may, free(parent)]
}

fn free(path: &Path) -> Finding {
    let free = match statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::warning(format!("the free space of its disk cannot be read: {error}")),
    };
    let mib = free / (1024 * 1024);
    match free {
        _ if free < FREE_BYTES_MIN => {
            Finding::error(format!("{mib} MiB are free on its disk: free more, or no message can be stored"))
        }
        _ if free < FREE_BYTES_FEW => {
            Finding::warning(format!("{mib} MiB are free on its disk: free more before it is full"))
        }
        _ => Finding::ok(format!("{mib} MiB are free on its disk")),
    }
}

/// Checks that the key that signs sessions exists, is long enough, and can be read by its owner alone.
pub(super) fn signing_key(config: &Config) -> Vec<Finding> {
    let path = crate::wiring::key_file(config);
    let is_shared = !config.directory.is_local();
    let mode = match fs::metadata(&path) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_shared => {
            return vec![Finding::ok("it does not exist yet; the first start creates it")];
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::error(
                "it does not exist: each server would create its own, and reject the sessions of the others; create one (head -c 32 /dev/urandom) and copy it to all of them",
            )];
        }
        Err(error) => {
            return vec![Finding::error(format!("it cannot be read ({error}); check its owner and its permissions"))];
        }
    };
    let mut found = vec![match Tokens::from_file(&path) {
        Ok(_) => Finding::ok("it can be read, and is long enough"),
        Err(error) => Finding::error(chain(&error)),
    }];
    if mode & 0o077 != 0 {
        found.push(Finding::warning(format!(
            "other users of this machine may read it; chmod 600 {}, unless all of them are trusted",
            path.display()
        )));
    }
    found
}
