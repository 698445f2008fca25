//! Users who leave and rejoin channels: they must receive no event of a channel they have left, and miss none after
//! rejoining.

use std::{sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::watch, time::sleep};

use crate::{client::Shared, final_read::retry_until_answered, plan::CHURN_MS};

/// Leaves and joins channels until `home` is set; then every user is a member of the initial channels again.
///
/// # Errors
/// A sentence, if a server does not let a user rejoin.
pub async fn churn(shared: Arc<Shared>, seed: u64, mut home: watch::Receiver<bool>) -> Result<(), String> {
    let mut rng = StdRng::seed_from_u64(seed.rotate_left(32));
    let churning: Vec<_> = shared.users.all.iter().filter(|user| user.churns).collect();
    while !*home.borrow() {
        let user = churning[rng.random_range(0..churning.len())];
        // The hall, which is first, cannot be left.
        let channel = &user.channels[rng.random_range(1..user.channels.len())];
        // The result does not matter: the next attempt may succeed.
        if rng.random_bool(0.5) {
            let _ = shared.endpoints.any().calls.leave(&user.token, channel).await;
        } else {
            let _ = shared.endpoints.any().calls.join(&user.token, channel).await;
        }
        tokio::select! {
            () = sleep(Duration::from_millis(rng.random_range(CHURN_MS))) => {}
            _ = home.changed() => {}
        }
    }
    for user in churning {
        for channel in &user.channels[1..] {
            retry_until_answered(|| shared.endpoints.any().calls.join(&user.token, channel)).await?;
        }
    }
    Ok(())
}
