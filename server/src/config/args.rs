//! The flags. Each is also an environment variable.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args as ClapArgs, Parser, Subcommand};
use domain::limits::SOCKETS_PER_ADDRESS_MAX;
use ipnet::IpNet;

use super::{Config, LogFormat, PublicUrl, SignUp, StoreUrl};
use crate::error::OperatorError;

/// Live chat for a team: one program, one folder. Without a command it runs the server.
///
/// Open the address that it prints and sign up. The first account owns the workspace.
#[derive(Debug, Parser)]
#[command(
    name = "jimmy-chat",
    version,
    max_term_width = 100,
    subcommand_help_heading = "Commands (without one it runs the server)"
)]
pub struct Args {
    /// What to do instead of running the server.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

/// Commands for the operator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Give an account a new password and print it. The account's sessions end within seconds. The server may be running.
    ResetPassword {
        /// Name of the account.
        name: String,
    },
    /// Copy everything that the server needs into an empty folder. The server may be running. To restore, start the server
    /// with --data and that folder, or a copy of it.
    Backup {
        /// The folder; it is created if it does not exist.
        folder: PathBuf,
    },
    /// Move the install in --data to PostgreSQL and Kafka. --directory, --archive and --event-log name an empty database and
    /// a topic that does not exist yet. The signing key is copied to --signing-key-file. The server must be stopped. The
    /// folder is not changed. After an interruption, run the command again to continue.
    Migrate,
    /// Continue after losing the event log: accept a new log, or one whose oldest records are gone. All servers must be
    /// stopped. The command reports what it finds and what would be lost, and changes nothing without --yes.
    ReplaceLog {
        /// Accept that log. Without this flag nothing is changed.
        #[arg(long)]
        yes: bool,
    },
    /// Check these settings: the folder, the key, every service that they name, and whether database and log belong
    /// together. Nothing is changed, and the server may be running. The exit code is 1 if there is an error.
    Doctor,
}

