//! `jimmy-chat`: one program, one folder.

use std::io::{IsTerminal, Write as _};

use jimmy_server::{
    accounts::reset_password,
    config::{Args, Command, Config, LogFormat},
    error::{OperatorError, chain},
    ports::finding::{Finding, Severity},
    wiring::{self, Checked},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Ends the process without the exit handlers of the C library: OpenSSL frees its memory in one, and threads of librdkafka that
/// still close connections would crash.
fn main() {
    let code = run();
    // A closed output cannot be reported any more.
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().flush();
    signal_hook::low_level::exit(code)
}

/// Runs the command and ends the runtime. Returns the process's exit code.
#[tokio::main]
async fn run() -> i32 {
    // Messages, password hashes and keys: no file that this process creates is readable by others, backups included.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    raise_file_limit();
    jimmy_server::failpoint::arm();
    match start(&Args::given()).await {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("jimmy-chat: {}", chain(&error));
            1
        }
    }
}

/// Lets this process open as many files as it may: each connection is one, and the usual limit is 1,024.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Without it the limit stays, and `doctor` says what it allows.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

async fn start(args: &Args) -> Result<(), OperatorError> {
    let config = args.config()?;
    write_logs(&config);
    match &args.command {
        None => wiring::run(config, stopped(), print_address).await,
        Some(Command::Backup { folder }) => {
            wiring::backup(&config, folder).await?;
            println!("Backed up to {}", folder.display());
            Ok(())
        }
        Some(Command::Migrate) => Ok(wiring::migrate(&config, &mut |line| println!("{line}")).await?),
        Some(Command::ReplaceLog { yes }) => {
            Ok(wiring::replace_log(&config, *yes, &mut |line| println!("{line}")).await?)
        }
        Some(Command::ResetPassword { name }) => {
            let directory = wiring::open_directory(&config).await?;
            let password = reset_password(directory, name).await?;
            println!("The new password of {name} is: {password}");
            println!("Its sessions have ended.");
            Ok(())
        }
        Some(Command::Doctor) => report(&wiring::doctor(&config).await?),
    }
}

/// Prints one line for each finding: its grade, the place, and what to do.
fn report(checked: &[Checked]) -> Result<(), OperatorError> {
    let mut errors = 0;
    for Checked { place, findings } in checked {
        for Finding { severity, sentence } in findings {
            println!("{:<7} {place}: {sentence}", severity.word());
            errors += usize::from(*severity == Severity::Error);
        }
    }
    match errors {
        0 => Ok(()),
        1 => Err("there is an error; a server would not run well like this".into()),
        _ => Err(OperatorError::new(format!("there are {errors} errors; a server would not run well like this"))),
    }
}

fn print_address(address: &str) {
    println!("Jimmy Chat is at {address}");
}

fn write_logs(config: &Config) {
    let asked = std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty());
    let asked = asked.and_then(|filter| filter.parse::<Targets>().ok());
    let filter = asked
        .unwrap_or_else(|| Targets::new().with_default(Level::INFO).with_target("sqlx::postgres::notice", Level::WARN));
    let logs = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs = match config.log_format {
        LogFormat::Text => logs.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => logs.json().boxed(),
    };
    tracing_subscriber::registry().with(logs.with_filter(filter)).init();
}

/// Waits for Ctrl C, or for the signal of a service manager.
async fn stopped() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be handled");
            // After an error only SIGKILL is left, which is safe, too.
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
