//! Checks whether a topic keeps every acknowledged message, and says what to change.

use std::collections::BTreeMap;

use super::{
    client::REQUEST_BYTES_MAX,
    settings::KafkaSettings,
    topic::{Admin, ClusterState, IN_SYNC, REPLICATION, RETENTION_MS, TopicState},
};
use crate::ports::finding::{Finding, Severity};

/// Checks the cluster and the topic. Changes nothing. Returns no finding if everything is as the server would have created it.
pub async fn check(settings: &KafkaSettings) -> Vec<Finding> {
    let admin = match Admin::new(settings) {
        Ok(admin) => admin,
        Err(sentence) => return vec![Finding::error(sentence)],
    };
    match admin.describe().await {
        Ok(seen) => findings(settings, &seen),
        Err(sentence) => vec![Finding::error(sentence)],
    }
}

fn findings(settings: &KafkaSettings, seen: &ClusterState) -> Vec<Finding> {
    let mut all = Findings { settings, found: Vec::new() };
    let Some(topic) = &seen.topic else {
        let copies = if seen.brokers >= REPLICATION { REPLICATION } else { 1 };
        all.add(
            Severity::Warning,
            format!(
                "the topic {} does not exist; the server creates it, with a replication factor of {copies}",
                settings.topic
            ),
        );
        return all.found;
    };
    if topic.partitions < settings.partitions as usize {
        all.add(
            Severity::Warning,
            format!(
                "the topic {} has {} partitions instead of {}: add more with kafka-topics --bootstrap-server {} --alter --topic {} --partitions {}",
                settings.topic, topic.partitions, settings.partitions, settings.brokers, settings.topic, settings.partitions
            ),
        );
    }
    all.replication(topic, seen);
    match &topic.settings {
        Ok(values) => all.settings(values, topic.replication),
        Err(why) => all.add(
            Severity::Warning,
            format!(
                "the settings of the topic {} cannot be read ({why}): allow DescribeConfigs on it, so that the server can check whether they keep acknowledged messages",
                settings.topic
            ),
        ),
    }
    all.found
}

