//! The topic: made with what an ack promises, or looked at.

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
    KafkaSettings,
    client::{self, LetGo, QUESTION_MAX, REQUEST_BYTES_MAX, ask, is_unknown},
    refusal::{self, Listener},
};

/// Seven days: what is acknowledged waits so long for a database that is down.
pub const RETENTION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Copies of each record where there are brokers for them.
pub const REPLICATION: usize = 3;
/// Copies that a record has when it is acknowledged.
pub const IN_SYNC: i64 = 2;
/// A topic just made is known everywhere after this time.
const MADE_MAX: Duration = Duration::from_secs(10);
const MADE_POLL: Duration = Duration::from_millis(100);

/// Speaks to the cluster about its topics.
pub struct Admin {
    client: LetGo<AdminClient<DefaultClientContext>>,
    /// Asks where things are: the other client hears of no reason why it has no connection.
    asking: Arc<LetGo<BaseConsumer<Listener>>>,
    settings: KafkaSettings,
}

/// What there is, as far as it could be learnt.
pub struct Seen {
    /// How many brokers there are.
    pub brokers: usize,
    /// Of the topic, if there is one.
    pub topic: Option<SeenTopic>,
    /// Whether the cluster is of Kafka 4 or newer, or why that is not known.
    pub is_kafka_4: Result<bool, String>,
}

/// What there is of the topic.
pub struct SeenTopic {
    /// How many partitions.
    pub partitions: usize,
    /// Copies of the partition that has the fewest.
    pub replication: usize,
    /// Its settings, as they hold: its own or the cluster's.
    pub settings: Result<BTreeMap<String, String>, String>,
}

fn within() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(QUESTION_MAX)).operation_timeout(Some(QUESTION_MAX))
}

impl Admin {
    /// A client.
    ///
    /// # Errors
    /// librdkafka does not take the settings.
    pub fn new(settings: &KafkaSettings) -> Result<Self, String> {
        let mut config = client::config(settings);
        let client: AdminClient<_> = config.create().map_err(|error: KafkaError| settings.refused(&error))?;
        // A port that speaks another protocol does no more than hang up.
        let asking = config
            .set("log.connection.close", "true")
            .create_with_context(Listener::default())
            .map_err(|error| settings.refused(&error))?;
        Ok(Self { client: LetGo::new(client), asking: Arc::new(LetGo::new(asking)), settings: settings.clone() })
    }

    /// The cluster as it is.
    ///
    /// # Errors
    /// A sentence: no broker answers, or none lets us see the topic.
    pub async fn see(&self) -> Result<Seen, String> {
        // What librdkafka hands out stays on one thread: it goes before anything else is waited for.
        let (brokers, broker, shape) = {
            let metadata = self.metadata().await?;
            let topic = metadata.topics().first();
            let is_there = is_there(&self.settings.topic, topic)?;
            let topic = topic.filter(|topic| is_there && !topic.partitions().is_empty());
            let shape = topic.map(|topic| {
                let copies = topic.partitions().iter().map(|partition| partition.replicas().len()).min();
                (topic.partitions().len(), copies.unwrap_or(0))
            });
            (metadata.brokers().len(), metadata.brokers().first().map_or(0, |broker| broker.id()), shape)
        };
        let topic = match shape {
            Some((partitions, replication)) => {
                let settings = self.settings_of(ResourceSpecifier::Topic(&self.settings.topic)).await;
                Some(SeenTopic { partitions, replication, settings })
            }
            None => None,
        };
        // librdkafka tells no version. Kafka 4 knows no ZooKeeper any more, and older brokers list its setting even where
        // they run without one.
        let broker = self.settings_of(ResourceSpecifier::Broker(broker)).await;
        let is_kafka_4 = broker.map(|settings| !settings.contains_key("zookeeper.connect"));
        Ok(Seen { brokers, topic, is_kafka_4 })
    }

    /// Whether the topic is there.
    ///
    /// # Errors
    /// A sentence with Kafka's own reason.
    pub async fn is_made(&self) -> Result<bool, String> {
        let metadata = self.metadata().await?;
        is_there(&self.settings.topic, metadata.topics().first())
    }

