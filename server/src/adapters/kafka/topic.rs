//! Creates the topic with the settings that keep acknowledged messages, or describes the one that exists.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    admin::{AdminClient, AdminOptions, ConfigEntry, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, RDKafkaErrorCode as Code},
    metadata::{Metadata, MetadataTopic},
};

use super::{
    client::{self, DropInBackground, REQUEST_BYTES_MAX, REQUEST_WAIT, ask, is_unknown},
    error::{self, ReasonCollector},
    settings::KafkaSettings,
};

/// Retention in ms, 7 days: how long acknowledged messages wait for a database that is down.
pub const RETENTION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Copies of each record, if there are enough brokers.
pub const REPLICATION: usize = 3;
/// Copies of a record that must exist before it is acknowledged.
pub const IN_SYNC: i64 = 2;
/// Longest wait until all brokers know a new topic.
const CREATED_MAX: Duration = Duration::from_secs(10);
/// Poll interval of that wait.
const CREATED_POLL: Duration = Duration::from_millis(100);

/// Administers the topic of a cluster.
pub struct Admin {
    client: DropInBackground<AdminClient<DefaultClientContext>>,
    /// Asks for metadata: the other client does not learn why it has no connection.
    metadata_client: Arc<DropInBackground<BaseConsumer<ReasonCollector>>>,
    settings: KafkaSettings,
}

/// What could be learnt about the cluster.
pub struct ClusterState {
    /// The number of brokers.
    pub brokers: usize,
    /// The topic, if it exists.
    pub topic: Option<TopicState>,
    /// Whether the cluster runs Kafka 4 or newer, or why that is unknown.
    pub is_kafka_4: Result<bool, String>,
}

/// What could be learnt about the topic.
pub struct TopicState {
    /// The number of partitions.
    pub partitions: usize,
    /// The smallest number of copies of a partition.
    pub replication: usize,
    /// Its effective settings, which may be defaults of the cluster, or why they are unknown.
    pub settings: Result<BTreeMap<String, String>, String>,
}

fn within() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(REQUEST_WAIT)).operation_timeout(Some(REQUEST_WAIT))
}

impl Admin {
    /// Creates the clients.
    ///
    /// # Errors
    /// librdkafka rejects the settings.
    pub fn new(settings: &KafkaSettings) -> Result<Self, String> {
        let mut config = client::config(settings);
        let client: AdminClient<_> = config.create().map_err(|error: KafkaError| settings.refused(&error))?;
        // A port that speaks another protocol only closes the connection.
        let metadata_client = config
            .set("log.connection.close", "true")
            .create_with_context(ReasonCollector::default())
            .map_err(|error| settings.refused(&error))?;
        Ok(Self {
            client: DropInBackground::new(client),
            metadata_client: Arc::new(DropInBackground::new(metadata_client)),
            settings: settings.clone(),
        })
    }

    /// Describes the cluster and the topic.
    ///
    /// # Errors
    /// A sentence: no broker answers, or the account may not see the topic.
    pub async fn describe(&self) -> Result<ClusterState, String> {
        // The metadata of librdkafka cannot move between threads, so it is dropped before the next await.
        let (brokers, broker, shape) = {
            let metadata = self.metadata().await?;
            let topic = metadata.topics().first();
            let exists = exists_in(&self.settings.topic, topic)?;
            let topic = topic.filter(|topic| exists && !topic.partitions().is_empty());
            let shape = topic.map(|topic| {
                let copies = topic.partitions().iter().map(|partition| partition.replicas().len()).min();
                (topic.partitions().len(), copies.unwrap_or(0))
            });
            (metadata.brokers().len(), metadata.brokers().first().map_or(0, |broker| broker.id()), shape)
        };
        let topic = match shape {
            Some((partitions, replication)) => {
                let settings = self.settings_of(ResourceSpecifier::Topic(&self.settings.topic)).await;
                Some(TopicState { partitions, replication, settings })
            }
            None => None,
        };
        // librdkafka reports no version. Kafka 4 has no ZooKeeper any more, and older brokers list its setting even if they run
        // without it.
        let broker = self.settings_of(ResourceSpecifier::Broker(broker)).await;
        let is_kafka_4 = broker.map(|settings| !settings.contains_key("zookeeper.connect"));
        Ok(ClusterState { brokers, topic, is_kafka_4 })
    }

    /// Returns whether the topic exists.
    ///
    /// # Errors
    /// A sentence with Kafka's own reason.
    pub async fn exists(&self) -> Result<bool, String> {
        let metadata = self.metadata().await?;
        exists_in(&self.settings.topic, metadata.topics().first())
    }

