//! Kafka: the event log of several servers, a topic with partitions.

mod backend;
mod check;
mod client;
mod consumer;
mod error;
mod event_log;
mod follower;
mod producer;
mod reader;
mod settings;
mod topic;
mod watermarks;

pub use backend::KafkaTopic;
pub use check::check;
pub use event_log::{KafkaEventLog, open};
pub use settings::KafkaSettings;