struct Findings<'a> {
    settings: &'a KafkaSettings,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, sentence: String) {
        self.found.push(Finding { severity, sentence });
    }

    /// Adds a setting of the topic that should have another value.
    fn change(&mut self, severity: Severity, setting: &str, is: &str, should: &str, why: &str) {
        let KafkaSettings { brokers, topic, .. } = self.settings;
        self.add(
            severity,
            format!(
                "{setting} of the topic {topic} is {is}: {why}; change it with kafka-configs --bootstrap-server {brokers} --alter --entity-type topics --entity-name {topic} --add-config {setting}={should}"
            ),
        );
    }

    fn replication(&mut self, topic: &TopicState, seen: &ClusterState) {
        let name = &self.settings.topic;
        let (copies, brokers) = (topic.replication, seen.brokers);
        if copies == 1 && brokers >= REPLICATION {
            self.add(
                Severity::Warning,
                format!(
                    "the topic {name} has one copy of each record though there are {brokers} brokers: a broken disk of one broker loses messages; give it {REPLICATION} with kafka-reassign-partitions"
                ),
            );
        }
        if copies == 1 {
            return;
        }
        if copies < REPLICATION {
            self.add(
                Severity::Error,
                format!(
                    "the topic {name} has {copies} copies of each record: while one broker is down, messages are rejected or can be lost; give it {REPLICATION} with kafka-reassign-partitions"
                ),
            );
        }
        match &seen.is_kafka_4 {
            Ok(true) => {}
            Ok(false) => self.add(
                Severity::Error,
                format!(
                    "the brokers are older than Kafka 4, which can lose acknowledged messages when the last remaining broker comes back after a crash: use Kafka 4, or one copy of each record with flush.messages=1 on the topic {name}"
                ),
            ),
            Err(why) => self.add(
                Severity::Warning,
                format!("it cannot be checked whether the brokers run Kafka 4 ({why}): allow DescribeConfigs on the cluster"),
            ),
        }
    }

    fn settings(&mut self, values: &BTreeMap<String, String>, replication: usize) {
        use Severity::{Error, Warning};
        let get = |setting: &str| values.get(setting).map_or("", String::as_str);
        let number = |setting: &str| get(setting).parse::<i64>().unwrap_or(0);

        let policy = get("cleanup.policy");
        if policy != "delete" {
            let why = "records would disappear from the middle of the log";
            self.change(Error, "cleanup.policy", policy, "delete", why);
        }
        if get("unclean.leader.election.enable") != "false" {
            let why = "a broker that missed acknowledged messages could become the leader";
            self.change(Error, "unclean.leader.election.enable", "true", "false", why);
        }
        let retention = number("retention.ms");
        let days = RETENTION_MS.to_string();
        if (0..RETENTION_MS).contains(&retention) {
            let why = "the log has to bridge 7 days without the database";
            self.change(Error, "retention.ms", &retention.to_string(), &days, why);
        } else if retention != RETENTION_MS {
            let why = "7 days are enough, and more only uses disk space";
            self.change(Warning, "retention.ms", &retention.to_string(), &days, why);
        }
        let most = number("retention.bytes");
        if most >= 0 {
            let why = "a busy day could delete what the database has not read yet";
            self.change(Error, "retention.bytes", &most.to_string(), "-1", why);
        }
        let largest = number("max.message.bytes");
        if largest < REQUEST_BYTES_MAX as i64 {
            let why = "a request with several long messages would be rejected";
            self.change(Error, "max.message.bytes", &largest.to_string(), &(2 * REQUEST_BYTES_MAX).to_string(), why);
        }
        if get("message.timestamp.type") != "LogAppendTime" {
            let why = "a server whose clock is slow writes messages that look old enough to be deleted";
            self.change(Warning, "message.timestamp.type", get("message.timestamp.type"), "LogAppendTime", why);
        }
        let in_sync = number("min.insync.replicas");
        if replication == 1 {
            if number("flush.messages") != 1 {
                let why = "each record has one copy, and Kafka acknowledges it before it is on the disk";
                self.change(Error, "flush.messages", get("flush.messages"), "1", why);
            }
        } else if in_sync < IN_SYNC {
            let why = "a message could be acknowledged that only one broker has, in memory";
            self.change(Error, "min.insync.replicas", &in_sync.to_string(), "2", why);
        } else if in_sync as usize >= replication {
            let why = "while any broker is down no message can be sent";
            self.change(Warning, "min.insync.replicas", &in_sync.to_string(), "2", why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(replication: usize, changes: &[(&str, &str)]) -> ClusterState {
        let mut values: BTreeMap<String, String> = [
            ("cleanup.policy", "delete"),
            ("retention.ms", "604800000"),
            ("retention.bytes", "-1"),
            ("unclean.leader.election.enable", "false"),
            ("message.timestamp.type", "LogAppendTime"),
            ("max.message.bytes", "1048576"),
            ("flush.messages", if replication == 1 { "1" } else { "9223372036854775807" }),
            ("min.insync.replicas", if replication == 1 { "1" } else { "2" }),
        ]
        .map(|(setting, value)| (setting.to_owned(), value.to_owned()))
        .into();
        values.extend(changes.iter().map(|(setting, value)| ((*setting).to_owned(), (*value).to_owned())));
        let topic = TopicState { partitions: 12, replication, settings: Ok(values) };
        ClusterState { brokers: replication, topic: Some(topic), is_kafka_4: Ok(true) }
    }

    fn found(seen: &ClusterState) -> Vec<Finding> {
        findings(&KafkaSettings::parse("kafka://a:1,b:2/chat").expect("valid"), seen)
    }

    #[test]
    fn finds_nothing_in_what_the_server_creates() {
        assert_eq!(found(&seen(1, &[])), []);
        assert_eq!(found(&seen(3, &[])), []);
    }

    #[test]
    fn names_each_weak_setting_with_the_command_that_changes_it() {
        use Severity::{Error, Warning};
        for (replication, setting, value, severity, should) in [
            (1, "cleanup.policy", "compact,delete", Error, "delete"),
            (1, "flush.messages", "9223372036854775807", Error, "1"),
            (3, "unclean.leader.election.enable", "true", Error, "false"),
            (3, "min.insync.replicas", "1", Error, "2"),
            (3, "min.insync.replicas", "3", Warning, "2"),
            (3, "retention.ms", "86400000", Error, "604800000"),
            (3, "retention.ms", "-1", Warning, "604800000"),
            (3, "retention.ms", "864000000", Warning, "604800000"),
            (3, "retention.bytes", "1073741824", Error, "-1"),
            (1, "max.message.bytes", "100000", Error, "1048576"),
            (1, "message.timestamp.type", "CreateTime", Warning, "LogAppendTime"),
        ] {
            let found = found(&seen(replication, &[(setting, value)]));
            assert_eq!(found.len(), 1, "{setting}={value}: {found:?}");
            assert_eq!(found[0].severity, severity, "{setting}={value}");
            let sentence = &found[0].sentence;
            assert!(sentence.starts_with(setting) && sentence.contains(value), "{sentence}");
            assert!(sentence.contains("--bootstrap-server a:1,b:2"), "{sentence}");
            assert!(sentence.ends_with(&format!("--entity-name chat --add-config {setting}={should}")), "{sentence}");
        }
    }

    #[test]
    fn refuses_too_few_copies_and_old_brokers() {
        let refused = |seen: &ClusterState| found(seen).iter().filter(|it| it.severity == Severity::Error).count();
        assert_eq!(refused(&seen(2, &[])), 1);
        assert_eq!(refused(&ClusterState { is_kafka_4: Ok(false), ..seen(3, &[]) }), 1);
        assert_eq!(refused(&ClusterState { is_kafka_4: Ok(false), ..seen(1, &[]) }), 0);
    }
}