    /// Creates the topic if it does not exist, and waits until all its partitions have a leader.
    ///
    /// # Errors
    /// A sentence with Kafka's own reason.
    pub async fn create(&self) -> Result<(), String> {
        if self.exists().await? {
            return Ok(());
        }
        let brokers = self.metadata().await?.brokers().len();
        let replication = if brokers >= REPLICATION { REPLICATION } else { 1 };
        let settings = wanted(replication);
        let mut topic = NewTopic::new(
            &self.settings.topic,
            self.settings.partitions as i32,
            TopicReplication::Fixed(replication as i32),
        );
        for (setting, value) in &settings {
            topic = topic.set(setting, value);
        }
        let created = self.client.create_topics([&topic], &within()).await.map_err(|error| error.to_string())?;
        match created.into_iter().next() {
            Some(Ok(_)) => {
                tracing::info!(topic = self.settings.topic, replication, "topic created");
            }
            // Another server was faster.
            Some(Err((_, Code::TopicAlreadyExists))) => {}
            Some(Err((topic, Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed))) => {
                return Err(format!(
                    "the topic {topic} does not exist and cannot be created: allow Create on it, or create it"
                ));
            }
            Some(Err((topic, code))) => return Err(format!("the topic {topic} cannot be created: {code}")),
            None => return Err(format!("Kafka does not answer whether the topic {} was created", self.settings.topic)),
        }
        let everywhere = async {
            while !self.metadata().await.is_ok_and(|metadata| is_led(&metadata)) {
                tokio::time::sleep(CREATED_POLL).await;
            }
        };
        tokio::time::timeout(CREATED_MAX, everywhere).await.map_err(|_| {
            format!("the topic {} was created, but not all its partitions have a leader", self.settings.topic)
        })
    }

    async fn metadata(&self) -> Result<Metadata, String> {
        let (metadata_client, settings) = (self.metadata_client.clone(), self.settings.clone());
        let metadata = ask(move || {
            let metadata = metadata_client.fetch_metadata(Some(&settings.topic), REQUEST_WAIT);
            metadata.map_err(|error| error::sentence(&settings, &metadata_client, &error))
        });
        metadata.await.map_err(|error| error.0)?
    }

    /// Returns all settings of a topic or broker. A broker that does not know a new topic yet returns none.
    async fn settings_of(&self, resource: ResourceSpecifier<'_>) -> Result<BTreeMap<String, String>, String> {
        let until = Instant::now() + CREATED_MAX;
        loop {
            let described =
                self.client.describe_configs([&resource], &within()).await.map_err(|error| error.to_string())?;
            match described.into_iter().next() {
                Some(Ok(resource)) if !resource.entries.is_empty() => {
                    let pair = |entry: ConfigEntry| (entry.name, entry.value.unwrap_or_default());
                    return Ok(resource.entries.into_iter().map(pair).collect());
                }
                Some(Err(code)) if !is_unknown(code) => return Err(code.to_string()),
                _ if Instant::now() >= until => return Err("the brokers return none".into()),
                _ => tokio::time::sleep(CREATED_POLL).await,
            }
        }
    }
}

/// Returns whether the brokers know the topic. Without any right on a topic, an account does not learn whether it exists.
fn exists_in(name: &str, topic: Option<&MetadataTopic>) -> Result<bool, String> {
    match topic.and_then(|topic| topic.error()).map(Code::from) {
        None => Ok(true),
        Some(code) if is_unknown(code) => Ok(false),
        Some(Code::TopicAuthorizationFailed) => Err(format!(
            "the account may not see the topic {name}: allow Read, Write, Describe and DescribeConfigs on it, and Create \
             if the server is to create it"
        )),
        Some(code) => Err(format!("the topic {name} cannot be read: {code}")),
    }
}

fn is_led(metadata: &Metadata) -> bool {
    let topic = metadata.topics().first().filter(|topic| topic.error().is_none());
    topic.is_some_and(|topic| !topic.partitions().is_empty() && topic.partitions().iter().all(|it| it.leader() >= 0))
}

/// Returns the settings that the topic is created with.
fn wanted(replication: usize) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("cleanup.policy", "delete".to_owned()),
        ("retention.ms", RETENTION_MS.to_string()),
        ("retention.bytes", "-1".to_owned()),
        ("unclean.leader.election.enable", "false".to_owned()),
        // A server whose clock is wrong must not date its records earlier than they were written.
        ("message.timestamp.type", "LogAppendTime".to_owned()),
        ("max.message.bytes", (2 * REQUEST_BYTES_MAX).to_string()),
    ];
    if replication == 1 {
        // Kafka acknowledges out of the page cache; without a second copy the record must be on the disk.
        settings.push(("flush.messages", "1".to_owned()));
    } else {
        settings.push(("min.insync.replicas", IN_SYNC.to_string()));
    }
    settings
}
