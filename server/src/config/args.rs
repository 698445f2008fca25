//! The flags, each also an environment variable.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::{Args as ClapArgs, Parser, Subcommand};
use domain::limits::SOCKETS_PER_ADDRESS_MAX;
use ipnet::IpNet;

use super::{Config, LogFormat, PublicUrl, SignUp, StoreUrl};

/// Live chat for a team: one program, one folder. Without a command it serves.
///
/// Open the address that it prints, sign up (the first account owns the workspace), and talk.
#[derive(Debug, Parser)]
#[command(
    name = "jimmy-chat",
    version,
    max_term_width = 100,
    subcommand_help_heading = "Commands (without one it serves)"
)]
pub struct Args {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Give an account a new password, which is printed; its sessions end within seconds. The server may be running.
    ResetPassword {
        /// The account's name.
        name: String,
    },
    /// Copy everything that the server needs into an empty folder; the server may be running. To restore, start with
    /// --data naming that folder, or a copy of it.
    Backup {
        /// The folder, which is made if it is not there.
        folder: PathBuf,
    },
    /// Move the install in --data to PostgreSQL and Kafka: --directory, --archive and --event-log name an empty database and
    /// a topic that is not there yet; the signing key is copied to --signing-key-file. The server must be stopped; the folder
    /// stays as it is. Interrupted and run again, it goes on.
    Migrate,
    /// Go on with a log that was made anew because the one that the database has read is lost for good, or with what is left
    /// of one that has lost its beginning. All servers must be stopped. It says what it finds and what would be lost, and
    /// changes nothing without --yes.
    ReplaceLog {
        /// Go on with that log; without it nothing is changed.
        #[arg(long)]
        yes: bool,
    },
    /// Look whether these settings will do: the folder, the key, every service that they name, and whether database and log
    /// belong together. Nothing is changed, and the server may be running. Ends with 1 if there is an error.
    Doctor,
}

#[derive(Debug, ClapArgs)]
struct Settings {
    /// IP address and port to listen on; names are not looked up.
    #[arg(long, env = "JIMMY_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT", value_parser = socket, global = true)]
    listen: SocketAddr,
    /// Folder that everything is kept in; the server makes it if it is not there.
    #[arg(long, env = "JIMMY_DATA", default_value = "./data", value_name = "FOLDER", global = true)]
    data: PathBuf,
    /// Where accounts, sessions and channels are kept: `sqlite:` (a file in --data) or `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "JIMMY_DIRECTORY",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    directory: String,
    /// Where the history is kept: `sqlite:` (a file in --data) or `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "JIMMY_ARCHIVE",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    archive: String,
    /// The log that every message goes through: `sqlite:` (a file in --data) or `kafka://host:port,host:port/topic`.
    #[arg(
        long,
        env = "JIMMY_EVENT_LOG",
        default_value = "sqlite:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    event_log: String,
    /// A cache of each channel's newest messages that all servers share: `memory:` (none) or `redis://host:port/0`,
    /// or `rediss://` for an encrypted connection.
    #[arg(
        long,
        env = "JIMMY_RECENT",
        default_value = "memory:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    recent: String,
    /// Where servers tell each other who is there, who is writing, and how loaded they are: `memory:` (one server alone) or
    /// `redis://host:port/0`, or `rediss://` for an encrypted connection.
    #[arg(
        long,
        env = "JIMMY_EPHEMERAL",
        default_value = "memory:",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    ephemeral: String,
    /// This server's name among several, which stands in the address of its socket: letters, digits, - and _ [default: a, or
    /// one made up where the log is Kafka]
    #[arg(long, env = "JIMMY_NAME", value_name = "NAME", value_parser = server_name, global = true)]
    name: Option<String>,
    /// IP address and port where Prometheus reads /metrics; keep it off the internet [default: none]
    #[arg(long, env = "JIMMY_METRICS_LISTEN", value_name = "ADDRESS:PORT", value_parser = socket, global = true)]
    metrics_listen: Option<SocketAddr>,
    /// The address that people type, such as `https://chat.example.org`. Needed unless --listen is a loopback address.
    #[arg(long, env = "JIMMY_PUBLIC_URL", value_name = "URL", global = true)]
    public_url: Option<String>,
    /// Allow a --public-url of plain http. Passwords can then be read by whoever sits on the way.
    #[arg(long, env = "JIMMY_INSECURE_HTTP", global = true)]
    insecure_http: bool,
    /// Who may make an account. `open` leaves it to the workspace's owner; `closed` wins over whatever the owner has chosen.
    #[arg(long, env = "JIMMY_SIGN_UP", default_value = "open", value_enum, global = true)]
    sign_up: SignUp,
    /// File with the key that signs sessions, at least 32 random bytes [default: signing.key in --data, made at the first start]
    #[arg(long, env = "JIMMY_SIGNING_KEY_FILE", value_name = "FILE", global = true)]
    signing_key_file: Option<PathBuf>,
    /// IP address or network of a proxy in front, such as 127.0.0.1 or 10.0.0.0/8; can be given several times. Whom it names in
    /// X-Forwarded-For is who a request comes from, for limits and the list of sessions.
    #[arg(long = "trusted-proxy", env = "JIMMY_TRUSTED_PROXY", value_name = "ADDRESS", value_delimiter = ',', value_parser = proxy, global = true)]
    trusted_proxies: Vec<IpNet>,
    /// Sockets that may be open from one network address (of IPv6: one /64) at a time; raise it for a large office behind one
    /// router.
    #[arg(long, env = "JIMMY_SOCKETS_PER_ADDRESS", default_value_t = SOCKETS_PER_ADDRESS_MAX, value_name = "NUMBER", global = true)]
    sockets_per_address: usize,
    /// Lift the limits on how fast and how many (messages, frames, sockets, log-ins, sign-ups), for load tests. Only with a
    /// loopback --listen.
    #[arg(long, env = "JIMMY_NO_RATE_LIMITS", global = true)]
    no_rate_limits: bool,
    /// How logs are written, to the standard error. What is written: RUST_LOG, by default info.
    #[arg(long, env = "JIMMY_LOG_FORMAT", default_value = "text", value_enum, global = true)]
    log_format: LogFormat,
}

