//! The right to write, and how to tell that it is missing.

use std::{sync::Arc, time::Duration};

use rdkafka::{error::RDKafkaErrorCode as Code, producer::Producer as _};
use tokio::sync::Notify;

use super::{super::client::LetGo, KafkaSettings, config, make};

/// How long a producer that writes nothing may take until it is refused: a few answers of a broker.
const MAY_WRITE_MAX: Duration = Duration::from_secs(2);

/// Whether the brokers let the account write, as far as they tell somebody who writes nothing: who may write to no topic gets no
/// number for a producer. Nothing said in time is nothing found.
///
/// # Errors
/// A sentence with the right that is missing.
pub async fn may_write(settings: &KafkaSettings) -> Result<(), String> {
    let gave_up = Arc::new(Notify::new());
    let producer = make(&config(settings), &gave_up).map_err(|error| settings.refused(&error))?;
    let producer = LetGo::new(producer);
    // What there is to say is returned.
    producer.context().voice.hush();
    let refused = async {
        loop {
            gave_up.notified().await;
            if let Some((code, reason)) = producer.client().fatal_error() {
                return format!("no message can be written ({reason}){}", advice(code, &settings.topic));
            }
        }
    };
    tokio::time::timeout(MAY_WRITE_MAX, refused).await.map_or(Ok(()), Err)
}

/// What to change if the brokers do not let us write. One who may write to no topic may not number its records, either.
pub fn advice(code: Code, topic: &str) -> String {
    match code {
        Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed => {
            format!("; allow Write on the topic {topic}")
        }
        _ => String::new(),
    }
}
