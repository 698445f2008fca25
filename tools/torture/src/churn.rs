//! People who leave channels and come back: nobody hears a channel that is not live, and who comes back misses nothing.

use std::{sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::watch, time::sleep};

use crate::{client::Shared, final_read::patient, plan::WANDER_MS};

/// Wanders until it is called home; then everybody is again where they began.
///
/// # Errors
/// A sentence, when the server does not let them in again.
pub async fn wander(shared: Arc<Shared>, seed: u64, mut home: watch::Receiver<bool>) -> Result<(), String> {
    let mut rng = StdRng::seed_from_u64(seed.rotate_left(32));
    let wanderers: Vec<_> = shared.people.all.iter().filter(|person| person.wanders).collect();
    while !*home.borrow() {
        let person = wanderers[rng.random_range(0..wanderers.len())];
        // The hall, which comes first, cannot be left.
        let channel = &person.channels[rng.random_range(1..person.channels.len())];
        // Whether it happened does not matter: it happens again.
        if rng.random_bool(0.5) {
            let _ = shared.gates.any().calls.leave(&person.token, channel).await;
        } else {
            let _ = shared.gates.any().calls.join(&person.token, channel).await;
        }
        tokio::select! {
            () = sleep(Duration::from_millis(rng.random_range(WANDER_MS))) => {}
            _ = home.changed() => {}
        }
    }
    for person in wanderers {
        for channel in &person.channels[1..] {
            patient(|| shared.gates.any().calls.join(&person.token, channel)).await?;
        }
    }
    Ok(())
}
