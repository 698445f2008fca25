//! `torture`: many clients against a server that is killed again and again, or against several on services that fail one after
//! another, and a checker that judges what they were told. Nothing in it is faked: the server is the program that is shipped, the
//! services are the real ones, the clients run the page's own timeline.
//!
//! | module | what it does |
//! | --- | --- |
//! | `run` | a run from its beginning to its end |
//! | `site` | all that is under test |
//! | `server`, `gates` | a process under test, and where all of them are reached |
//! | `stack` | the services that several servers share |
//! | `nemesis` | what befalls them |
//! | `client`, `cold`, `wander` | those who talk and listen, those who only read, those who come and go |
//! | `final_read`, `archive` | the end, read by every way |
//! | `recorder`, `history` | what happened |
//! | `checker` | whether it may |

mod archive;
mod args;
mod calls;
mod checker;
mod client;
mod cold;
mod final_read;
mod gates;
mod history;
mod nemesis;
mod people;
mod plan;
mod recorder;
mod report;
mod run;
mod server;
mod site;
mod socket;
mod stack;
mod wander;

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

/// Nothing was violated.
const GOOD: u8 = 0;
/// Something was.
const BAD: u8 = 1;
/// It could not run.
const FAILED: u8 = 2;

/// Fewer clients of a cluster leave channels that nobody hears on another server: three of each account.
const STACK_CLIENTS_MIN: u32 = 3 * plan::ACCOUNTS as u32;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let ended = match (args.command, args.run) {
        (Some(Command::Check { file }), _) => check(&file),
        (None, Some(plan)) => torture(&plan).await,
        (None, None) => Err("say --binary, or check; --help says more".into()),
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
            "--stack needs at least {STACK_CLIENTS_MIN} --clients: else nobody hears some channels elsewhere"
        ));
    }
    println!("seed {}", plan.seed);
    let folder = tempfile::Builder::new().prefix("torture-").tempdir().map_err(|error| error.to_string())?;
    let data = folder.path().join("data");
    // Whoever is interrupted takes the server along: it ends with the run.
    let history = tokio::select! {
        history = run::run(plan, &data) => history?,
        () = interrupted() => return Err("interrupted".into()),
    };
    let verdict = judge(&history);
    if let Some(file) = plan.history.clone().or_else(|| (verdict == BAD).then(|| history_file(plan.seed))) {
        write(&history, &file)?;
        println!("the history is in {}", file.display());
    }
    if verdict == BAD {
        let Plan { binary, seed, seconds, clients, kills, servers, brokers, .. } = plan;
        let what = match plan.stack {
            true => format!("--stack --servers {servers} --brokers {brokers}"),
            false => format!("--kills {kills}"),
        };
        println!(
            "seed {seed}; to repeat it: torture --binary {} --seed {seed} --seconds {seconds} --clients {clients} {what}",
            binary.display()
        );
    }
    if plan.keep {
        let kept = if plan.stack { plan.folder.clone() } else { folder.keep() };
        println!("what was kept is in {}", kept.display());
    }
    Ok(verdict)
}

/// Ctrl C, or what ends a job.
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
        println!("nothing lost, nothing twice, nothing out of order");
        GOOD
    } else {
        BAD
    }
}

fn history_file(seed: u64) -> PathBuf {
    std::env::temp_dir().join(format!("torture-{seed}.jsonl"))
}

fn write(history: &[Entry], file: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", file.display());
    history::write(history, BufWriter::new(File::create(file).map_err(told)?)).map_err(told)
}