    /// Makes the topic, if it is not there, and waits until all its partitions are.
    ///
    /// # Errors
    /// A sentence with Kafka's own reason.
    pub async fn make(&self) -> Result<(), String> {
        if self.is_made().await? {
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
        let made = self.client.create_topics([&topic], &within()).await.map_err(|error| error.to_string())?;
        match made.into_iter().next() {
            Some(Ok(_)) => {
                tracing::info!(topic = self.settings.topic, replication, "the topic was made");
            }
            // Another server was faster.
            Some(Err((_, Code::TopicAlreadyExists))) => {}
            Some(Err((topic, Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed))) => {
                return Err(format!(
                    "the topic {topic} is not there and cannot be made: allow Create on it, or make it"
                ));
            }
            Some(Err((topic, code))) => return Err(format!("the topic {topic} cannot be made: {code}")),
            None => return Err(format!("Kafka does not say whether the topic {} was made", self.settings.topic)),
        }
        let everywhere = async {
            while !self.metadata().await.is_ok_and(|metadata| is_led(&metadata)) {
                tokio::time::sleep(MADE_POLL).await;
            }
        };
        tokio::time::timeout(MADE_MAX, everywhere).await.map_err(|_| {
            format!("the topic {} was made, but not all its partitions have a leader", self.settings.topic)
        })
    }

    async fn metadata(&self) -> Result<Metadata, String> {
        let (asking, settings) = (self.asking.clone(), self.settings.clone());
        let metadata = ask(move || {
            let metadata = asking.fetch_metadata(Some(&settings.topic), QUESTION_MAX);
            metadata.map_err(|error| refusal::sentence(&settings, &asking, &error))
        });
        metadata.await.map_err(|error| error.0)?
    }

    /// All settings of a topic or broker. A broker that has not heard of a new topic yet names none.
    async fn settings_of(&self, resource: ResourceSpecifier<'_>) -> Result<BTreeMap<String, String>, String> {
        let until = Instant::now() + MADE_MAX;
        loop {
            let described =
                self.client.describe_configs([&resource], &within()).await.map_err(|error| error.to_string())?;
            match described.into_iter().next() {
                Some(Ok(resource)) if !resource.entries.is_empty() => {
                    let pair = |entry: ConfigEntry| (entry.name, entry.value.unwrap_or_default());
                    return Ok(resource.entries.into_iter().map(pair).collect());
                }
                Some(Err(code)) if !is_unknown(code) => return Err(code.to_string()),
                _ if Instant::now() >= until => return Err("the brokers name none".into()),
                _ => tokio::time::sleep(MADE_POLL).await,
            }
        }
    }
}

/// Whether the brokers know the topic. A broker tells nobody without rights on a topic whether there is one.
fn is_there(name: &str, topic: Option<&MetadataTopic>) -> Result<bool, String> {
    match topic.and_then(|topic| topic.error()).map(Code::from) {
        None => Ok(true),
        Some(code) if is_unknown(code) => Ok(false),
        Some(Code::TopicAuthorizationFailed) => Err(format!(
            "the account may not see the topic {name}: allow Read, Write, Describe and DescribeConfigs on it, and Create \
             if the server is to make it"
        )),
        Some(code) => Err(format!("the topic {name} cannot be looked at: {code}")),
    }
}

fn is_led(metadata: &Metadata) -> bool {
    let topic = metadata.topics().first().filter(|topic| topic.error().is_none());
    topic.is_some_and(|topic| !topic.partitions().is_empty() && topic.partitions().iter().all(|it| it.leader() >= 0))
}

/// The settings that the topic is made with.
fn wanted(replication: usize) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("cleanup.policy", "delete".to_owned()),
        ("retention.ms", RETENTION_MS.to_string()),
        ("retention.bytes", "-1".to_owned()),
        ("unclean.leader.election.enable", "false".to_owned()),
        // A server whose clock is wrong must not make its records look older than they are.
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
