//! The configuration: reads flags and environment into one valid value. An error names its setting.

mod args;
mod command_line;
mod public_url;
mod store_url;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

pub use args::{Args, Command};
use ipnet::IpNet;
pub use public_url::PublicUrl;
pub use store_url::StoreUrl;

/// The operator's permission to sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SignUp {
    /// The workspace's owner decides; by default sign-up is open.
    Open,
    /// Sign-up is closed, whatever the owner chooses.
    Closed,
}

/// Format of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for a terminal.
    Text,
    /// One JSON object per line.
    Json,
}

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) listen: SocketAddr,
    /// Folder for everything that is stored in files.
    pub(crate) data: PathBuf,
    pub(crate) directory: StoreUrl,
    pub(crate) archive: StoreUrl,
    pub(crate) event_log: StoreUrl,
    pub(crate) recent: StoreUrl,
    pub(crate) ephemeral: StoreUrl,
    /// Unique name of this server among its peers.
    pub(crate) name: String,
    /// Address on which Prometheus reads the metrics; `None` turns them off.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Address that users type; `None` on loopback, where the site has three origins.
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) sign_up: SignUp,
    /// File with the key that signs sessions; `None` for `signing.key` in the data folder, created at the first start.
    pub(crate) signing_key_file: Option<PathBuf>,
    /// The binary reads it before it runs the server.
    pub log_format: LogFormat,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Open sockets per network address.
    pub(crate) sockets_per_address: usize,
    /// Removes the limits on rate and number, for load tests on loopback.
    pub(crate) no_rate_limits: bool,
}

impl Config {
    /// Returns whether limits on rate and number apply.
    pub fn has_rate_limits(&self) -> bool {
        !self.no_rate_limits
    }

    /// Returns whether the data folder is used.
    pub fn uses_data_folder(&self) -> bool {
        self.keeps_files() || self.signing_key_file.is_none()
    }

    /// Returns whether a store is a file in the data folder.
    pub fn keeps_files(&self) -> bool {
        self.directory.is_local() || self.archive.is_local() || self.event_log.is_local()
    }

    /// Returns whether browsers reach the server by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// Returns the origins of this site, given the bound address. The first one is the main one.
    pub fn origins(&self, bound: SocketAddr) -> Vec<String> {
        match &self.public_url {
            Some(url) => vec![url.origin().to_owned()],
            None => {
                let own = match bound.ip() {
                    IpAddr::V4(address) => address.to_string(),
                    IpAddr::V6(address) => format!("[{address}]"),
                };
                let others = ["127.0.0.1", "localhost", "[::1]"].map(str::to_owned);
                let others = others.into_iter().filter(|host| *host != own).collect::<Vec<_>>();
                let port = if bound.port() == 80 { String::new() } else { format!(":{}", bound.port()) };
                [vec![own], others].concat().iter().map(|host| format!("http://{host}{port}")).collect()
            }
        }
    }
}