impl Args {
    /// The configuration, if all of it is valid together.
    ///
    /// # Errors
    /// One sentence that names the setting.
    pub fn config(&self) -> Result<Config, String> {
        let Settings { listen, data, public_url, insecure_http, sign_up, signing_key_file, .. } = &self.settings;
        let parse = |text: &String| {
            PublicUrl::parse(text, *insecure_http).map_err(|why| format!("--public-url {text:?} {why}"))
        };
        let public_url = public_url.as_ref().map(parse).transpose()?;
        if public_url.is_none() && !listen.ip().is_loopback() {
            return Err(format!(
                "--listen {listen} is reachable from elsewhere: say with --public-url which address people type, such as https://chat.example.org"
            ));
        }
        if self.settings.no_rate_limits && !listen.ip().is_loopback() {
            return Err(format!(
                "--no-rate-limits: --listen {listen} is reachable from elsewhere; without limits only loopback may be served"
            ));
        }
        let settings = &self.settings;
        let directory = store_url("--directory", &settings.directory)?;
        let archive = store_url("--archive", &settings.archive)?;
        let event_log = store_url("--event-log", &settings.event_log)?;
        let recent = store_url("--recent", &settings.recent)?;
        let ephemeral = store_url("--ephemeral", &settings.ephemeral)?;
        // An operator's command signs nothing.
        let needs_key = matches!(self.command, None | Some(Command::Migrate | Command::Doctor));
        if needs_key && !directory.is_local() && signing_key_file.is_none() {
            return Err("--directory is shared, so its servers have to know each other's sessions: give all of them one --signing-key-file, of 32 or more random bytes (head -c 32 /dev/urandom > signing.key)".into());
        }
        let is_alone = event_log.is_local();
        let name = settings.name.clone().unwrap_or_else(|| if is_alone { "a".into() } else { made_up_name() });
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

/// Characters of a server's name at the most.
const SERVER_NAME_MAX: usize = 32;

/// A name that may stand in an address as it is.
fn server_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !text.is_empty() && text.len() <= SERVER_NAME_MAX && text.chars().all(is_plain);
    fits.then(|| text.to_owned()).ok_or("is not made of 1 to 32 letters, digits, - and _".into())
}

fn made_up_name() -> String {
    format!("{:06x}", rand::random_range(0..0x100_0000))
}

/// Where to listen.
fn socket(text: &str) -> Result<SocketAddr, String> {
    let socket = text.parse();
    socket.map_err(|_| "it needs an IP address and a port, such as 127.0.0.1:3000; names are not looked up".into())
}

/// A network, or one address.
fn proxy(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
    network.map_err(|_| "is neither an address nor a network such as 10.0.0.0/8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(flags: &[&str]) -> Result<Config, String> {
        let args = Args::try_parse_from([&["jimmy-chat"], flags].concat()).map_err(|error| error.to_string())?;
        args.config()
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
    fn a_bad_value_names_itself() {
        for (flags, named) in [
            (&["--listen", "nowhere"][..], "--listen"),
            (&["--listen", "localhost:3001"], "names are not looked up"),
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
