//! Checks whether the account may write.

use std::{sync::Arc, time::Duration};

use rdkafka::producer::Producer as _;
use tokio::sync::Notify;

use super::{
    super::{client::DropInBackground, error::write_advice, settings::KafkaSettings},
    config, create,
};

/// How long to wait for a refusal: a few round trips to a broker.
const MAY_WRITE_MAX: Duration = Duration::from_secs(2);

/// Checks write permission without writing, by asking for a producer id, which an account that may write to no topic does not get. A
/// time-out counts as no finding.
///
/// # Errors
/// A sentence that names the missing permission.
pub async fn may_write(settings: &KafkaSettings) -> Result<(), String> {
    let gave_up = Arc::new(Notify::new());
    let producer = create(&config(settings), &gave_up).map_err(|error| settings.refused(&error))?;
    let producer = DropInBackground::new(producer);
    // The result is returned, so nothing is logged.
    producer.context().throttle.mute();
    let refused = async {
        loop {
            gave_up.notified().await;
            if let Some((code, reason)) = producer.client().fatal_error() {
                return format!("no message can be written ({reason}){}", write_advice(code, &settings.topic));
            }
        }
    };
    tokio::time::timeout(MAY_WRITE_MAX, refused).await.map_or(Ok(()), Err)
}
