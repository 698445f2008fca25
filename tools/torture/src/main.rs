//! `torture`: many clients against a server that is killed repeatedly, or against several servers whose services fail one after
//! another, and a checker of everything the clients received. Nothing is mocked: it runs the released server and the real services,
//! and the clients use the page's own timeline.
//!
//! | module | contents |
//! | --- | --- |
//! | `run` | a run from start to end |
//! | `site` | everything under test |
//! | `server`, `endpoints` | a server process, and the addresses of all servers |
//! | `stack` | the services that several servers share |
//! | `nemesis` | the faults of a cluster |
//! | `client`, `cold`, `churn` | clients with a socket, clients that only read, users who leave and rejoin |
//! | `final_read`, `archive` | reading the final state in every way |
//! | `recorder`, `history` | what happened |
//! | `checker` | whether it was correct |

mod archive;
mod args;
mod calls;
mod checker;
mod churn;
mod client;
mod cold;
mod endpoints;
mod final_read;
mod history;
mod nemesis;
mod plan;
mod recorder;
mod report;
mod run;
mod server;
mod site;
mod socket;
mod stack;
mod users;

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use args::{Args, Command, Plan};
use history::Entry;

/// Exit code: no violation was found.
const GOOD: u8 = 0;
/// Exit code: a violation was found.
const BAD: u8 = 1;
/// Exit code: the run or check failed.
const FAILED: u8 = 2;

/// Minimum number of clients of a cluster: three per account. With fewer, some channels have no client on another server.
const STACK_CLIENTS_MIN: u32 = 3 * plan::ACCOUNTS as u32;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let ended = match (args.command, args.run) {
        (Some(Command::Check { file }), _) => check(&file),
        (None, Some(plan)) => torture(&plan).await,
        (None, None) => Err("nothing to do: give --binary to run, or the command check; see --help".into()),
    };
    ExitCode::from(ended.unwrap_or_else(|sentence| {
        eprintln!("torture: {sentence}");
        FAILED
    }))
}

fn check(file: &Path) -> Result<u8, String> {
    let opened = File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let history = history::read(BufReader::new(opened)).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(judge(&history))
}

async fn torture(plan: &Plan) -> Result<u8, String> {
    if plan.stack && plan.clients < STACK_CLIENTS_MIN {
        return Err(format!(
            "--stack needs --clients of at least {STACK_CLIENTS_MIN}, so that every channel has clients on several servers"
        ));
    }
    println!("seed {}", plan.seed);
    let folder = tempfile::Builder::new().prefix("torture-").tempdir().map_err(|error| error.to_string())?;
    let data = folder.path().join("data");
    // An interrupted run ends its servers as well.
    let history = tokio::select! {
        history = run::run(plan, &data) => history?,
        () = interrupted() => return Err("interrupted".into()),
    };
    let verdict = judge(&history);
    if let Some(file) = plan.history.clone().or_else(|| (verdict == BAD).then(|| history_file(plan.seed))) {
        write(&history, &file)?;
        println!("history: {}", file.display());
    }
    if verdict == BAD {
        let Plan { binary, seed, seconds, clients, kills, servers, brokers, .. } = plan;
        let what = match plan.stack {
            true => format!("--stack --servers {servers} --brokers {brokers}"),
            false => format!("--kills {kills}"),
        };
        println!(
            "seed {seed}; repeat with: torture --binary {} --seed {seed} --seconds {seconds} --clients {clients} {what}",
            binary.display()
        );
    }
    if plan.keep {
        let kept = if plan.stack { plan.folder.clone() } else { folder.keep() };
        println!("kept data: {}", kept.display());
    }
    Ok(verdict)
}

/// Waits for SIGINT or SIGTERM.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn judge(history: &[Entry]) -> u8 {
    print!("{}", report::Report::new(history));
    let found = checker::check(history);
    report::print_violations(&found);
    if found.is_empty() {
        println!("no violation: nothing lost, nothing duplicated, nothing out of order");
        GOOD
    } else {
        BAD
    }
}

fn history_file(seed: u64) -> PathBuf {
    std::env::temp_dir().join(format!("torture-{seed}.jsonl"))
}

fn write(history: &[Entry], file: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    history::write(history, BufWriter::new(File::create(file).map_err(failed)?)).map_err(failed)
}
