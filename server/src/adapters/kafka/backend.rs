//! Kafka, behind [`Backend`].

use std::sync::Arc;

use async_trait::async_trait;

use super::{check::check, event_log::KafkaEventLog, producer::rights::may_write, settings::KafkaSettings};
use crate::{
    adapters::backend::{Backend, Location, OpenBackend},
    error::{OperatorError, chain},
    ports::{
        EventLog,
        finding::{Finding, Severity},
    },
};

/// A topic of a Kafka cluster.
pub struct KafkaTopic;

#[async_trait]
impl Backend for KafkaTopic {
    fn name(&self) -> &'static str {
        "Kafka"
    }

    async fn open(&self, at: Location<'_>) -> Result<Arc<dyn OpenBackend>, OperatorError> {
        Ok(opened(KafkaEventLog::open(&settings(at)?).await?))
    }

    async fn open_read_only(&self, at: Location<'_>) -> Result<Option<Arc<dyn OpenBackend>>, OperatorError> {
        Ok(KafkaEventLog::open_read_only(&settings(at)?).await?.map(opened))
    }

    async fn check(&self, at: Location<'_>) -> Vec<Finding> {
        let settings = match settings(at) {
            Ok(settings) => settings,
            Err(error) => return vec![Finding::error(chain(&error))],
        };
        let mut found = check(&settings).await;
        if !found.iter().any(|finding| finding.severity == Severity::Error) {
            found.extend(may_write(&settings).await.err().map(Finding::error));
        }
        if found.is_empty() {
            found.push(Finding::ok(format!(
                "the topic {} keeps every acknowledged message, and the account may write to it",
                settings.topic
            )));
        }
        found
    }
}

fn settings(at: Location<'_>) -> Result<KafkaSettings, OperatorError> {
    KafkaSettings::parse(at.url).map_err(|why| OperatorError::new(format!("the address {why}")))
}

fn opened(log: KafkaEventLog) -> Arc<dyn OpenBackend> {
    Arc::new(OpenTopic(Arc::new(log)))
}

struct OpenTopic(Arc<KafkaEventLog>);

impl OpenBackend for OpenTopic {
    fn event_log(&self) -> Option<Arc<dyn EventLog>> {
        Some(self.0.clone())
    }
}
