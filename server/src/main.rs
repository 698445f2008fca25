//! `jimmy-chat`: one program, one folder.

use std::io::{IsTerminal, Write as _};

use jimmy_server::{
    auth::accounts::reset_password,
    config::{Args, Command, Config, LogFormat},
    ports::finding::{Finding, Severity},
    wiring::{self, Checked},
};
use tokio::signal::unix::{SignalKind, signal};
use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Leaves without what the C library does at an exit: OpenSSL tidies up there, and threads of librdkafka that are still letting
/// go of their connections would crash on what it has freed.
fn main() {
    let code = answer();
    // Nobody is left to be told of an output that is gone.
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().flush();
    signal_hook::low_level::exit(code)
}

/// Does what was asked, and ends the runtime; the process's code.
#[tokio::main]
async fn answer() -> i32 {
    jimmy_server::failpoint::arm();
    match start(&Args::given()).await {
        Ok(()) => 0,
        Err(sentence) => {
            eprintln!("jimmy-chat: {sentence}");
            1
        }
    }
}

async fn start(args: &Args) -> Result<(), String> {
    let config = args.config()?;
    write_logs(&config);
    match &args.command {
        None => wiring::run(config, stopped(), say_where).await,
        Some(Command::Backup { folder }) => {
            wiring::backup(&config, folder).await?;
            println!("Backed up to {}", folder.display());
            Ok(())
        }
        Some(Command::Migrate) => wiring::migrate(&config, &mut |line| println!("{line}")).await,
        Some(Command::ReplaceLog { yes }) => wiring::replace_log(&config, *yes, &mut |line| println!("{line}")).await,
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

/// One line for each finding: what it means, where, and what to do.
fn report(checked: &[Checked]) -> Result<(), String> {
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
        _ => Err(format!("there are {errors} errors; a server would not run well like this")),
    }
}

fn say_where(address: &str) {
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

/// Ctrl C, or what a service manager sends.
async fn stopped() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard");
            // An error here leaves no way to stop but SIGKILL, which is safe too.
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