#[derive(Debug, ClapArgs)]
struct Settings {
    /// IP address and port to listen on. Host names are not resolved.
    #[arg(long, env = "JIMMY_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT", value_parser = socket, global = true)]
    listen: SocketAddr,
    /// Folder for everything that is stored in files. The server creates it if it does not exist.
    #[arg(long, env = "JIMMY_DATA", default_value = "./data", value_name = "FOLDER", global = true)]
    data: PathBuf,
    /// Store of accounts, sessions and channels: `sqlite:` (a file in --data) or `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "JIMMY_DIRECTORY",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    directory: String,
    /// Store of the history: `sqlite:` (a file in --data) or `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "JIMMY_ARCHIVE",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    archive: String,
    /// Log that every message goes through: `sqlite:` (a file in --data) or `kafka://host:port,host:port/topic`.
    #[arg(
        long,
        env = "JIMMY_EVENT_LOG",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    event_log: String,
    /// Cache of each channel's newest messages that all servers share: `memory:` (none) or `redis://host:port/0`, or
    /// `rediss://` for an encrypted connection.
    #[arg(
        long,
        env = "JIMMY_RECENT",
        default_value = "memory:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    recent: String,
    /// Channel for presence, typing and load between servers: `memory:` (one server alone) or `redis://host:port/0`, or
    /// `rediss://` for an encrypted connection.
    #[arg(
        long,
        env = "JIMMY_EPHEMERAL",
        default_value = "memory:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    ephemeral: String,
    /// Name of this server among several; it is part of the socket's address. Letters, digits, - and _ [default: a, or
    /// generated if the log is Kafka]
    #[arg(long, env = "JIMMY_NAME", value_name = "NAME", value_parser = server_name, global = true)]
    name: Option<String>,
    /// IP address and port on which Prometheus reads /metrics. Do not expose it to the internet [default: none]
    #[arg(long, env = "JIMMY_METRICS_LISTEN", value_name = "ADDRESS:PORT", value_parser = socket, global = true)]
    metrics_listen: Option<SocketAddr>,
    /// Address that users type, such as `https://chat.example.org`. Required unless --listen is a loopback address.
    #[arg(long, env = "JIMMY_PUBLIC_URL", value_name = "URL", global = true)]
    public_url: Option<String>,
    /// Allow a --public-url of plain http. Passwords can then be read on the network.
    #[arg(long, env = "JIMMY_INSECURE_HTTP", global = true)]
    insecure_http: bool,
    /// Who may create an account. `open` leaves the choice to the workspace's owner; `closed` overrides it.
    #[arg(long, env = "JIMMY_SIGN_UP", default_value = "open", value_enum, global = true)]
    sign_up: SignUp,
    /// File with the key that signs sessions, at least 32 random bytes [default: signing.key in --data, created at the first
    /// start]
    #[arg(long, env = "JIMMY_SIGNING_KEY_FILE", value_name = "FILE", global = true)]
    signing_key_file: Option<PathBuf>,
    /// IP address or network of a proxy in front, such as 127.0.0.1 or 10.0.0.0/8. It can be given several times. The address
    /// in its X-Forwarded-For counts for limits and appears in the list of sessions.
    #[arg(long = "trusted-proxy", env = "JIMMY_TRUSTED_PROXY", value_name = "ADDRESS", value_delimiter = ',', value_parser = proxy, global = true)]
    trusted_proxies: Vec<IpNet>,
    /// Open sockets per network address (of IPv6: per /64). Raise it for a large office behind one router.
    #[arg(long, env = "JIMMY_SOCKETS_PER_ADDRESS", default_value_t = SOCKETS_PER_ADDRESS_MAX, value_name = "NUMBER", global = true)]
    sockets_per_address: usize,
    /// Remove the limits on rate and number of messages, frames, sockets, log-ins and sign-ups, for load tests. Allowed only if
    /// --listen is a loopback address.
    #[arg(long, env = "JIMMY_NO_RATE_LIMITS", global = true)]
    no_rate_limits: bool,
    /// Format of the logs on standard error. RUST_LOG sets the level [default: info]
    #[arg(long, env = "JIMMY_LOG_FORMAT", default_value = "text", value_enum, global = true)]
    log_format: LogFormat,
}

impl Args {
    /// Returns the configuration.
    ///
    /// # Errors
    /// When settings are invalid, alone or together. The sentence names the setting.
    pub fn config(&self) -> Result<Config, OperatorError> {
        let Settings { listen, data, public_url, insecure_http, sign_up, signing_key_file, .. } = &self.settings;
        let parse = |text: &String| {
            PublicUrl::parse(text, *insecure_http).map_err(|why| format!("--public-url {text:?} {why}"))
        };
        let public_url = public_url.as_ref().map(parse).transpose()?;
        if public_url.is_none() && !listen.ip().is_loopback() {
            return Err(OperatorError::new(format!(
                "--listen {listen} is not a loopback address: set --public-url to the address that users type, such as https://chat.example.org"
            )));
        }
        if self.settings.no_rate_limits && !listen.ip().is_loopback() {
            return Err(OperatorError::new(format!(
                "--no-rate-limits: --listen {listen} is not a loopback address; listen on one, or keep the limits"
            )));
        }
        let settings = &self.settings;
        let directory = store_url("--directory", &settings.directory)?;
        let archive = store_url("--archive", &settings.archive)?;
        let event_log = store_url("--event-log", &settings.event_log)?;
        let recent = store_url("--recent", &settings.recent)?;
        let ephemeral = store_url("--ephemeral", &settings.ephemeral)?;
        // Other commands sign nothing.
        let needs_key = matches!(self.command, None | Some(Command::Migrate | Command::Doctor));
        if needs_key && !directory.is_local() && signing_key_file.is_none() {
            return Err("--directory is shared, so that its servers have to accept each other's sessions: give all of them the same --signing-key-file, of 32 or more random bytes (head -c 32 /dev/urandom > signing.key)".into());
        }
        let is_alone = event_log.is_local();
        let name = settings.name.clone().unwrap_or_else(|| if is_alone { "a".into() } else { generated_name() });
        Ok(Config {
            listen: *listen,
            data: data.clone(),
            directory,
            archive,
            event_log,
            recent,
            ephemeral,
            name,
            metrics_listen: settings.metrics_listen,
            public_url,
            sign_up: *sign_up,
            signing_key_file: signing_key_file.clone(),
            log_format: self.settings.log_format,
            trusted_proxies: self.settings.trusted_proxies.clone(),
            sockets_per_address: self.settings.sockets_per_address,
            no_rate_limits: self.settings.no_rate_limits,
        })
    }
}

