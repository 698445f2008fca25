//! Clients without a socket, which page through history in every direction.

use std::{sync::Arc, time::Duration};

use domain::ids::Pos;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::time::sleep;

use crate::{
    client::{Phase, Shared},
    history::{What, rows},
};

/// Maximum pause between two pages.
const PAUSE_MS: u64 = 120;
/// Maximum number of pages read in one direction.
const PAGES: usize = 12;

/// Reads pages until the run rests. `number` is the number of this client.
pub async fn read(number: u32, shared: Arc<Shared>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed ^ u64::from(number).wrapping_mul(0xd1b5_4a32_d192_ed03));
    while *shared.phase.borrow() == Phase::Running {
        let (channel, member) = &shared.users.channels[rng.random_range(0..shared.users.channels.len())];
        let token = &shared.users.all[*member].token;
        let ahead = rng.random_bool(0.5);
        let mut cursor = if ahead { "?after=0".to_owned() } else { format!("?before={}", Pos::END) };
        let mut is_answered = false;
        for _ in 0..rng.random_range(1..PAGES) {
            let query = format!("{cursor}&limit={}", rng.random_range(1..=100));
            let asked = shared.recorder.now();
            sleep(Duration::from_millis(rng.random_range(0..PAUSE_MS))).await;
            let endpoint = shared.endpoints.any();
            let Ok(page) = endpoint.calls.history(token, channel, &query).await else { break };
            shared.recorder.note(What::Page {
                client: number,
                server: endpoint.number,
                channel: channel.clone(),
                asked,
                from: page.from,
                to: page.to,
                has_newer: page.has_newer,
                rows: rows(&page.events),
            });
            let far = rng.random_range(0..=page.to.number().max(1));
            cursor = match (rng.random_range(0..10), ahead) {
                (0, _) => format!("?around={}", page.events.first().map_or(far, |event| event.pos.number())),
                (1, _) => format!("?around={far}"),
                (_, true) => format!("?after={}", page.to),
                (_, false) => format!("?before={}", Pos::from_number(page.from.number() + 1).unwrap_or(page.from)),
            };
            let goes_on = if ahead { page.has_newer } else { page.has_older };
            is_answered = true;
            if !goes_on {
                break;
            }
        }
        if !is_answered {
            sleep(Duration::from_millis(PAUSE_MS)).await;
        }
    }
}
