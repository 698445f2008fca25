//! A run from start to end: servers, clients, faults, rest, and reading the final state.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::ids::{ChannelId, Pos};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    args::Plan,
    churn,
    client::{Client, Phase, Shared},
    cold, final_read,
    history::{Entry, Via, What},
    nemesis,
    plan::{COLD_READERS, DOWN_MS, KILLS_UNTIL, LOOK, PAUSE_MS, REST_WAIT, UP_MS, chance},
    recorder::Recorder,
    site::Site,
    users::Users,
};

/// Maximum number of polls for the final heads.
const LOOKS_MAX: usize = 50;
/// Timeout for the clients to finish.
const HOME_WAIT: Duration = Duration::from_secs(15);

/// Executes a run, and returns its history for the checker.
///
/// # Errors
/// A sentence, if the run could not start.
pub async fn run(plan: &Plan, data: &Path) -> Result<Vec<Entry>, String> {
    let recorder = Recorder::new();
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let site = Site::start(plan, data, &recorder, &mut rng).await?;
    let users =
        Users::sign_up(&site.endpoints.at(0).calls).await.map_err(|why| format!("users cannot sign up: {why}"))?;

    let (tell, phase) = watch::channel(Phase::Running);
    let shared = Arc::new(Shared {
        recorder: recorder.clone(),
        endpoints: site.endpoints.clone(),
        users,
        phase,
        connections: AtomicU32::new(0),
        unsaid: AtomicUsize::new(0),
        behind: AtomicUsize::new(0),
        ends: OnceLock::new(),
    });
    let mut clients = JoinSet::new();
    for number in 0..plan.clients {
        clients.spawn(Client::new(number, shared.clone(), plan.seed).live());
    }
    for number in plan.clients..plan.clients + COLD_READERS as u32 {
        clients.spawn(cold::read(number, shared.clone(), plan.seed));
    }
    let mut run = Run { plan, site, shared, tell, clients, rng };
    if let Err(why) = run.go_on().await {
        recorder.note(What::GivenUp { why });
    }
    Ok(recorder.take())
}

/// A run in progress.
struct Run<'a> {
    plan: &'a Plan,
    site: Site,
    shared: Arc<Shared>,
    tell: watch::Sender<Phase>,
    clients: JoinSet<()>,
    rng: StdRng,
}

impl Run<'_> {
    /// Executes the run after its start. An error ends it; the history so far is checked nevertheless.
    async fn go_on(&mut self) -> Result<(), String> {
        let (call, home) = watch::channel(false);
        let churning = tokio::spawn(churn::churn(self.shared.clone(), self.plan.seed, home));
        if self.plan.stack {
            nemesis::inject_faults(self.plan, &mut self.site, &self.shared.recorder, &mut self.rng).await?;
        } else {
            inject_faults(self.plan, &mut self.site, &self.shared.recorder, &mut self.rng).await?;
        }
        call.send_replace(true);
        churning.await.map_err(|error| error.to_string())??;

        self.tell.send_replace(Phase::Resting);
        rest(&mut self.site, &self.shared.unsaid).await?;
        let ends = self.ends().await?;
        // Set only here.
        let _ = self.shared.ends.set(ends);
        rest(&mut self.site, &self.shared.behind).await?;
        self.tell.send_replace(Phase::Over);
        let all = async { while self.clients.join_next().await.is_some() {} };
        timeout(HOME_WAIT, all).await.map_err(|_| "clients do not end".to_owned())?;

        self.read_end().await?;
        match self.shared.recorder.is_full() {
            true => Err("the history is full".into()),
            false => Ok(()),
        }
    }

    /// Reads the final state in every way.
    async fn read_end(&mut self) -> Result<(), String> {
        let Self { site, shared, rng, .. } = self;
        site.settle().await?;
        for endpoint in site.endpoints.clone().all() {
            final_read::read(shared, endpoint, rng).await?;
        }
        site.stop_servers().await?;
        site.start_servers().await?;
        for endpoint in site.endpoints.clone().all() {
            final_read::read_forward(shared, endpoint, Via::Restarted, rng).await?;
        }
        if let Some(stack) = &site.stack {
            stack.flush().await?;
            for endpoint in site.endpoints.clone().all() {
                final_read::read_forward(shared, endpoint, Via::Flushed, rng).await?;
            }
        }
        site.stop_servers().await?;
        site.archive().read(shared).await
    }

    /// Returns the final heads, once two polls agree: a join may still be in progress.
    async fn ends(&self) -> Result<BTreeMap<ChannelId, Pos>, String> {
        let mut known = BTreeMap::new();
        for _ in 0..LOOKS_MAX {
            let mut ends = BTreeMap::new();
            for (channel, member) in &self.shared.users.channels {
                let token = &self.shared.users.all[*member].token;
                let seen =
                    final_read::retry_until_answered(|| self.shared.endpoints.any().calls.channel(token, channel))
                        .await?;
                ends.insert(channel.clone(), seen.head);
            }
            if ends == known {
                return Ok(ends);
            }
            known = ends;
            sleep(LOOK).await;
        }
        Err("channels still grow at rest".into())
    }
}

/// Kills the server at random moments and starts it again.
async fn inject_faults(plan: &Plan, site: &mut Site, recorder: &Recorder, rng: &mut StdRng) -> Result<(), String> {
    let began = Instant::now();
    let length = Duration::from_secs(plan.seconds.into());
    let part = length.mul_f64(KILLS_UNTIL) / plan.kills.max(1);
    for kill in 0..plan.kills {
        let moment = part * kill + part.mul_f64(rng.random_range(0.1..1.0));
        let up = Duration::from_millis(rng.random_range(UP_MS));
        watch_until((began + moment).max(Instant::now() + up), site, recorder).await?;
        let server = &mut site.servers[0];
        if rng.random_bool(chance::PAUSED) {
            server.pause(Duration::from_millis(rng.random_range(PAUSE_MS))).await?;
            // Long enough for pending requests to be in progress.
            sleep(Duration::from_millis(rng.random_range(0..DOWN_MS))).await;
        }
        if rng.random_bool(chance::ENDED) {
            server.stop().await?;
            server.spawn()?;
            server.ready().await?;
            sleep(Duration::from_millis(rng.random_range(0..DOWN_MS))).await;
        }
        server.kill().await?;
        sleep(Duration::from_millis(rng.random_range(0..DOWN_MS))).await;
        server.spawn()?;
        if rng.random_bool(chance::KILLED_EARLY) {
            sleep(Duration::from_millis(rng.random_range(0..DOWN_MS))).await;
            server.kill().await?;
            server.spawn()?;
        }
        server.ready().await?;
    }
    watch_until(began + length, site, recorder).await
}

/// Waits, and checks that the servers are running.
async fn watch_until(end: Instant, site: &mut Site, recorder: &Recorder) -> Result<(), String> {
    while Instant::now() < end {
        sleep_until(end.min(Instant::now() + LOOK)).await;
        site.look_after().await?;
        if recorder.is_full() {
            return Err("the history is full".into());
        }
    }
    Ok(())
}

/// Waits until the counter of busy clients is zero, or until the timeout: the checker reports what is left.
async fn rest(site: &mut Site, restless: &AtomicUsize) -> Result<(), String> {
    let began = Instant::now();
    while restless.load(Ordering::Relaxed) > 0 && began.elapsed() < REST_WAIT {
        sleep(LOOK).await;
        site.look_after().await?;
    }
    Ok(())
}