/// Reads the URL of a store. Clap does not read it, because it would print a URL that it cannot read, and the password in it.
fn store_url(flag: &str, text: &str) -> Result<StoreUrl, String> {
    text.parse().map_err(|why| format!("{flag} {why}"))
}

/// Longest name of a server, in characters.
const SERVER_NAME_MAX: usize = 32;

/// Parses a name that needs no escaping in an address.
fn server_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !text.is_empty() && text.len() <= SERVER_NAME_MAX && text.chars().all(is_plain);
    fits.then(|| text.to_owned()).ok_or("is not made of 1 to 32 letters, digits, - and _".into())
}

fn generated_name() -> String {
    format!("{:06x}", rand::random_range(0..0x100_0000))
}

/// Parses an address to listen on.
fn socket(text: &str) -> Result<SocketAddr, String> {
    let socket = text.parse();
    socket.map_err(|_| "it needs an IP address and a port, such as 127.0.0.1:3000; host names are not resolved".into())
}

/// Parses a network or one address.
fn proxy(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
    network.map_err(|_| "is neither an address nor a network such as 10.0.0.0/8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(flags: &[&str]) -> Result<Config, String> {
        let args = Args::try_parse_from([&["jimmy-chat"], flags].concat()).map_err(|error| error.to_string())?;
        args.config().map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_loopback_and_its_three_names() {
        let config = config(&[]).expect("valid");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        let origins = config.origins(config.listen);
        assert_eq!(origins, ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"]);
        assert!(!config.is_https());
    }

    #[test]
    fn the_main_origin_is_the_bound_address() {
        for (listen, main) in [
            ("[::1]:3340", "http://[::1]:3340"),
            ("127.0.0.5:3340", "http://127.0.0.5:3340"),
            ("127.0.0.1:80", "http://127.0.0.1"),
        ] {
            let config = config(&["--listen", listen]).expect("valid");
            assert_eq!(config.origins(config.listen)[0], main);
        }
    }

    #[test]
    fn a_bad_value_names_itself() {
        for (flags, named) in [
            (&["--listen", "nowhere"][..], "--listen"),
            (&["--listen", "localhost:3001"], "host names are not resolved"),
            (&["--metrics-listen", "127.0.0.1"], "an IP address and a port"),
            (&["--listen", "0.0.0.0:80"], "--public-url"),
            (&["--public-url", "chat"], "--public-url"),
            (&["--sign-up", "maybe"], "--sign-up"),
            (&["--trusted-proxy", "proxy.lan"], "--trusted-proxy"),
            (&["--directory", "mysql//db/jimmy"], "--directory"),
            (&["--directory", "postgres://db/jimmy"], "--signing-key-file"),
            (&["--event-log", "kafka"], "--event-log"),
            (&["--ephemeral", "redis://"], "--ephemeral"),
            (&["--name", "a/b"], "--name"),
            (&["--no-rate-limits", "--listen", "0.0.0.0:80", "--public-url", "https://a.org"], "--no-rate-limits"),
        ] {
            assert!(config(flags).expect_err("refused").contains(named), "{flags:?}");
        }
    }

    #[test]
    fn does_not_quote_a_store_url_it_cannot_read() {
        for url in ["postgres://x:hunter2/abc@db/jimmy", "kafka:/u:hunter2@k/t"] {
            let why = config(&["--directory", url]).expect_err("refused");
            assert!(why.contains("--directory") && !why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn the_help_is_complete() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
