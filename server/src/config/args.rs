//! The flags, each also an environment variable.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};

use super::{Config, LogFormat, PublicUrl, SignUp};

/// Live chat for a team: one program, one folder. Without a command it serves.
///
/// Open the address that it prints, sign up (the first account owns the workspace), and talk.
#[derive(Debug, Parser)]
#[command(name = "jimmy-chat", version, max_term_width = 100)]
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
}

#[derive(Debug, ClapArgs)]
struct Settings {
    /// Address and port to listen on.
    #[arg(long, env = "JIMMY_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Folder that everything is kept in; the server makes it if it is not there.
    #[arg(long, env = "JIMMY_DATA", default_value = "./data", value_name = "FOLDER", global = true)]
    data: PathBuf,
    /// The address that people type, such as `https://chat.example.org`. Needed unless --listen is a loopback address.
    #[arg(long, env = "JIMMY_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Allow a --public-url of plain http. Passwords can then be read by whoever sits on the way.
    #[arg(long, env = "JIMMY_INSECURE_HTTP")]
    insecure_http: bool,
    /// Who may make an account.
    #[arg(long, env = "JIMMY_SIGN_UP", default_value = "open", value_enum)]
    sign_up: SignUp,
    /// File with the key that signs sessions, at least 32 random bytes [default: signing.key in --data, made at the first start]
    #[arg(long, env = "JIMMY_SIGNING_KEY_FILE", value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
    /// How logs are written, to the standard error. What is written: RUST_LOG, by default info.
    #[arg(long, env = "JIMMY_LOG_FORMAT", default_value = "text", value_enum)]
    log_format: LogFormat,
}

impl Args {
    /// The configuration, if all of it is valid together.
    ///
    /// # Errors
    /// One sentence that names the setting.
    pub fn config(&self) -> Result<Config, String> {
        let Settings { listen, data, public_url, insecure_http, sign_up, signing_key_file, log_format } =
            &self.settings;
        let parse = |text: &String| {
            PublicUrl::parse(text, *insecure_http).map_err(|why| format!("--public-url {text:?} {why}"))
        };
        let public_url = public_url.as_ref().map(parse).transpose()?;
        if public_url.is_none() && !listen.ip().is_loopback() {
            return Err(format!(
                "--listen {listen} is reachable from elsewhere: say with --public-url which address people type, such as https://chat.example.org"
            ));
        }
        Ok(Config {
            listen: *listen,
            data: data.clone(),
            public_url,
            sign_up: *sign_up,
            signing_key_file: signing_key_file.clone(),
            log_format: *log_format,
        })
    }
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
            (&["--listen", "0.0.0.0:80"], "--public-url"),
            (&["--public-url", "chat"], "--public-url"),
            (&["--sign-up", "maybe"], "--sign-up"),
        ] {
            assert!(config(flags).expect_err("refused").contains(named), "{flags:?}");
        }
    }

    #[test]
    fn the_help_is_complete() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
