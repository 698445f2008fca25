//! The configuration: flags and environment in, one typed value out. What is wrong names itself; what is there is valid.

mod args;
mod command_line;
mod public_url;
mod store_url;

use std::{net::SocketAddr, path::PathBuf};

pub use args::{Args, Command};
use ipnet::IpNet;
pub use public_url::PublicUrl;
pub use store_url::StoreUrl;

/// Who may sign up, as far as the operator decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SignUp {
    /// Whom the workspace's owner lets in: anybody, unless the owner has said otherwise.
    Open,
    /// Nobody, whatever the owner has said.
    Closed,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where accounts, sessions, channels and memberships are kept.
    pub directory: StoreUrl,
    /// Where the history is kept.
    pub archive: StoreUrl,
    /// Where a message becomes durable.
    pub event_log: StoreUrl,
    /// Where the newest events of each channel may be read faster.
    pub recent: StoreUrl,
    /// Where servers tell each other what may be lost.
    pub ephemeral: StoreUrl,
    /// This server's name among its like.
    pub name: String,
    /// Where Prometheus reads how the server is; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How people reach the server; `None`: by loopback, under any of its names.
    pub public_url: Option<PublicUrl>,
    /// Who may sign up.
    pub sign_up: SignUp,
    /// The key that signs sessions; `None`: `signing.key` in the data folder, made at the first start.
    pub signing_key_file: Option<PathBuf>,
    /// How logs are written.
    pub log_format: LogFormat,
    /// Proxies whose word counts on where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// Sockets of one network address at a time.
    pub sockets_per_address: usize,
    /// Lifts the limits of rate and count, for load tests; only on loopback.
    pub no_rate_limits: bool,
}

impl Config {
    /// Whether people and addresses are held to limits of rate and count.
    pub fn has_rate_limits(&self) -> bool {
        !self.no_rate_limits
    }

    /// Whether something is kept in the data folder.
    pub fn uses_data_folder(&self) -> bool {
        self.keeps_files() || self.signing_key_file.is_none()
    }

    /// Whether what people do is kept in the data folder, or a part of it.
    pub fn keeps_files(&self) -> bool {
        self.directory.is_local() || self.archive.is_local() || self.event_log.is_local()
    }

    /// Whether browsers reach the server by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// The page origins that may change something, given the address that was bound.
    pub fn origins(&self, bound: SocketAddr) -> Vec<String> {
        match &self.public_url {
            Some(url) => vec![url.origin().to_owned()],
            None => ["127.0.0.1", "localhost", "[::1]"]
                .iter()
                .map(|host| {
                    if bound.port() == 80 {
                        format!("http://{host}")
                    } else {
                        format!("http://{host}:{}", bound.port())
                    }
                })
                .collect(),
        }
    }
}
